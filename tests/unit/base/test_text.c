/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

#include "unit/cmocka.h"

static void null_equals_only_null(void **state UNUSED)
{
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
	assert_true(text_equal("a", "a"));
	assert_true(text_starts_with("abc", "ab"));
	assert_false(text_starts_with("a", "ab"));
	assert_true(text_ends_with("abc", "bc"));
	assert_true(text_ends_with("abc", ""));
	assert_false(text_ends_with("c", "bc"));
}

static void only_a_whole_number_is_a_number(void **state UNUSED)
{
	static const char *const bad[] = {"",
					  " 1",
					  "1 ",
					  "-1",
					  "+1",
					  "0x",
					  "1x",
					  "18446744073709551616",
					  "0x10000000000000000",
					  "1.5",
					  "0xg"};
	uint64_t value = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (text_to_u64(bad[i], &value))
			fail_msg("'%s' was taken for a number", bad[i]);
	assert_int_equal(value, 7);
	assert_true(text_to_u64("18446744073709551615", &value));
	assert_true(value == UINT64_MAX);
	assert_true(text_to_u64("0x1F", &value));
	assert_int_equal(value, 31);
	assert_true(text_to_u64("010", &value));
	assert_int_equal(value, 10);
}

static void durations_have_units(void **state UNUSED)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} rows[] = {{"30", 30000},    {"30s", 30000},  {"500ms", 500},   {"2m", 120000},
		    {"2min", 120000}, {"1h", 3600000}, {"1d", 86400000}, {"0", 0}};
	static const char *const bad[] = {
		"", "s", "-1s", "1 s", "1w", "99999999999999999999s", "18446744073709551615h"};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_null(text_to_duration_ms(rows[i].text, &value));
		assert_int_equal(value, rows[i].ms);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_error struct error *err = text_to_duration_ms(bad[i], &value);
		assert_non_null(err);
		assert_int_equal(error_code(err), ERROR_USAGE);
	}
}

static void sizes_have_units(void **state UNUSED)
{
	static const struct {
		const char *text;
		uint64_t size;
	} rows[] = {{"4096", 4096}, {"4k", 4096}, {"64M", 64 << 20}, {"1GiB", 1 << 30}, {"7B", 7}};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_null(text_to_size(rows[i].text, &value));
		assert_int_equal(value, rows[i].size);
	}
	cleanup_error struct error *unit = text_to_size("1T", &value);
	cleanup_error struct error *large = text_to_size("18446744073709551615k", &value);
	assert_non_null(unit);
	assert_non_null(large);
}

static void hexadecimal_goes_there_and_back(void **state UNUSED)
{
	static const uint8_t bytes[] = {0x00, 0x9f, 0xa0, 0xff};
	uint8_t back[4];
	char text[9];

	text_hex(bytes, sizeof(bytes), text);
	assert_string_equal(text, "009fa0ff");
	assert_true(text_unhex("009FA0ff", back, 4));
	assert_memory_equal(back, bytes, 4);
	assert_false(text_unhex("009fa0f", back, 4));
	assert_false(text_unhex("009fa0fff", back, 4));
	assert_false(text_unhex("009fa0fg", back, 4));
	assert_true(text_unhex("", back, 0));
}

static void utf8_is_well_formed_or_refused(void **state UNUSED)
{
	static const struct {
		const char *bytes;
		size_t sequence;
	} rows[] = {
		{"a", 1},
		{"\xc2\xa0", 2},
		{"\xe4\xb8\xad", 3},
		{"\xf0\x9f\x98\x80", 4},
		{"\xf4\x8f\xbf\xbf", 4},
		{"\x80", 0},             /* a continuation alone */
		{"\xc0\xaf", 0},         /* overlong */
		{"\xe0\x9f\xbf", 0},     /* overlong */
		{"\xed\xa0\x80", 0},     /* a surrogate */
		{"\xf0\x8f\xbf\xbf", 0}, /* overlong */
		{"\xf4\x90\x80\x80", 0}, /* over U+10FFFF */
		{"\xf5\x80\x80\x80", 0},
		{"\xe4\xb8", 0}, /* cut */
		{"\xe4\xb8\x41", 0},
		{"\xff", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(utf8_sequence(span_text(rows[i].bytes)), rows[i].sequence);
		assert_int_equal(utf8_valid(span_text(rows[i].bytes)), rows[i].sequence > 0);
	}
	assert_true(utf8_valid(span_empty()));
	assert_int_equal(utf8_sequence(span_empty()), 0);
}

static void nothing_reaches_a_terminal_that_it_obeys(void **state UNUSED)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{"plain \xe4\xb8\xad", "plain \xe4\xb8\xad"},
		{"\033[31m", "\\x1b[31m"},
		{"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
		{"\x7f", "\\x7f"},
		{"\xc2\x9b", "\\u009b"},     /* C1 CSI */
		{"\xe2\x80\xae", "\\u202e"}, /* right-to-left override */
		{"\xff\xfe", "\\xff\\xfe"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *text = term_text_dup(rows[i].bytes);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_equals_only_null),
		cmocka_unit_test(only_a_whole_number_is_a_number),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(hexadecimal_goes_there_and_back),
		cmocka_unit_test(utf8_is_well_formed_or_refused),
		cmocka_unit_test(nothing_reaches_a_terminal_that_it_obeys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
