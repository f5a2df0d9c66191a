/* SPDX-License-Identifier: MIT */
/*
 * When things happened: a lane for each process of the sample, from its start to its end, with a tick
 * for each program that it ran and each thing that it did; below, the same as a list. Drawn with
 * inline SVG that scales in one direction only, so that labels stay text.
 */
#include "base/text.h"
#include "report/format.h"
#include "report/page/moments.h"
#include "report/page/sections.h"

enum {
	LANES = 24,
	TICKS = 5,
	MARKS = 400,   /* of a lane */
	CANVAS = 1000, /* units of the drawing */
};

struct time_range {
	int64_t from, to;
};

static void widen(struct time_range *range, int64_t time)
{
	range->from = min_of(range->from, time);
	range->to = max_of(range->to, time);
}

static struct time_range range_of(const struct page *page, const struct moments *moments)
{
	struct time_range range = {0, 1000000};

	list_foreach(&page->report->processes, process) {
		if (process->is_sample)
			widen(&range, process->start_ns);
		if (process->is_sample && process->end)
			widen(&range, process->end->time_ns);
	}
	for (size_t i = 0; i < moments->count; i++)
		widen(&range, moments->data[i].time_ns);
	if (page->report->analysis && page->report->analysis->run_ms < INT64_MAX / 1000000)
		widen(&range, (int64_t)page->report->analysis->run_ms * 1000000);
	return range;
}

static double place(struct time_range range, int64_t time)
{
	return ((double)time - (double)range.from) / ((double)range.to - (double)range.from) *
	       CANVAS;
}

static void put_rect(struct page *page, const char *class_name, double x, double width)
{
	html_begin(&page->html, "rect", class_name);
	html_attr_format(&page->html, "x", "%.1f", x);
	html_attr_format(&page->html, "width", "%.1f", width);
	html_attr(&page->html, "height", "10");
	html_close(&page->html);
}

static const char *mark_class(enum moment_kind kind)
{
	switch (kind) {
	case MOMENT_EXEC:
		return "exec";
	case MOMENT_END:
		return "end";
	case MOMENT_EVENT:
		return "mark";
	case MOMENT_DNS:
	case MOMENT_HTTP:
	case MOMENT_TLS:
	case MOMENT_FLOW:
		return "net";
	}
	return NULL;
}

static void put_marks(struct page *page, const struct process *process,
		      const struct moments *moments, struct time_range range)
{
	size_t marks = 0;

	for (size_t i = 0; i < moments->count && marks < MARKS; i++) {
		const struct moment *moment = &moments->data[i];
		if (!moment->process || !text_equal(moment->process, process->id))
			continue;
		put_rect(page, mark_class(moment->kind), place(range, moment->time_ns), 2);
		marks++;
	}
}

static void put_lane(struct page *page, const struct process *process,
		     const struct moments *moments, struct time_range range)
{
	double start = place(range, process->start_ns);
	double end = process->end ? place(range, process->end->time_ns) : CANVAS;

	html_begin(&page->html, "div", "lane");
	page_process(page, process->id);
	html_open(&page->html, "svg");
	html_attr_format(&page->html, "viewBox", "0 0 %d 10", CANVAS);
	html_attr(&page->html, "preserveAspectRatio", "none");
	html_attr(&page->html, "aria-hidden", "true");
	put_rect(page, process->end ? "life" : "life is-running", start, max_of(end - start, 2.0));
	put_marks(page, process, moments, range);
	html_close(&page->html);
	html_close(&page->html);
}

static void put_axis(struct page *page, struct time_range range)
{
	char text[FORMAT_SIZE];

	html_begin(&page->html, "div", "lane axis");
	html_begin(&page->html, "span", NULL);
	html_close(&page->html);
	html_begin(&page->html, "span", "ticks");
	for (int i = 0; i < TICKS; i++) {
		double time = (double)range.from +
			      (double)i / (TICKS - 1) * ((double)range.to - (double)range.from);
		/* Rounded, and inside of what int64_t holds. */
		time = min_of(max_of(time + 5e5, -9e18), 9e18);
		html_element(&page->html, "span", NULL, format_time((int64_t)time, text));
	}
	html_close(&page->html);
	html_close(&page->html);
}

static void put_legend(struct page *page)
{
	static const struct {
		const char *class_name;
		enum word_id word;
	} keys[] = {{"exec", WORD_MOMENT_EXEC},
		    {"mark", WORD_LEGEND_EVENT},
		    {"net", WORD_NETWORK},
		    {"end", WORD_LEGEND_END}};

	html_begin(&page->html, "p", "legend");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		html_begin(&page->html, "span", "key");
		html_begin(&page->html, "svg", NULL);
		html_attr(&page->html, "viewBox", "0 0 4 10");
		html_attr(&page->html, "aria-hidden", "true");
		put_rect(page, keys[i].class_name, 0, 4);
		html_close(&page->html);
		page_word(page, keys[i].word);
		html_close(&page->html);
	}
	html_close(&page->html);
}

static void put_lanes(struct page *page, const struct moments *moments)
{
	struct time_range range = range_of(page, moments);
	size_t shown = 0, total = 0;

	html_begin(&page->html, "div", "lanes");
	put_axis(page, range);
	for (size_t i = 0; i < page->processes.count; i++) {
		const struct process *process = page->processes.tree[i].process;
		if (!process->is_sample)
			continue;
		if (total++ < LANES) {
			put_lane(page, process, moments, range);
			shown++;
		}
	}
	put_legend(page);
	html_close(&page->html);
	page_cut(page, shown, total);
}

void section_timeline(struct page *page)
{
	cleanup_moments struct moments moments = {0};

	moments_init(&moments, page);
	if (!moments.count)
		return;
	page_section_begin(page, "timeline", WORD_TIMELINE, PAGE_NO_COUNT);
	if (page->processes.count)
		put_lanes(page, &moments);
	page_moments(page, &moments);
	page_section_end(page);
}
