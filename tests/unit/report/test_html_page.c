/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "report/report.h"
#include "unit/report/hostile.h"
#include "unit/report/page_check.h"

static void no_text_of_the_model_becomes_markup(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer page = {0};
	struct event event = {0};
	struct report_extras extras = {
		.stylesheet = "/**/",
		.events = &event,
		.event_count = 1,
		.event_total = 10,
		.terminal = span_text(HOSTILE_TEXT),
		.terminal_total = 100000,
	};

	hostile_record(arena, &record_event, 2, &event);
	report_write_html(&page, hostile_report(arena), &extras);
	assert_non_null(strstr(page.data, "&lt;script&gt;"));
	const char *problem = page_problem(&page);
	if (problem)
		fail_msg("%s", problem);
}

/* The check above must be able to fail. */
static void the_check_of_a_page_sees_what_is_not_ours(void **state UNUSED)
{
	static const char *const bad[] = {"<script>",
					  "<p onclick=\"x\">",
					  "<p class=x>",
					  "<a href=\"javascript:x\">",
					  "<a href=\"/etc\">",
					  "<p title=\"<\">",
					  "a > b",
					  "\x1b[0m",
					  "\xff",
					  "<p style=\"color:red\">"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_buffer struct buffer page = {0};
		buffer_append_text(&page, bad[i]);
		assert_non_null(page_problem(&page));
	}
}

static void an_empty_report_makes_a_page(void **state UNUSED)
{
	cleanup_buffer struct buffer page = {0};
	const struct report report = {0};

	report_write_html(&page, &report, NULL);
	assert_non_null(strstr(page.data, "Content-Security-Policy"));
	assert_non_null(strstr(page.data, "</html>"));
	assert_null(strstr(page.data, "<script"));
	assert_null(strstr(page.data, "http://"));
	assert_null(strstr(page.data, "https://"));
}

static void a_table_that_is_cut_says_so(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer page = {0};
	struct report report = {0};
	enum { FILES = 5123 };

	report.files.data = arena_alloc(arena, FILES * sizeof(*report.files.data));
	report.files.count = FILES;
	for (size_t i = 0; i < FILES; i++) {
		report.files.data[i].path = "/tmp/x";
		report.files.data[i].is_changed = true;
	}
	report_write_html(&page, &report, NULL);
	assert_non_null(strstr(page.data, "200 of 5,123 shown"));
}

/* What a flood of processes with long command lines may grow the page to. */
static void a_huge_report_makes_a_page_that_opens(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer page = {0};
	struct report report = {0};
	enum { MANY = 20000, EVIDENCE = 64, LONG = 60000 };
	char *text = arena_alloc(arena, LONG + 1);
	struct evidence *evidence = arena_alloc(arena, EVIDENCE * sizeof(*evidence));

	memset(text, '<', LONG);
	for (size_t i = 0; i < EVIDENCE; i++)
		evidence[i].text = text;
	report.behaviors.data = arena_alloc(arena, MANY * sizeof(*report.behaviors.data));
	report.behaviors.count = MANY;
	for (size_t i = 0; i < MANY; i++) {
		report.behaviors.data[i].title = text;
		report.behaviors.data[i].evidence.data = evidence;
		report.behaviors.data[i].evidence.count = EVIDENCE;
	}
	report_write_html(&page, &report, NULL);
	assert_true(page.size < REPORT_HTML_LIMIT);
	assert_non_null(strstr(page.data, "</html>"));
	assert_non_null(strstr(page.data, "of 20,000 shown"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_of_the_model_becomes_markup),
		cmocka_unit_test(the_check_of_a_page_sees_what_is_not_ours),
		cmocka_unit_test(an_empty_report_makes_a_page),
		cmocka_unit_test(a_table_that_is_cut_says_so),
		cmocka_unit_test(a_huge_report_makes_a_page_that_opens),
	};
	return cmocka_run_group_tests_name("report/html_page", tests, NULL, NULL);
}
