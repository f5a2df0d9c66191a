/* SPDX-License-Identifier: MIT */
/* System calls, terminal, stages, options and artifacts. */
#include "base/text.h"
#include "report/format.h"
#include "report/page/sections.h"

static void put_syscall(struct page *page, const struct syscall_count *count, uint64_t most)
{
	char text[FORMAT_SIZE];

	html_open(&page->html, "tr");
	html_open(&page->html, "td");
	html_element(&page->html, "code", NULL, count->name ? count->name : "");
	html_close(&page->html);
	html_begin(&page->html, "td", "number");
	html_put(&page->html, format_count(count->number, text));
	html_close(&page->html);
	html_element(&page->html, "td", NULL, count->abi);
	html_begin(&page->html, "td", "number");
	html_put(&page->html, format_count(count->count, text));
	html_close(&page->html);
	html_begin(&page->html, "td", "wide");
	page_bar(page, "bar", (double)count->count, (double)most);
	html_close(&page->html);
	html_close(&page->html);
}

void section_syscalls(struct page *page)
{
	enum { TOP = 12 };
	const struct syscall_summary *syscalls = page->report->syscalls;

	if (!syscalls)
		return;
	size_t shown = min_of(syscalls->counts.count, (size_t)TOP);
	page_section_begin(page, "syscalls", WORD_SYSCALLS, (int64_t)syscalls->total);
	page_record_values(page, &record_syscall_summary, syscalls, NULL);
	html_begin(&page->html, "table", "counts");
	html_open(&page->html, "tbody");
	for (size_t i = 0; i < shown; i++)
		put_syscall(page, &syscalls->counts.data[i], syscalls->counts.data[0].count);
	html_close(&page->html);
	html_close(&page->html);
	if (syscalls->counts.count > shown) {
		page_fold_begin(page, word_of(WORD_ALL_SYSCALLS), (int64_t)syscalls->counts.count,
				false);
		page_table(page, &record_syscall_count, page_list(syscalls->counts),
			   columns_of(&record_syscall_count));
		page_fold_end(page);
	}
	page_section_end(page);
}

/* Lines as lines; within them all is made visible by html_text(). */
static void put_lines(struct page *page, struct span bytes)
{
	enum { LINES_MAX = 400 };
	size_t line = 0;

	html_begin(&page->html, "ol", "terminal");
	html_attr(&page->html, "tabindex", "0");
	for (; bytes.size && line < LINES_MAX; line++) {
		size_t end = span_find(bytes, span_text("\n"), 0);
		size_t size = min_of(end, bytes.size);
		struct span text = span_clip(bytes, 0, size);
		if (text.size && text.data[text.size - 1] == '\r')
			text = span_clip(text, 0, text.size - 1);
		html_open(&page->html, "li");
		html_put_span(&page->html, span_clip(text, 0, PAGE_TEXT_MAX));
		html_close(&page->html);
		bytes = span_clip(bytes, size == bytes.size ? size : size + 1, bytes.size);
	}
	html_close(&page->html);
}

void section_terminal(struct page *page)
{
	const struct report_extras *extras = page->extras;
	char shown[FORMAT_SIZE], total[FORMAT_SIZE];

	if (!extras->terminal.size)
		return;
	page_section_begin(page, "terminal", WORD_TERMINAL, PAGE_NO_COUNT);
	put_lines(page, extras->terminal);
	if (extras->terminal_total > extras->terminal.size) {
		html_begin(&page->html, "p", "cut");
		page_say(page, WORD_CUT_TERMINAL, format_bytes(extras->terminal.size, shown),
			 format_bytes(extras->terminal_total, total));
		html_close(&page->html);
	}
	page_section_end(page);
}

static void put_stage(struct page *page, const struct stage *stage, uint64_t whole)
{
	char text[FORMAT_SIZE];

	html_open(&page->html, "tr");
	html_open(&page->html, "td");
	page_name(page, "stage", stage->name);
	html_close(&page->html);
	html_open(&page->html, "td");
	page_badge(page, &values_stage_status, stage->status);
	html_close(&page->html);
	html_begin(&page->html, "td", "number");
	html_put(&page->html, format_span_us(stage->duration_us, text));
	html_close(&page->html);
	html_begin(&page->html, "td", "wide");
	html_begin(&page->html, "svg", "bar gantt");
	html_attr(&page->html, "viewBox", "0 0 100 10");
	html_attr(&page->html, "preserveAspectRatio", "none");
	html_attr(&page->html, "aria-hidden", "true");
	html_open(&page->html, "rect");
	double scale = whole ? 100.0 / (double)whole : 0;
	html_attr_format(&page->html, "x", "%.2f", (double)stage->start_us * scale);
	html_attr_format(&page->html, "width", "%.2f",
			 max_of((double)stage->duration_us * scale, 0.4));
	html_attr(&page->html, "height", "10");
	html_close(&page->html);
	html_close(&page->html);
	if (stage->error)
		html_element(&page->html, "p", "hint", stage->error);
	html_close(&page->html);
	html_close(&page->html);
}

static uint64_t whole_of(const struct analysis *analysis)
{
	uint64_t whole = 0;

	list_foreach(&analysis->stages, stage) {
		uint64_t end;
		if (!__builtin_add_overflow(stage->start_us, stage->duration_us, &end))
			whole = max_of(whole, end);
	}
	return whole;
}

void section_run(struct page *page)
{
	static const char *const beside[] = {"options", "stages", "machine", NULL};
	const struct analysis *analysis = page->report->analysis;

	if (!analysis)
		return;
	page_section_begin(page, "analysis", WORD_ANALYSIS, PAGE_NO_COUNT);
	html_begin(&page->html, "div", "columns");
	html_open(&page->html, "div");
	page_record_values(page, &record_analysis, analysis, beside);
	html_close(&page->html);
	html_open(&page->html, "div");
	if (analysis->machine)
		page_record_values(page, &record_analysis_machine, analysis->machine, NULL);
	html_close(&page->html);
	html_close(&page->html);
	if (analysis->stages.count) {
		html_begin(&page->html, "table", "counts");
		html_open(&page->html, "tbody");
		list_foreach(&analysis->stages, stage)
			put_stage(page, stage, whole_of(analysis));
		html_close(&page->html);
		html_close(&page->html);
	}
	if (analysis->options.count) {
		page_fold_begin(page, word_of(WORD_OPTIONS), (int64_t)analysis->options.count,
				false);
		page_table(page, &record_analysis_option, page_list(analysis->options), NULL);
		page_fold_end(page);
	}
	page_section_end(page);
}

void section_artifacts(struct page *page)
{
	const struct report *report = page->report;

	if (!report->artifacts.count)
		return;
	page_section_begin(page, "artifacts", WORD_ARTIFACTS, (int64_t)report->artifacts.count);
	page_table(page, &record_artifact, page_list(report->artifacts),
		   columns_of(&record_artifact));
	page_section_end(page);
}
