/* SPDX-License-Identifier: MIT */
/* The process tree, flat with indentation: however deep it is, the page's elements are not. */
#include <inttypes.h>

#include "base/text.h"
#include "report/format.h"
#include "report/page/sections.h"

enum {
	TREE_INDENT_MAX = 12, /* deeper ones say their depth instead */
};

static void put_end(struct page *page, const struct process *process)
{
	const struct process_end *end = process->end;

	if (!end) {
		page_element(page, "span", "exit is-running", WORD_STILL_RUNNING);
		return;
	}
	bool is_bad = end->signal || end->code;
	html_open(&page->html, "span");
	html_attr(&page->html, "class", is_bad ? "exit is-bad" : "exit");
	if (end->event)
		html_attr_format(&page->html, "id", "event-%" PRIu64, end->event);
	if (end->signal) {
		page_word(page, WORD_KILLED_BY);
		html_put(&page->html, " ");
		if (end->signal_name)
			html_put(&page->html, end->signal_name);
		else
			html_format(&page->html, "%" PRIu64, end->signal);
		if (end->fault_place || end->fault_address) {
			html_put(&page->html, " @ ");
			html_put(&page->html,
				 end->fault_place ? end->fault_place : end->fault_address);
		}
	} else {
		page_word(page, WORD_EXIT);
		html_format(&page->html, " %" PRId64, end->code);
	}
	html_close(&page->html);
}

static void put_facts(struct page *page, const struct process *process)
{
	char text[FORMAT_SIZE];

	html_begin(&page->html, "span", "facts");
	html_format(&page->html, "pid %" PRIu64 " · uid %" PRIu64 " · %s", process->pid,
		    process->uid, format_time(process->start_ns, text));
	if (process->end) {
		int64_t lasted;
		if (!__builtin_sub_overflow(process->end->time_ns, process->start_ns, &lasted) &&
		    lasted >= 0)
			html_format(&page->html, " · %s",
				    format_span_us((uint64_t)lasted / 1000, text));
	}
	html_put(&page->html, " · ");
	put_end(page, process);
	html_close(&page->html);
}

static void put_badges(struct page *page, const struct process *process)
{
	const struct execution *execution = process_last_execution(process);

	if (!process->is_sample)
		page_element(page, "span", "badge is-other", WORD_NOT_SAMPLE);
	if (!process->is_sample && process->phase == PHASE_SETUP)
		page_element(page, "span", "badge is-other", WORD_SETUP);
	if (execution && execution->is_memfd)
		page_element(page, "span", "badge is-high", WORD_MEMFD);
	if (execution && execution->is_written_by_sample)
		page_element(page, "span", "badge is-high", WORD_WRITTEN_BY_SAMPLE);
	if (process->attributed_path) {
		html_begin(&page->html, "span", "facts");
		page_word(page, WORD_ATTRIBUTED);
		html_put(&page->html, " ");
		page_code(page, NULL, process->attributed_path);
		html_put(&page->html, " ");
		page_process(page, process->attributed_process);
		html_put(&page->html, " ");
		page_event(page, process->attributed_event);
		html_close(&page->html);
	}
}

static void put_execution(struct page *page, const struct execution *execution)
{
	cleanup_buffer struct buffer line = {0};

	command_line(&line, execution, PAGE_TEXT_MAX);
	html_begin(&page->html, "div", "command");
	if (execution->event)
		html_attr_format(&page->html, "id", "event-%" PRIu64, execution->event);
	page_code(page, NULL, buffer_text(&line));
	html_close(&page->html);
	/* The program that ran, where argv[0] says something else. */
	if (execution->path && execution->arguments.count &&
	    !text_equal(execution->path, execution->arguments.data[0]) &&
	    !text_ends_with(execution->path, execution->arguments.data[0])) {
		html_begin(&page->html, "div", "program");
		page_code(page, NULL, execution->path);
		html_close(&page->html);
	}
}

static void put_environment(struct page *page, const struct process *process)
{
	static const char *const beside[] = {"event", "time_ns", "path", "arguments", NULL};
	const struct execution *execution = process_last_execution(process);

	if (!execution || (!execution->environment.count && !execution->cwd))
		return;
	html_begin(&page->html, "details", "more");
	page_element(page, "summary", NULL, WORD_ENVIRONMENT);
	page_record_values(page, &record_execution, execution, beside);
	html_close(&page->html);
}

static void put_process(struct page *page, const struct process_node *node)
{
	const struct process *process = node->process;
	size_t shown = min_of(process->executions.count, (size_t)PAGE_EXECUTIONS);

	html_begin(&page->html, "li", process->is_sample ? "is-sample" : NULL);
	html_attr_format(&page->html, "id", "process-%s", process->id ? process->id : "");
	html_attr_format(&page->html, "style", "--depth:%zu",
			 min_of(node->depth, (size_t)TREE_INDENT_MAX));
	html_begin(&page->html, "div", "row");
	html_begin(&page->html, "span", "id");
	html_put(&page->html, process->id);
	if (node->depth > TREE_INDENT_MAX)
		html_format(&page->html, " ↳%zu", node->depth);
	html_close(&page->html);
	html_begin(&page->html, "div", "commands");
	if (!shown)
		html_element(&page->html, "div", "command", process->name);
	for (size_t i = 0; i < shown; i++)
		put_execution(page, &process->executions.data[i]);
	page_cut(page, shown, process->executions.count);
	put_facts(page, process);
	put_badges(page, process);
	put_environment(page, process);
	html_close(&page->html);
	html_close(&page->html);
	html_close(&page->html);
}

void section_processes(struct page *page)
{
	const struct process_index *index = &page->processes;
	size_t shown = min_of(index->count, (size_t)PAGE_TREE_ROWS);

	if (!index->count)
		return;
	page_section_begin(page, "processes", WORD_PROCESSES, (int64_t)index->count);
	html_begin(&page->html, "ol", "tree");
	for (size_t i = 0; i < shown; i++)
		put_process(page, &index->tree[i]);
	html_close(&page->html);
	page_cut(page, shown, index->count);
	page_section_end(page);
}
