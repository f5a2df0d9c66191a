/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "static/static.h"
#include "unit/elf/builder.h"

enum { INFO = AT_INTERPRETER }; /* right behind the segments */

/* The small file with what UPX puts behind the segments. */
static struct small_elf packed(const char *mark, uint32_t size)
{
	struct small_elf file = small_make();
	uint32_t words[] = {0, 0, 0x0e0d0200, 0, size, size, 512, 300, 0x0000000e};

	memcpy(&words[1], mark, 4);
	small_put(&file, INFO, words, sizeof(words));
	return file;
}

static const char *first(const struct small_elf *file, struct arena *arena, const char **name)
{
	const struct static_options options = {0};
	struct static_report report;

	assert_null(static_analyze(span_of(file->bytes, sizeof(file->bytes)), &options, arena,
				   &report));
	*name = report.packers.count ? report.packers.data[0].name : NULL;
	if (*name)
		assert_string_equal(report.packers.data[0].method, "LZMA");
	return report.packers.count ? report.packers.data[0].text : NULL;
}

static void upx_is_known_with_and_without_its_marks(void **state UNUSED)
{
	static const struct {
		const char *mark;
		uint32_t size;
		const char *says;
	} cases[] = {
		{"UPX!", 5000, "packed with UPX"},
		{"YTS\x99", 5000, "packed with UPX; its mark was changed: upx -d fails"},
		{"UPX!", 0, "packed with UPX; its sizes were wiped: upx -d fails"},
		{"\0\0\0\0", 0,
		 "packed with UPX; its mark and its sizes were changed: upx -d fails"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_arena struct arena *arena = arena_new(0);
		struct small_elf file = packed(cases[i].mark, cases[i].size);
		const char *name;
		assert_string_equal(first(&file, arena, &name), cases[i].says);
		assert_string_equal(name, "UPX");
	}
}

static void an_ordinary_file_is_not_packed(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct small_elf file = small_make();
	const char *name;

	assert_null(first(&file, arena, &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(upx_is_known_with_and_without_its_marks),
		cmocka_unit_test(an_ordinary_file_is_not_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
