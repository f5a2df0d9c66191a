/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/text.h"
#include "report/report.h"
#include "unit/report/hostile.h"

static void no_byte_of_the_model_reaches_the_terminal_raw(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer out = {0};

	report_write_text(&out, hostile_report(arena), false, 100);
	assert_true(utf8_valid(buffer_span(&out)));
	for (size_t i = 0; i < out.size; i++)
		assert_true(out.data[i] == '\n' || (unsigned char)out.data[i] >= 0x20);
	assert_null(strstr(out.data, "\xe2\x80\xae"));
	assert_null(strstr(out.data, "\xc2\x9b"));
	assert_null(strchr(out.data, 0x7f));
}

static void no_line_is_wider_than_the_terminal(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer out = {0};

	report_write_text(&out, hostile_report(arena), false, 60);
	for (const char *line = out.data; *line;) {
		size_t size = strcspn(line, "\n");
		size_t columns = 0;
		for (size_t i = 0; i < size; i++)
			columns += ((unsigned char)line[i] & 0xc0) != 0x80;
		assert_true(columns <= 61);
		line += size + (line[size] == '\n');
	}
}

static void colours_are_only_there_when_asked_for(void **state UNUSED)
{
	cleanup_buffer struct buffer with = {0}, without = {0};
	struct verdict verdict = {.score = 90, .level = VERDICT_MALICIOUS};
	const struct report report = {.verdict = &verdict};

	report_write_text(&with, &report, true, 80);
	report_write_text(&without, &report, false, 80);
	assert_non_null(strstr(with.data, "\x1b[1;31mmalicious\x1b[0m"));
	assert_null(strchr(without.data, '\x1b'));
	assert_non_null(strstr(without.data, "verdict   malicious 90/100\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_byte_of_the_model_reaches_the_terminal_raw),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(colours_are_only_there_when_asked_for),
	};
	return cmocka_run_group_tests_name("report/text", tests, NULL, NULL);
}
