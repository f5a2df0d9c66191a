/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "report/report.h"
#include "unit/report/hostile.h"

static bool is_one_of(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Reads the name at *at up to a character that ends it. */
static void read_name(const char **at, char name[64])
{
	size_t size = 0;

	while ((isalnum((unsigned char)**at) || **at == '-' || **at == '!') && size < 63)
		name[size++] = *(*at)++;
	name[size] = '\0';
}

static void check_link(const char *value)
{
	if (*value != '#')
		assert_true(strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-_./") == strcspn(value, "\""));
}

/* Reads a tag behind its "<": names that we use, values in double quotes, nothing else. */
static const char *check_tag(const char *at)
{
	static const char *const tags[] = {
		"!DOCTYPE", "html",   "head",  "meta",  "title",   "style",   "body",  "input",
		"header",   "p",      "b",     "h1",    "h2",      "h3",      "label", "nav",
		"ul",       "li",     "a",     "main",  "section", "div",     "span",  "small",
		"svg",      "rect",   "ol",    "code",  "details", "summary", "dl",    "dt",
		"dd",       "table",  "thead", "tbody", "tr",      "th",      "td",    "i",
		"strong",   "footer", NULL};
	static const char *const attributes[] = {"lang",
						 "charset",
						 "http-equiv",
						 "content",
						 "name",
						 "type",
						 "id",
						 "aria-label",
						 "for",
						 "checked",
						 "class",
						 "href",
						 "aria-labelledby",
						 "title",
						 "open",
						 "viewBox",
						 "x",
						 "width",
						 "height",
						 "preserveAspectRatio",
						 "aria-hidden",
						 "tabindex",
						 "scope",
						 "colspan",
						 "role",
						 "y",
						 "style",
						 "html",
						 NULL};
	char name[64];

	if (*at == '/')
		at++;
	read_name(&at, name);
	if (!is_one_of(tags, name))
		fail_msg("<%s is no tag of ours", name);
	while (*at == ' ') {
		at++;
		read_name(&at, name);
		if (!is_one_of(attributes, name))
			fail_msg("%s is no attribute of ours", name);
		if (*at != '=')
			continue;
		assert_int_equal(at[1], '"');
		at += 2;
		if (strcmp(name, "href") == 0)
			check_link(at);
		if (strcmp(name, "style") == 0)
			assert_memory_equal(at, "--depth:", 8);
		at += strcspn(at, "\"<>");
		assert_int_equal(*at++, '"');
	}
	assert_int_equal(*at, '>');
	return at + 1;
}

static void check_page(const struct buffer *page)
{
	assert_true(utf8_valid(buffer_span(page)));
	assert_int_equal(strlen(page->data), page->size);
	for (const char *at = page->data; *at;) {
		assert_true((unsigned char)*at >= 0x20 || *at == '\n');
		assert_int_not_equal(*at, 0x7f);
		assert_int_not_equal(*at, '>');
		if (*at == '<')
			at = check_tag(at + 1);
		else
			at++;
	}
	assert_null(strstr(page->data, "\xe2\x80\xae"));
	assert_null(strstr(page->data, "\xe2\x81\xa6"));
	assert_null(strstr(page->data, "\xc2\x9b"));
	assert_null(strstr(page->data, "onerror="));
	assert_null(strstr(page->data, "<script"));
}

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
	check_page(&page);
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
		cmocka_unit_test(an_empty_report_makes_a_page),
		cmocka_unit_test(a_table_that_is_cut_says_so),
		cmocka_unit_test(a_huge_report_makes_a_page_that_opens),
	};
	return cmocka_run_group_tests_name("report/html_page", tests, NULL, NULL);
}
