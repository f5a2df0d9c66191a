/* SPDX-License-Identifier: MIT */
/*
 * History of shells that use readline (bash, python and others), out of their heap; so it is there
 * with HISTFILE off too. An entry is struct _hist_entry {char *line; char *timestamp; void *data};
 * the timestamp is the text "#" and the seconds since 1970. First all such texts are found, then
 * every pointer to one of them; the pointer before it leads to the line.
 */
#include "base/clock.h"
#include "memory/process.h"

enum {
	ROWS_MAX = 16384,
	HEAP_MAX = 64 << 20,
	ALL_HEAPS_MAX = 512 << 20,
	LINE_MAX_SIZE = 4096,
	STAMP_DIGITS_MIN = 9,
	STAMP_DIGITS_MAX = 11,
	STAMPS_MAX = 65536,
};

struct build {
	struct memory_context *context;
	vec(struct memory_command) rows;
	struct space space;
	uint64_t pid;
	const char *process;
};

/* Seconds when "#digits\0" stands at `at`; 0 when not. */
static uint64_t stamp_at(struct span heap, size_t at)
{
	uint64_t seconds = 0;
	size_t digits = 0;

	while (digits <= STAMP_DIGITS_MAX) {
		uint8_t c = span_u8(heap, at + 1 + digits);
		if (c < '0' || c > '9')
			break;
		seconds = seconds * 10 + (c - '0');
		digits++;
	}
	bool is_stamp = digits >= STAMP_DIGITS_MIN && digits <= STAMP_DIGITS_MAX &&
			at + 1 + digits < heap.size && heap.data[at + 1 + digits] == '\0';
	return is_stamp ? seconds : 0;
}

static void find_stamps(struct span heap, uint64_t base, struct address_map *ret)
{
	for (size_t at = 0; at < heap.size && ret->count < STAMPS_MAX; at++) {
		const uint8_t *hash = memchr(heap.data + at, '#', heap.size - at);
		if (!hash)
			return;
		at = (size_t)(hash - heap.data);
		if (stamp_at(heap, at))
			(void)address_map_add(ret, base + at, (uint32_t)at, NULL);
	}
}

static void add_row(struct build *build, uint64_t line, uint64_t seconds)
{
	struct arena *arena = build->context->arena;
	char text[LINE_MAX_SIZE + 1] = {0}, when[CLOCK_TEXT_SIZE];

	size_t there = space_read_some(&build->space, line, text, LINE_MAX_SIZE);
	size_t size = strnlen(text, there);
	if (size == 0 || build->rows.count >= ROWS_MAX)
		return;
	clock_text(seconds * 1000000000u, when);
	vec_add(&build->rows, ((struct memory_command){.address = line,
						       .pid = build->pid,
						       .process = build->process,
						       .time = seconds,
						       .started = arena_strdup(arena, when),
						       .line = arena_strndup(arena, text, size)}));
}

static void search_heap(struct build *build, struct span heap, uint64_t base)
{
	cleanup_map struct address_map stamps = {0};
	uint32_t at;

	find_stamps(heap, base, &stamps);
	if (stamps.count == 0)
		return;
	for (size_t i = 8; heap.size - i >= 8; i += 8) {
		uint64_t value = span_u64(heap, i, BYTE_ORDER_LITTLE);
		if (value - base >= heap.size || !address_map_find(&stamps, value, &at))
			continue;
		add_row(build, span_u64(heap, i - 8, BYTE_ORDER_LITTLE), stamp_at(heap, at));
	}
}

/* Reads the heap, absent pages as zeros; the bytes read. */
static size_t read_heap(struct build *build, uint64_t start, uint64_t end, uint8_t *out)
{
	struct translation found;
	size_t done = 0;

	for (uint64_t at = start; space_next(&build->space, &at, end, &found);
	     at = (at | (IMAGE_PAGE - 1)) + 1) {
		size_t part = min_of(space_page_left(at), (size_t)(end - at));
		if (image_read(build->context->kernel->image, found.paddr, out + (at - start),
			       part))
			done += part;
	}
	return done;
}

/* Bytes of heap that were looked at. */
static uint64_t search_process(struct build *build, uint64_t mm)
{
	struct kernel *kernel = build->context->kernel;
	uint64_t start = kernel_get(kernel, mm, kernel->layout.mm_struct_start_brk);
	uint64_t end = kernel_get(kernel, mm, kernel->layout.mm_struct_brk);

	if (end <= start || end - start > HEAP_MAX || start % 8)
		return 0;
	cleanup_free uint8_t *bytes = xcalloc(1, (size_t)(end - start));
	if (read_heap(build, start, end, bytes))
		search_heap(build, span_of(bytes, (size_t)(end - start)), start);
	return end - start;
}

const char *plugin_history(struct memory_context *context)
{
	struct kernel *kernel = context->kernel;
	struct build build = {.context = context};
	cleanup_map struct address_map seen = {0};
	uint64_t budget = ALL_HEAPS_MAX;

	if (!kernel->has_types || !kernel->init_task)
		return "needs the kernel's types and its first task";
	struct task_set *tasks = context_tasks(context);
	for (size_t i = 0; i < tasks->tasks.count; i++) {
		uint64_t task = tasks->tasks.data[i].address;
		uint64_t mm = kernel_get(kernel, task, kernel->layout.task_struct_mm);
		if (!(tasks->tasks.data[i].views & ~(unsigned)TASK_VIEW_SCAN) ||
		    !process_space(kernel, task, &build.space) ||
		    !address_map_add(&seen, mm, 0, NULL))
			continue;
		build.pid = kernel_get(kernel, task, kernel->layout.task_struct_tgid);
		build.process = kernel_array_text(kernel, task, kernel->layout.task_struct_comm);
		uint64_t spent = search_process(&build, mm);
		if (spent > budget) {
			context_anomaly(context, "history_cut", mm,
					"heaps are too large: not all were searched for history");
			break;
		}
		budget -= spent;
	}
	list_take(context->arena, &context->report->commands, build.rows.data, build.rows.count);
	vec_deinit(&build.rows);
	return NULL;
}
