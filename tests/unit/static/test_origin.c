/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "static/static.h"
#include "unit/elf/builder.h"

/* The small file with bytes put behind it, which a second, writable segment loads. */
static struct span with_data(struct buffer *out, const void *data, size_t size)
{
	struct small_elf file = small_make();
	Elf64_Phdr *segments = (Elf64_Phdr *)(void *)(file.bytes + AT_SEGMENTS);

	segments[3] = small_segment(PT_LOAD, PF_R | PF_W, SMALL_SIZE, size);
	segments[3].p_vaddr = 0x10000;
	buffer_append(out, file.bytes, sizeof(file.bytes));
	buffer_append(out, data, size);
	return buffer_span(out);
}

static void analyze(struct span bytes, struct arena *arena, struct static_report *report)
{
	struct static_options options = {0};

	assert_null(static_analyze(bytes, &options, arena, report));
	assert_non_null(report->origin);
}

static void put_text(struct buffer *out, const char *text)
{
	buffer_append_uleb128(out, strlen(text));
	buffer_append_text(out, text);
}

static void build_information_of_go_is_read(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer block = {0}, file = {0};
	struct static_report report;

	buffer_append(&block, "\xff Go buildinf:\x08\x02", 16);
	buffer_append(&block, (const char[16]){0}, 16);
	put_text(&block, "go1.21.5");
	put_text(&block, "0123456789abcdefpath\texample.com/bot\n"
			 "mod\texample.com/bot\t(devel)\t\n"
			 "dep\tgolang.org/x/net\tv0.1.0\th1:abc=\n"
			 "build\tGOOS=linux\n0123456789abcdef");
	analyze(with_data(&file, block.data, block.size), arena, &report);
	assert_string_equal(report.origin->language, "go");
	assert_string_equal(report.origin->go_version, "go1.21.5");
	assert_string_equal(report.origin->go_path, "example.com/bot");
	assert_int_equal(report.origin->go_modules.count, 2);
	assert_string_equal(report.origin->go_modules.data[1].path, "golang.org/x/net");
	assert_string_equal(report.origin->go_modules.data[1].sum, "h1:abc=");
	assert_string_equal(report.origin->go_settings.data[0].value, "linux");
}

static void build_information_by_pointers_is_read(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer block = {0}, file = {0};
	struct static_report report;

	buffer_append(&block, "\xff Go buildinf:\x08\x00", 16);
	buffer_append_u64(&block, 0x10000 + 32);
	buffer_append_u64(&block, 0x7fffffffffffffff);
	buffer_append_u64(&block, 0x10000 + 48);
	buffer_append_u64(&block, 6);
	buffer_append_text(&block, "go1.12");
	analyze(with_data(&file, block.data, block.size), arena, &report);
	assert_string_equal(report.origin->go_version, "go1.12");
}

static void rust_is_known_by_its_paths(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer file = {0};
	struct static_report report;
	static const char data[] =
		"x/rustc/short/rustc/01f6ddf7588f42ae2d7eb0a2f21d44e8e96674cf/library";

	analyze(with_data(&file, data, sizeof(data)), arena, &report);
	assert_string_equal(report.origin->language, "rust");
	assert_string_equal(report.origin->rust_commit, "01f6ddf7588f42ae2d7eb0a2f21d44e8e96674cf");
}

static void source_names_and_users_come_from_strings(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer file = {0};
	struct static_report report;
	static const char data[] =
		"\0main.c: assertion failed\0/home/joe/bot/attack.cpp\0libc.so\0main.c";

	analyze(with_data(&file, data, sizeof(data)), arena, &report);
	assert_int_equal(report.origin->source_count, 2);
	assert_string_equal(report.origin->source_files.data[0], "main.c");
	assert_string_equal(report.origin->source_files.data[1], "/home/joe/bot/attack.cpp");
	assert_int_equal(report.origin->user_names.count, 1);
	assert_string_equal(report.origin->user_names.data[0], "joe");
	assert_string_equal(report.origin->libc, "glibc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_information_of_go_is_read),
		cmocka_unit_test(build_information_by_pointers_is_read),
		cmocka_unit_test(rust_is_known_by_its_paths),
		cmocka_unit_test(source_names_and_users_come_from_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
