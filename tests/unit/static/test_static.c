/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "static/static.h"
#include "unit/elf/builder.h"

static void analyze(struct span bytes, struct arena *arena, struct static_report *report)
{
	struct static_options options = {0};

	assert_null(static_analyze(bytes, &options, arena, report));
}

static void an_elf_file_is_described(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct small_elf file = small_make();
	struct static_report report;

	analyze(span_of(file.bytes, sizeof(file.bytes)), arena, &report);
	assert_string_equal(report.format, "elf");
	assert_int_equal(report.size, sizeof(file.bytes));
	assert_string_equal(report.elf->header->machine, "x86-64");
	assert_string_equal(report.elf->interpreter, "/lib/ld.so");
	assert_int_equal(report.elf->needed.count, 1);
	assert_string_equal(report.elf->needed.data[0], "libc.so.6");
	assert_string_equal(report.elf->soname, "libx.so");
	assert_int_equal(report.elf->import_count, 1);
	assert_string_equal(report.elf->imports.data[0].name, "puts");
	assert_string_equal(report.elf->exports.data[0].name, "run_all");
	assert_string_equal(report.elf->build_id, "1122334455667788");
	/* MD5 of "puts", and too few names for a telfhash. */
	assert_string_equal(report.elf->import_md5, "79eda979854e9e7c1840e67644c27c08");
	assert_null(report.elf->telfhash);
	assert_int_equal(report.elf->overlay_size, 0);
	assert_int_equal(report.anomalies.count, 0);
	assert_int_equal(report.kind, SAMPLE_SHARED_OBJECT);
	assert_non_null(report.hardening);
}

static void the_type_is_read_from_the_start_whatever_the_offset(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_file_type struct file_type *type = NULL;
	char path[] = "/tmp/habo-static-XXXXXX";
	cleanup_close int fd = mkostemp(path, O_CLOEXEC);
	struct static_report report;

	assert_true(fd >= 0);
	unlink(path);
	assert_null(file_write_fd(fd, "#!/bin/sh\n", 10));
	assert_null(file_type_new(&type));
	const struct static_options options = {.file_type = type, .has_fd = true, .fd = fd};
	assert_null(static_analyze(span_text("#!/bin/sh\n"), &options, arena, &report));
	assert_string_equal(report.type, "POSIX shell script, ASCII text executable");
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 10);
}

static void bytes_behind_the_structure_are_overlay(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	uint8_t bytes[SMALL_SIZE + 5] = {0};
	struct small_elf file = small_make();
	struct static_report report;

	memcpy(bytes, file.bytes, SMALL_SIZE);
	memcpy(bytes + SMALL_SIZE, "extra", 5);
	analyze(span_of(bytes, sizeof(bytes)), arena, &report);
	assert_int_equal(report.elf->overlay_offset, SMALL_SIZE);
	assert_int_equal(report.elf->overlay_size, 5);
}

static void a_script_names_its_interpreter(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report;

	analyze(span_text("#!/usr/bin/env -S A=1 python3 -u\nimport os\nx\n"), arena, &report);
	assert_int_equal(report.kind, SAMPLE_SCRIPT);
	assert_string_equal(report.script->language, "python");
	assert_int_equal(report.script->lines, 3);
	analyze(span_text("#! /bin/sh"), arena, &report);
	assert_string_equal(report.script->interpreter, "/bin/sh");
	assert_string_equal(report.script->language, "sh");
	assert_int_equal(report.script->longest_line, 10);
}

static void equal_indicators_are_counted_not_repeated(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report;

	analyze(span_text("45.9.20.1\n45.9.20.1\n"), arena, &report);
	assert_int_equal(report.indicator_count, 1);
	assert_int_equal(report.indicators.data[0].count, 2);
	assert_string_equal(report.indicators.data[0].value, "45.9.20.1");
}

static void wide_indicators_have_their_offset_in_the_file(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	static const char bytes[] = "\1\1a\0 \0008\0007\0.\0001\0002\0.\0001\0.\0002\0\0";
	struct static_report report;

	analyze(span_of(bytes, sizeof(bytes)), arena, &report);
	assert_int_equal(report.indicator_count, 1);
	assert_string_equal(report.indicators.data[0].value, "87.12.1.2");
	assert_int_equal(report.indicators.data[0].offset, 6);
}

static void a_list_of_strings_that_is_cut_keeps_what_means_something(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report;
	struct static_options options = {.max_strings = 2};

	assert_null(static_analyze(span_text("aaaa\nbbbbbbbbbb\ncccc\n45.9.20.1\ndddd"), &options,
				   arena, &report));
	assert_int_equal(report.strings->ascii, 5);
	assert_int_equal(report.strings->list.count, 2);
	assert_string_equal(report.strings->list.data[0].text, "bbbbbbbbbb");
	assert_string_equal(report.strings->list.data[1].text, "45.9.20.1");
}

static void every_truncation_gives_a_report(void **state UNUSED)
{
	struct small_elf file = small_make();

	for (size_t size = 0; size < sizeof(file.bytes); size += 7) {
		cleanup_arena struct arena *arena = arena_new(64 << 20);
		struct guarded copy = guarded_copy(file.bytes, size);
		cleanup_buffer struct buffer encoded = {0};
		struct static_report report;
		struct static_report again = {0};
		analyze(copy.span, arena, &report);
		guarded_free(&copy);
		/* The report lives on without the bytes. */
		model_encode(&encoded, &record_static_report, &report);
		assert_null(
			model_decode(buffer_span(&encoded), &record_static_report, arena, &again));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_elf_file_is_described),
		cmocka_unit_test(the_type_is_read_from_the_start_whatever_the_offset),
		cmocka_unit_test(bytes_behind_the_structure_are_overlay),
		cmocka_unit_test(a_script_names_its_interpreter),
		cmocka_unit_test(equal_indicators_are_counted_not_repeated),
		cmocka_unit_test(wide_indicators_have_their_offset_in_the_file),
		cmocka_unit_test(a_list_of_strings_that_is_cut_keeps_what_means_something),
		cmocka_unit_test(every_truncation_gives_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
