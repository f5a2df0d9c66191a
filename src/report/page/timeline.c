/* SPDX-License-Identifier: MIT */
/*
 * When things happened: a lane for each process, from its start to its end, with a tick for each
 * program that it ran; below, the main events as a table. Drawn with inline SVG that scales in one
 * direction only, so that labels stay text.
 */
#include <string.h>

#include "base/text.h"
#include "report/format.h"
#include "report/page/sections.h"

enum {
	LANES = 24,
	TICKS = 5,
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

static struct time_range range_of(const struct page *page)
{
	struct time_range range = {0, 1000000};

	list_foreach(&page->report->processes, process) {
		if (process->is_sample)
			widen(&range, process->start_ns);
		if (process->is_sample && process->end)
			widen(&range, process->end->time_ns);
	}
	for (size_t i = 0; i < page->extras->event_count; i++)
		widen(&range, page->extras->events[i].time_ns);
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

static void put_lane(struct page *page, const struct process *process, struct time_range range)
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
	list_foreach(&process->executions, execution)
		put_rect(page, "exec", place(range, execution->time_ns), 2);
	for (size_t i = 0; i < page->extras->event_count; i++) {
		const struct event *event = &page->extras->events[i];
		if (event->type != EVENT_KIND_EXEC && event->type != EVENT_KIND_EXIT &&
		    text_equal(event->process, process->id))
			put_rect(page, "mark", place(range, event->time_ns), 2);
	}
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
		double part = (double)i / (TICKS - 1);
		html_element(
			&page->html, "span", NULL,
			format_time(range.from + (int64_t)(part * (double)(range.to - range.from)),
				    text));
	}
	html_close(&page->html);
	html_close(&page->html);
}

static void put_lanes(struct page *page)
{
	struct time_range range = range_of(page);
	size_t shown = 0, total = 0;

	html_begin(&page->html, "div", "lanes");
	put_axis(page, range);
	for (size_t i = 0; i < page->processes.count; i++) {
		const struct process *process = page->processes.tree[i].process;
		if (!process->is_sample)
			continue;
		if (total++ < LANES) {
			put_lane(page, process, range);
			shown++;
		}
	}
	html_close(&page->html);
	page_cut(page, shown, total);
}

void section_timeline(struct page *page)
{
	const struct report_extras *extras = page->extras;
	struct model_list events = {.count = extras->event_count};

	if (!page->processes.count)
		return;
	page_section_begin(page, "timeline", WORD_TIMELINE, PAGE_NO_COUNT);
	put_lanes(page);
	if (events.count) {
		/* The table only reads it. */
		memcpy(&events.data, &extras->events, sizeof(events.data));
		page_fold_begin(page, word_of(WORD_MAIN_EVENTS), (int64_t)events.count, false);
		page_table(page, &record_event, events, columns_of(&record_event));
		page_fold_end(page);
		if (extras->event_total > events.count)
			page_cut(page, events.count, extras->event_total);
	}
	page_section_end(page);
}
