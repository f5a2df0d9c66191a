/* SPDX-License-Identifier: MIT */
/*
 * The page around the sections. It needs no script: language is chosen with two radio buttons that
 * stand before everything else, and the stylesheet hides the other language's words.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "report/page/moments.h"
#include "report/page/sections.h"

extern const char report_css[]; /* ui/report.css */

static const char policy[] = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
			     "form-action 'none'";

struct section {
	const char *id;
	enum word_id title;
	void (*write)(struct page *page);
};

static const struct section sections[] = {
	{"sample", WORD_SAMPLE, section_sample},
	{"behaviors", WORD_BEHAVIORS, section_behaviors},
	{"indicators", WORD_INDICATORS, section_indicators},
	{"processes", WORD_PROCESSES, section_processes},
	{"timeline", WORD_TIMELINE, section_timeline},
	{"network", WORD_NETWORK, section_network},
	{"files", WORD_FILES, section_files},
	{"terminal", WORD_TERMINAL, section_terminal},
	{"static", WORD_STATIC, section_static},
	{"memory", WORD_MEMORY, section_memory},
	{"syscalls", WORD_SYSCALLS, section_syscalls},
	{"analysis", WORD_ANALYSIS, section_run},
	{"artifacts", WORD_ARTIFACTS, section_artifacts},
};

static void put_meta(struct page *page, const char *key, const char *name, const char *content)
{
	html_open(&page->html, "meta");
	html_attr(&page->html, key, name);
	html_attr(&page->html, "content", content);
	html_close(&page->html);
}

static const char *sample_name(const struct report *report)
{
	if (report->sample && report->sample->name)
		return report->sample->name;
	return "?";
}

static void put_head(struct page *page)
{
	html_open(&page->html, "head");
	html_open(&page->html, "meta");
	html_attr(&page->html, "charset", "utf-8");
	html_close(&page->html);
	put_meta(page, "http-equiv", "Content-Security-Policy", policy);
	put_meta(page, "name", "viewport", "width=device-width, initial-scale=1");
	put_meta(page, "name", "referrer", "no-referrer");
	put_meta(page, "name", "color-scheme", "light dark");
	html_open(&page->html, "title");
	html_put(&page->html, sample_name(page->report));
	html_put(&page->html, " · HaboMalHunter");
	html_close(&page->html);
	html_open(&page->html, "style");
	html_put_style(&page->html,
		       page->extras->stylesheet ? page->extras->stylesheet : report_css);
	html_close(&page->html);
	html_close(&page->html);
}

static void put_language_choice(struct page *page)
{
	static const char *const ids[] = {"lang-en", "lang-zh"};

	for (unsigned i = 0; i < ARRAY_SIZE(ids); i++) {
		html_open(&page->html, "input");
		html_attr(&page->html, "type", "radio");
		html_attr(&page->html, "name", "lang");
		html_attr(&page->html, "id", ids[i]);
		html_attr(&page->html, "aria-label", i ? "中文" : "English");
		if (i == (unsigned)page->extras->language)
			html_attr(&page->html, "checked", "");
		html_close(&page->html);
	}
}

static void put_label(struct page *page, const char *target, const char *text)
{
	html_open(&page->html, "label");
	html_attr(&page->html, "for", target);
	html_put(&page->html, text);
	html_close(&page->html);
}

static void put_banner(struct page *page)
{
	const struct analysis *analysis = page->report->analysis;

	html_begin(&page->html, "header", "banner");
	html_begin(&page->html, "p", "brand");
	html_element(&page->html, "b", NULL, "Habo");
	html_put(&page->html, "MalHunter");
	html_close(&page->html);
	html_element(&page->html, "h1", NULL, sample_name(page->report));
	if (analysis && analysis->started)
		html_element(&page->html, "p", "when", analysis->started);
	html_begin(&page->html, "p", "languages");
	put_label(page, "lang-en", "English");
	put_label(page, "lang-zh", "中文");
	html_close(&page->html);
	html_close(&page->html);
}

static bool has_section(const char *body, const char *id)
{
	cleanup_free char *mark = xasprintf("<section id=\"%s\"", id);

	return strstr(body, mark) != NULL;
}

static void put_navigation(struct page *page, const char *body)
{
	html_begin(&page->html, "nav", "rail");
	html_attr(&page->html, "aria-label", "Contents · 目录");
	html_open(&page->html, "ul");
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		if (!has_section(body, sections[i].id))
			continue;
		html_open(&page->html, "li");
		html_open(&page->html, "a");
		html_attr_format(&page->html, "href", "#%s", sections[i].id);
		page_word(page, sections[i].title);
		html_close(&page->html);
		html_close(&page->html);
	}
	html_close(&page->html);
	html_close(&page->html);
}

static void put_footer(struct page *page)
{
	const struct tool *tool = page->report->tool;

	html_begin(&page->html, "footer", NULL);
	if (tool) {
		html_put(&page->html, tool->name);
		html_put(&page->html, " ");
		html_put(&page->html, tool->version);
		html_put(&page->html, " · ");
	}
	page_word(page, WORD_SCHEMA);
	html_put(&page->html, " ");
	html_put(&page->html, page->report->schema_version);
	html_put(&page->html, " · ");
	page_word(page, WORD_FOOTER);
	html_close(&page->html);
}

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Numbers of the events that have an id in the page: programs in the process tree, and noted events
 * in the list of what happened when. */
static void find_anchors(struct page *page)
{
	vec(uint64_t) numbers = {0};
	cleanup_moments struct moments moments = {0};

	for (size_t i = 0; i < min_of(page->processes.count, (size_t)PAGE_TREE_ROWS); i++) {
		const struct process *process = page->processes.tree[i].process;
		size_t shown = min_of(process->executions.count, (size_t)PAGE_EXECUTIONS);
		for (size_t k = 0; k < shown; k++)
			vec_add(&numbers, process->executions.data[k].event);
		if (process->end)
			vec_add(&numbers, process->end->event);
	}
	moments_init(&moments, page);
	for (size_t i = 0; i < min_of(moments.count, (size_t)MOMENTS_SHOWN); i++)
		if (moments.data[i].kind == MOMENT_EVENT)
			vec_add(&numbers, moments.data[i].event);
	if (numbers.count)
		qsort(numbers.data, numbers.count, sizeof(uint64_t), compare_numbers);
	page->anchors = numbers.data;
	page->anchor_count = numbers.count;
}

static void put_body(struct page *page, const struct buffer *body)
{
	html_open(&page->html, "body");
	put_language_choice(page);
	put_banner(page);
	put_navigation(page, buffer_text(body));
	html_open(&page->html, "main");
	html_put(&page->html, "");
	buffer_append(page->html.out, buffer_text(body), body->size);
	put_footer(page);
	html_close(&page->html);
	html_close(&page->html);
}

void report_write_html(struct buffer *out, const struct report *report,
		       const struct report_extras *extras)
{
	static const struct report_extras none;
	cleanup_buffer struct buffer body = {.limit = REPORT_HTML_LIMIT};
	struct page page = {.report = report, .extras = extras ? extras : &none};

	page.rows = page.extras->rows ? page.extras->rows : PAGE_ROWS;
	process_index_init(&page.processes, report);
	find_anchors(&page);
	html_init(&page.html, &body);
	section_verdict(&page);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		sections[i].write(&page);

	html_init(&page.html, out);
	buffer_append_text(out, "<!DOCTYPE html>\n");
	html_open(&page.html, "html");
	html_attr(&page.html, "lang", page.extras->language == REPORT_CHINESE ? "zh-CN" : "en");
	put_head(&page);
	put_body(&page, &body);
	html_close(&page.html);
	free(page.anchors);
	process_index_deinit(&page.processes);
}
