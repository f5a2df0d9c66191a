/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/macro.h"
#include "static/string_scan.h"

static const struct found_string *only(struct found_strings *found, size_t index)
{
	assert_true(index < found->list.count);
	return &found->list.data[index];
}

static void expect_one(const void *bytes, size_t size, enum static_encoding encoding, size_t offset,
		       const char *text)
{
	struct found_strings found = {0};
	char out[256];

	strings_find(span_of(bytes, size), &found);
	for (size_t i = 0; i < found.list.count; i++) {
		const struct found_string *string = only(&found, i);
		if (string->encoding != (unsigned)encoding)
			continue;
		found_string_text(span_of(bytes, size), string, out, sizeof(out));
		assert_string_equal(out, text);
		assert_int_equal(string->offset, offset);
		found_strings_deinit(&found);
		return;
	}
	fail_msg("'%s' was not found", text);
}

static void runs_of_four_and_more_are_found_at_every_place(void **state UNUSED)
{
	for (size_t at = 0; at < 200; at++) {
		uint8_t bytes[256] = {0};
		struct found_strings found = {0};
		memcpy(bytes + at, "ab\tc", 4);
		bytes[230] = bytes[231] = bytes[232] = 'x';
		strings_find(span_of(bytes, sizeof(bytes)), &found);
		assert_int_equal(found.list.count, 1);
		assert_int_equal(only(&found, 0)->offset, at);
		assert_int_equal(only(&found, 0)->size, 4);
		found_strings_deinit(&found);
	}
}

static void a_run_over_blocks_and_to_the_end_is_one_string(void **state UNUSED)
{
	char bytes[300];
	struct found_strings found = {0};

	memset(bytes, 'a', sizeof(bytes));
	strings_find(span_of(bytes, sizeof(bytes)), &found);
	assert_int_equal(found.list.count, 1);
	assert_int_equal(only(&found, 0)->size, 300);
	found_strings_deinit(&found);
}

static void wide_strings_of_both_orders_are_found(void **state UNUSED)
{
	static const char little[] = "\1\1h\0e\0l\0l\0o\0\0\0";
	static const char big[] = "\1\1\0h\0e\0l\0l\0o\0\0";

	expect_one(little, sizeof(little) - 1, STRING_UTF16LE, 2, "hello");
	expect_one(big, sizeof(big) - 1, STRING_UTF16BE, 2, "hello");
}

static void words_of_other_scripts_are_found(void **state UNUSED)
{
	expect_one("\1\1\xe6\x81\xb6\xe6\x84\x8f\xe8\xbd\xaf\xe4\xbb\xb6!\1", 16, STRING_UTF8, 2,
		   "\xe6\x81\xb6\xe6\x84\x8f\xe8\xbd\xaf\xe4\xbb\xb6!");
}

static void random_high_bytes_are_no_text(void **state UNUSED)
{
	uint8_t bytes[1 << 16];
	struct found_strings found = {0};
	uint32_t state_ = 7;
	size_t others = 0;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		state_ = state_ * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(state_ >> 24);
	}
	strings_find(span_of(bytes, sizeof(bytes)), &found);
	vec_foreach(&found.list, string)
		others += string->encoding == STRING_UTF8;
	assert_true(others <= 1);
	found_strings_deinit(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_of_four_and_more_are_found_at_every_place),
		cmocka_unit_test(a_run_over_blocks_and_to_the_end_is_one_string),
		cmocka_unit_test(wide_strings_of_both_orders_are_found),
		cmocka_unit_test(words_of_other_scripts_are_found),
		cmocka_unit_test(random_high_bytes_are_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
