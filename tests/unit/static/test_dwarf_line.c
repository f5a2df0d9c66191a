/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/buffer.h"
#include "static/dwarf_line.h"

static void put(struct span name, void *data)
{
	struct buffer *out = data;

	buffer_append(out, name.data, name.size);
	buffer_append_char(out, '|');
}

static void finish_unit(struct buffer *lines, const struct buffer *unit)
{
	buffer_append_u32(lines, (uint32_t)unit->size);
	buffer_append(lines, unit->data, unit->size);
}

/* Version and what stands between it and the tables. */
static void put_start(struct buffer *unit, unsigned version)
{
	buffer_append_u16(unit, (uint16_t)version);
	if (version == 5)
		buffer_append_u16(unit, 0x0008);
	buffer_append_u32(unit, 0);
	buffer_append(unit, "\1\1\1\0\0", version >= 4 ? 5 : 4);
	buffer_append(unit, "\2\1", 2);
}

static void expect(const struct buffer *lines, const char *line_strings, const char *files,
		   const char *folders)
{
	cleanup_buffer struct buffer found_files = {0}, found_folders = {0};
	const struct dwarf_line_sink into_files = {
		.file = put, .folder = put, .data = &found_files};

	dwarf_line_read(buffer_span(lines), span_empty(),
			span_of(line_strings, strlen(line_strings) + 1), BYTE_ORDER_LITTLE,
			&into_files);
	buffer_printf(&found_folders, "%s%s", folders, files);
	assert_string_equal(buffer_text(&found_files), buffer_text(&found_folders));
}

static void tables_of_version_3_are_read(void **state UNUSED)
{
	cleanup_buffer struct buffer lines = {0}, unit = {0};
	static const char tables[] = "/src\0\0main.c\0\1\0\0bot.c\0\1\0\0\0";

	put_start(&unit, 3);
	buffer_append(&unit, tables, sizeof(tables) - 1);
	finish_unit(&lines, &unit);
	finish_unit(&lines, &unit);
	expect(&lines, "", "main.c|bot.c|/src|main.c|bot.c|", "/src|");
}

static void tables_of_version_5_are_read(void **state UNUSED)
{
	cleanup_buffer struct buffer lines = {0}, unit = {0};
	/* One format: path as line_strp; one folder at 0. Two formats: path as string, MD5. */
	static const char tables[] = "\1\1\x1f\1\0\0\0\0"
				     "\2\1\x08\5\x1e\1main.c\0"
				     "0123456789abcdef";

	put_start(&unit, 5);
	buffer_append(&unit, tables, sizeof(tables) - 1);
	finish_unit(&lines, &unit);
	expect(&lines, "/build", "main.c|", "/build|");
}

static void every_truncation_ends_quietly(void **state UNUSED)
{
	cleanup_buffer struct buffer lines = {0}, unit = {0};
	static const char tables[] = "/src\0\0main.c\0\1\0\0\0";

	put_start(&unit, 4);
	buffer_append(&unit, tables, sizeof(tables) - 1);
	finish_unit(&lines, &unit);
	for (size_t size = 0; size < lines.size; size++) {
		cleanup_buffer struct buffer found = {0};
		const struct dwarf_line_sink sink = {.file = put, .folder = put, .data = &found};
		dwarf_line_read(span_of(lines.data, size), span_empty(), span_empty(),
				BYTE_ORDER_LITTLE, &sink);
		assert_int_equal(found.size, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_of_version_3_are_read),
		cmocka_unit_test(tables_of_version_5_are_read),
		cmocka_unit_test(every_truncation_ends_quietly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
