/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/text.h"
#include "report/report.h"

enum { FILES = 20000, PROCESSES = 50, LIMIT = 300 * 1024 };

static struct report *big_report(struct arena *arena)
{
	struct report *report = arena_new_of(arena, struct report);

	report->health = arena_new_of(arena, struct health);
	report->files.data = arena_alloc(arena, FILES * sizeof(*report->files.data));
	report->files.count = FILES;
	for (size_t i = 0; i < FILES; i++)
		report->files.data[i].path = "/tmp/<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\x80\x81";
	report->processes.data = arena_alloc(arena, PROCESSES * sizeof(*report->processes.data));
	report->processes.count = PROCESSES;
	return report;
}

static size_t json_size_of(const struct report *report)
{
	cleanup_buffer struct buffer text = {0};
	struct json_writer writer;

	json_writer_init_buffer(&writer, &text, true);
	report_write_json(&writer, report);
	assert_null(json_writer_finish(&writer));
	return text.size;
}

static void a_report_below_the_ceiling_is_left_alone(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct report *report = big_report(arena);

	assert_false(report_fit(arena, report, REPORT_JSON_LIMIT));
	assert_int_equal(report->files.count, FILES);
	assert_int_equal(report->health->status, HEALTH_OK);
}

static void the_heaviest_list_is_cut_and_health_says_so(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct report *report = big_report(arena);

	assert_true(report_fit(arena, report, LIMIT));
	assert_true(json_size_of(report) <= LIMIT);
	assert_true(report->files.count > 0 && report->files.count < FILES);
	assert_int_equal(report->processes.count, PROCESSES);
	assert_int_equal(report->health->status, HEALTH_DEGRADED);
	assert_int_equal(report->health->problems.count, 1);
	assert_string_equal(report->health->problems.data[0].code, "report_trimmed");
	assert_non_null(strstr(report->health->problems.data[0].text, "of 20,000 report.files"));
}

static void a_long_list_deep_inside_is_found(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct report *report = big_report(arena);
	struct execution *execution = arena_new_of(arena, struct execution);
	enum { ARGUMENTS = 4096 };

	report->files.count = 10;
	execution->arguments.data = arena_alloc(arena, ARGUMENTS * sizeof(char *));
	execution->arguments.count = ARGUMENTS;
	for (size_t i = 0; i < ARGUMENTS; i++)
		execution->arguments.data[i] = "01234567890123456789012345678901234567890123456789"
					       "01234567890123456789012345678901234567890123456789";
	report->processes.data[7].executions.data = execution;
	report->processes.data[7].executions.count = 1;
	assert_true(report_fit(arena, report, LIMIT));
	assert_true(json_size_of(report) <= LIMIT);
	assert_int_equal(report->processes.count, PROCESSES);
	assert_true(execution->arguments.count < ARGUMENTS);
	assert_non_null(strstr(report->health->problems.data[0].text, "execution.arguments"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_below_the_ceiling_is_left_alone),
		cmocka_unit_test(the_heaviest_list_is_cut_and_health_says_so),
		cmocka_unit_test(a_long_list_deep_inside_is_found),
	};
	return cmocka_run_group_tests_name("report/fit", tests, NULL, NULL);
}
