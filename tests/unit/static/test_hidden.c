/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "static/hidden.h"
#include "static/static.h"
#include "unit/elf/builder.h"

static const char plain[] = "\0listening tun0\0/dev/watchdog\0cnc.evilhost.net\0";

static void hide(uint8_t *out, uint8_t key)
{
	for (size_t i = 0; i < sizeof(plain); i++)
		out[i] = (uint8_t)(plain[i] ^ key);
}

/* All but 0x20, which is how capitals look. */
static void every_key_is_found(void **state UNUSED)
{
	for (unsigned key = 1; key < 256; key++) {
		if (key == 0x20)
			continue;
		cleanup_arena struct arena *arena = arena_new(0);
		uint8_t bytes[200];
		struct static_report report;
		const struct static_options options = {0};
		memset(bytes, 0xff, sizeof(bytes));
		hide(bytes + 64, (uint8_t)key);
		/* What ends the region: no text under the key. */
		bytes[63] = bytes[64 + sizeof(plain)] = (uint8_t)(key ^ 0x80);
		assert_null(
			static_analyze(span_of(bytes, sizeof(bytes)), &options, arena, &report));
		assert_int_equal(report.strings->hidden, 3);
		assert_string_equal(report.strings->list.data[2].text, "cnc.evilhost.net");
		assert_int_equal(report.strings->list.data[2].offset, 64 + 30);
		assert_non_null(report.strings->list.data[2].layer);
	}
}

static void hidden_hosts_are_indicators_with_their_layer(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	uint8_t bytes[sizeof(plain)];
	struct static_report report;
	const struct static_options options = {0};
	bool is_found = false;

	hide(bytes, 0x22);
	assert_null(static_analyze(span_of(bytes, sizeof(bytes)), &options, arena, &report));
	list_foreach(&report.indicators, indicator) {
		if (strcmp(indicator->value, "cnc.evilhost.net") != 0)
			continue;
		is_found = true;
		assert_string_equal(indicator->layer, "xor 0x22");
		assert_int_equal(indicator->type, FIND_DOMAIN);
	}
	assert_true(is_found);
}

static void plain_words_are_not_hidden(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report;
	const struct static_options options = {0};

	assert_null(static_analyze(span_of(plain, sizeof(plain)), &options, arena, &report));
	assert_int_equal(report.strings->hidden, 0);
}

static void a_program_inside_a_file_is_named_with_its_size(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	uint8_t bytes[64 + SMALL_SIZE + 10] = "#!/bin/sh\nexit\n";
	struct small_elf file = small_make();
	struct static_report report;
	const struct static_options options = {0};

	memcpy(bytes + 64, file.bytes, SMALL_SIZE);
	assert_null(static_analyze(span_of(bytes, sizeof(bytes)), &options, arena, &report));
	assert_int_equal(report.embedded.count, 1);
	assert_string_equal(report.embedded.data[0].type, "elf");
	assert_int_equal(report.embedded.data[0].offset, 64);
	assert_int_equal(report.embedded.data[0].size, SMALL_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_found),
		cmocka_unit_test(hidden_hosts_are_indicators_with_their_layer),
		cmocka_unit_test(plain_words_are_not_hidden),
		cmocka_unit_test(a_program_inside_a_file_is_named_with_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
