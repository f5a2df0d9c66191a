/* SPDX-License-Identifier: MIT */
#include "report/page/moments.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"
#include "report/format.h"

static void add(struct moments *moments, struct moment moment)
{
	/* What cannot be placed among the others is in its own section only. */
	if (page_time_is_absolute(moment.time_ns))
		return;
	if (moments->total++ < MOMENTS_MAX)
		moments->data[moments->count++] = moment;
}

static void add_processes(struct moments *moments, const struct report *report)
{
	list_foreach(&report->processes, process) {
		list_foreach(&process->executions, execution)
			add(moments, (struct moment){execution->time_ns, MOMENT_EXEC,
						     execution->event, process->id, execution});
		if (process->end && (process->end->signal || process->end->code))
			add(moments,
			    (struct moment){process->end->time_ns, MOMENT_END, process->end->event,
					    process->id, process->end});
	}
}

static void add_network(struct moments *moments, const struct page *page)
{
	const struct network_report *network = page->report->network;

	if (!network)
		return;
	list_foreach(&network->dns, dns)
		add(moments, (struct moment){page_time(page, (int64_t)dns->time_ns), MOMENT_DNS, 0,
					     dns->process, dns});
	list_foreach(&network->http, http)
		add(moments, (struct moment){page_time(page, (int64_t)http->time_ns), MOMENT_HTTP,
					     0, http->process, http});
	list_foreach(&network->tls, tls)
		add(moments, (struct moment){page_time(page, (int64_t)tls->time_ns), MOMENT_TLS, 0,
					     tls->process, tls});
	list_foreach(&network->flows, flow)
		if (!text_equal(flow->service, "dns"))
			add(moments, (struct moment){page_time(page, (int64_t)flow->first_time_ns),
						     MOMENT_FLOW, 0, flow->process, flow});
}

/* Programs come from the processes, which know their arguments. */
static bool is_told_elsewhere(const struct event *event)
{
	return event->type == EVENT_KIND_EXEC || event->type == EVENT_KIND_EXIT ||
	       event->type == EVENT_KIND_FORK || event->type == EVENT_KIND_DNS;
}

static void add_events(struct moments *moments, const struct report_extras *extras)
{
	for (size_t i = 0; i < extras->event_count; i++) {
		const struct event *event = &extras->events[i];
		if (!is_told_elsewhere(event))
			add(moments, (struct moment){event->time_ns, MOMENT_EVENT, event->number,
						     event->process, event});
	}
}

static int compare(const void *a, const void *b)
{
	const struct moment *left = a, *right = b;

	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? -1 : 1;
	return (left->event > right->event) - (left->event < right->event);
}

void moments_init(struct moments *moments, const struct page *page)
{
	*moments = (struct moments){.data = xcalloc(MOMENTS_MAX, sizeof(*moments->data))};
	add_processes(moments, page->report);
	add_network(moments, page);
	add_events(moments, page->extras);
	qsort(moments->data, moments->count, sizeof(*moments->data), compare);
}

void moments_deinit(struct moments *moments)
{
	free(moments->data);
	*moments = (struct moments){0};
}

static void put_kind(struct page *page, const struct moment *moment)
{
	static const enum word_id words[] = {
		[MOMENT_EXEC] = WORD_MOMENT_EXEC,  [MOMENT_END] = WORD_MOMENT_END,
		[MOMENT_EVENT] = WORD_MAIN_EVENTS, [MOMENT_DNS] = WORD_MOMENT_DNS,
		[MOMENT_HTTP] = WORD_MOMENT_HTTP,  [MOMENT_TLS] = WORD_MOMENT_TLS,
		[MOMENT_FLOW] = WORD_MOMENT_FLOW,
	};
	const struct event *event = moment->what;

	if (moment->kind == MOMENT_EVENT)
		page_value(page, &values_event_kind, event->type);
	else
		page_word(page, words[moment->kind]);
}

static void put_end(struct page *page, const struct process_end *end)
{
	char number[FORMAT_SIZE];

	snprintf(number, sizeof(number), "%" PRId64,
		 end->signal ? (int64_t)end->signal : end->code);
	page_word(page, end->signal ? WORD_KILLED_BY : WORD_EXIT);
	html_put(&page->html, " ");
	html_put(&page->html, end->signal && end->signal_name ? end->signal_name : number);
}

static void put_event(struct page *page, const struct event *event)
{
	if (event->path)
		page_code(page, NULL, event->path);
	if (event->target) {
		html_put(&page->html, " → ");
		page_code(page, NULL, event->target);
	}
	if (event->name)
		page_code(page, NULL, event->name);
	if (event->address) {
		page_code(page, NULL, event->address);
		if (event->port)
			html_format(&page->html, " : %" PRIu64, event->port);
	}
	if (event->other_process) {
		html_put(&page->html, " ");
		page_process(page, event->other_process);
	}
}

static void put_dns(struct page *page, const struct dns_exchange *dns)
{
	page_code(page, NULL, dns->type);
	html_put(&page->html, " ");
	page_code(page, NULL, dns->name);
	list_foreach(&dns->answers, answer) {
		html_put(&page->html, " → ");
		page_code(page, NULL, answer->value);
		if (answer - dns->answers.data == 3)
			break;
	}
	if (!dns->answers.count && dns->result) {
		html_put(&page->html, " → ");
		html_put(&page->html, dns->result);
	}
}

static void put_flow(struct page *page, const struct network_flow *flow)
{
	html_put(&page->html, flow->protocol);
	html_put(&page->html, " ");
	page_code(page, NULL, flow->domain ? flow->domain : flow->target);
	html_format(&page->html, " : %" PRIu64 " ", flow->target_port);
	page_value(page, &values_flow_state, flow->state);
}

static void put_what(struct page *page, const struct moment *moment)
{
	cleanup_buffer struct buffer line = {0};
	const struct http_exchange *http = moment->what;
	const struct tls_session *tls = moment->what;

	switch (moment->kind) {
	case MOMENT_EXEC:
		command_line(&line, moment->what, PAGE_TEXT_MAX);
		page_code(page, NULL, buffer_text(&line));
		break;
	case MOMENT_END:
		put_end(page, moment->what);
		break;
	case MOMENT_EVENT:
		put_event(page, moment->what);
		break;
	case MOMENT_DNS:
		put_dns(page, moment->what);
		break;
	case MOMENT_HTTP:
		page_code(page, NULL, http->method);
		html_put(&page->html, " ");
		page_code(page, NULL, http->url);
		break;
	case MOMENT_TLS:
		page_code(page, NULL, tls->server_name);
		break;
	case MOMENT_FLOW:
		put_flow(page, moment->what);
		break;
	}
}

static void put_moment(struct page *page, const struct moment *moment)
{
	char text[FORMAT_SIZE];

	html_open(&page->html, "tr");
	if (moment->kind == MOMENT_EVENT && moment->event)
		html_attr_format(&page->html, "id", "event-%" PRIu64, moment->event);
	html_begin(&page->html, "td", "number time");
	html_put(&page->html, format_time(moment->time_ns, text));
	html_close(&page->html);
	html_open(&page->html, "td");
	page_process(page, moment->process);
	html_close(&page->html);
	html_begin(&page->html, "td", "kind");
	put_kind(page, moment);
	html_close(&page->html);
	html_begin(&page->html, "td", "wide");
	put_what(page, moment);
	html_put(&page->html, " ");
	page_event(page, moment->event);
	html_close(&page->html);
	html_close(&page->html);
}

void page_moments(struct page *page, const struct moments *moments)
{
	size_t shown = min_of(moments->count, (size_t)MOMENTS_SHOWN);

	page_fold_begin(page, word_of(WORD_MAIN_EVENTS), (int64_t)moments->total, false);
	html_begin(&page->html, "table", "moments");
	html_open(&page->html, "tbody");
	for (size_t i = 0; i < shown; i++)
		put_moment(page, &moments->data[i]);
	html_close(&page->html);
	html_close(&page->html);
	page_cut(page, shown, moments->total);
	page_fold_end(page);
}
