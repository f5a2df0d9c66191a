/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "static/capability.h"
#include "static/static.h"
#include "unit/elf/builder.h"

static void analyze(const char *import, struct arena *arena, struct static_report *report)
{
	const struct static_options options = {0};
	struct small_elf file = small_make();

	/* In place of "puts". */
	small_put(&file, AT_STRINGS + 11, import, strlen(import) + 1);
	assert_null(
		static_analyze(span_of(file.bytes, sizeof(file.bytes)), &options, arena, report));
}

static void an_import_shows_what_it_is_for(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report;

	analyze("kill", arena, &report);
	assert_int_equal(report.capabilities.count, 1);
	assert_string_equal(report.capabilities.data[0].id, "process.kill");
	assert_string_equal(report.capabilities.data[0].attack, "T1489");
	assert_string_equal(report.capabilities.data[0].evidence.data[0], "kill");
}

static void one_half_of_a_pair_shows_nothing(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report;

	analyze("puts", arena, &report);
	assert_int_equal(report.capabilities.count, 0);
	analyze("connect", arena, &report);
	assert_int_equal(report.capabilities.count, 0);
}

static void every_row_of_the_table_is_whole(void **state UNUSED)
{
	for (size_t i = 0; i < capability_count; i++) {
		assert_non_null(capabilities[i].names[0]);
		assert_non_null(strchr("abcdefghijklmnopqrstuvwxyz", capabilities[i].id[0]));
		if (capabilities[i].attack)
			assert_int_equal(capabilities[i].attack[0], 'T');
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(capabilities[i].id, capabilities[j].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_import_shows_what_it_is_for),
		cmocka_unit_test(one_half_of_a_pair_shows_nothing),
		cmocka_unit_test(every_row_of_the_table_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
