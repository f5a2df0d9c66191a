/* SPDX-License-Identifier: MIT */
#include "report/process_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

/* A process and its parent, sorted by parent and then by appearance, so that the children of one
 * process lie side by side. */
struct edge {
	const char *parent;
	size_t child; /* index into report->processes */
};

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static int compare_edges(const void *a, const void *b)
{
	const struct edge *left = a, *right = b;
	int order = strcmp(left->parent, right->parent);

	if (order)
		return order;
	return (left->child > right->child) - (left->child < right->child);
}

static int compare_ids(const void *a, const void *b)
{
	const struct process *const *left = a, *const *right = b;

	return strcmp(text_or_empty((*left)->id), text_or_empty((*right)->id));
}

static int compare_id(const void *key, const void *element)
{
	const struct process *const *process = element;

	return strcmp(key, text_or_empty((*process)->id));
}

const struct process *process_find(const struct process_index *index, const char *id)
{
	if (!id || !index->count)
		return NULL;
	const struct process **found =
		bsearch(id, index->by_id, index->count, sizeof(index->by_id[0]), compare_id);
	return found ? *found : NULL;
}

struct tree_walk {
	const struct report *report;
	struct edge *edges;
	bool *seen;
	struct process_node *out;
	size_t written;
	struct pending *stack;
	size_t stack_size;
};

struct pending {
	size_t process;
	size_t depth;
};

static size_t first_child(const struct tree_walk *walk, const char *id)
{
	size_t low = 0, high = walk->report->processes.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(walk->edges[middle].parent, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Each process is pushed once at most: `seen` is set when it is. */
static void push(struct tree_walk *walk, size_t process, size_t depth)
{
	if (walk->seen[process])
		return;
	walk->seen[process] = true;
	walk->stack[walk->stack_size++] = (struct pending){process, depth};
}

static void walk_from(struct tree_walk *walk, size_t root)
{
	size_t count = walk->report->processes.count;

	push(walk, root, 0);
	while (walk->stack_size) {
		struct pending now = walk->stack[--walk->stack_size];
		const struct process *process = &walk->report->processes.data[now.process];
		const char *id = text_or_empty(process->id);
		size_t from = first_child(walk, id), to = from, before = walk->stack_size;
		while (*id && to < count && strcmp(walk->edges[to].parent, id) == 0)
			to++;
		/* Backwards, so that the first child is on top. */
		for (size_t i = to; i > from; i--)
			push(walk, walk->edges[i - 1].child, now.depth + 1);
		walk->out[walk->written++] =
			(struct process_node){process, now.depth, walk->stack_size - before};
	}
}

static void walk_tree(struct process_index *index, const struct report *report)
{
	size_t count = index->count;
	cleanup_free struct edge *edges = xcalloc(count, sizeof(*edges));
	cleanup_free bool *seen = xcalloc(count, sizeof(*seen));
	cleanup_free struct pending *stack = xcalloc(count, sizeof(*stack));
	struct tree_walk walk = {
		.report = report, .edges = edges, .seen = seen, .stack = stack, .out = index->tree};

	for (size_t i = 0; i < count; i++)
		edges[i] = (struct edge){text_or_empty(report->processes.data[i].parent), i};
	qsort(edges, count, sizeof(*edges), compare_edges);
	for (size_t i = 0; i < count; i++)
		if (!process_find(index, report->processes.data[i].parent))
			walk_from(&walk, i);
	/* What is left hangs in rings. */
	for (size_t i = 0; i < count; i++)
		if (!seen[i])
			walk_from(&walk, i);
}

void process_index_init(struct process_index *index, const struct report *report)
{
	size_t count = report->processes.count;

	*index = (struct process_index){.count = count};
	if (!count)
		return;
	index->by_id = xcalloc(count, sizeof(*index->by_id));
	index->tree = xcalloc(count, sizeof(*index->tree));
	for (size_t i = 0; i < count; i++)
		index->by_id[i] = &report->processes.data[i];
	qsort(index->by_id, count, sizeof(*index->by_id), compare_ids);
	walk_tree(index, report);
}

void process_index_deinit(struct process_index *index)
{
	free(index->by_id);
	free(index->tree);
	*index = (struct process_index){0};
}

const struct execution *process_last_execution(const struct process *process)
{
	size_t count = process->executions.count;

	return count ? &process->executions.data[count - 1] : NULL;
}

static bool needs_quotes(const char *argument)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./:=,+@%^~";

	return !*argument || argument[strspn(argument, plain)] != '\0';
}

static void put_argument(struct buffer *out, const char *argument)
{
	if (!needs_quotes(argument)) {
		buffer_append_text(out, argument);
		return;
	}
	buffer_append_char(out, '"');
	for (const char *c = argument; *c; c++) {
		if (*c == '"' || *c == '\\' || *c == '$' || *c == '`')
			buffer_append_char(out, '\\');
		buffer_append_char(out, *c);
	}
	buffer_append_char(out, '"');
}

void command_line(struct buffer *out, const struct execution *execution, size_t limit)
{
	size_t start = out->size;

	if (!execution->arguments.count)
		buffer_append_text(out, text_or_empty(execution->path));
	for (size_t i = 0; i < execution->arguments.count && out->size - start <= limit; i++) {
		if (i)
			buffer_append_char(out, ' ');
		put_argument(out, text_or_empty(execution->arguments.data[i]));
	}
	if (out->size - start <= limit)
		return;
	/* Not in the middle of a character. */
	size_t end = start + limit;
	while (end > start && ((uint8_t)out->data[end] & 0xc0) == 0x80)
		end--;
	out->size = end;
	out->data[end] = '\0';
	buffer_append_text(out, "…");
}
