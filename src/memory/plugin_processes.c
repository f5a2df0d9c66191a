/* SPDX-License-Identifier: MIT */
/*
 * Processes: every task that any view found, told from threads, from remnants of ended processes and
 * from those still being made; and what does not agree about it, each time with the reason.
 */
#include <stdarg.h>

#include "base/clock.h"
#include "base/text.h"
#include "memory/process.h"

enum { PROCESSES_MAX = 65536, THREADS_MAX = 4096, NOTES_MAX = 32, NAME_SIZE = 15 };

struct build {
	struct memory_context *context;
	struct task_set *tasks;
	vec(struct memory_process) rows;
	uint64_t clock_offset;
};

struct notes {
	struct memory_context *context;
	struct text_list list;
};

static void note(struct notes *notes, const char *format, ...) PRINTF_LIKE(2, 3);
static void note(struct notes *notes, const char *format, ...)
{
	va_list args;

	if (notes->list.count >= NOTES_MAX)
		return;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	text_list_add(&notes->list, arena_strdup(notes->context->arena, text));
}

/* A task_struct that nobody uses any more: its stack is given back, or it says that it is dead. */
static bool is_remnant(struct kernel *kernel, uint64_t task)
{
	const struct layout *layout = &kernel->layout;
	uint64_t state = kernel_get(kernel, task, layout->task_struct_state);
	uint64_t exit_state = kernel_get(kernel, task, layout->task_struct_exit_state);

	return state & PROCESS_STATE_DEAD || exit_state & PROCESS_EXIT_DEAD ||
	       (layout->task_struct_stack.found &&
		!kernel_get(kernel, task, layout->task_struct_stack)) ||
	       (layout->task_struct_usage.found &&
		!kernel_get(kernel, task, layout->task_struct_usage));
}

/* fork() begins with a copy of the parent, its number included; until the copy gets a state of its own
 * (sched_fork) only the struct pid tells, which leads to the parent. */
static bool is_fresh_copy(struct kernel *kernel, const struct task *task)
{
	const struct layout *layout = &kernel->layout;
	uint64_t pid = kernel_get(kernel, task->address, layout->task_struct_thread_pid);
	uint64_t first = kernel_u64(kernel, pid + layout->pid_tasks.offset);

	return task->views == TASK_VIEW_SCAN && pid && kernel_is_address(kernel, first) &&
	       first != task->address + layout->task_struct_pid_links.offset;
}

static enum memory_standing standing_of(struct kernel *kernel, const struct task *task)
{
	const struct layout *layout = &kernel->layout;
	bool is_listed = task->views & TASK_VIEW_LIST, has_pid = task->views & TASK_VIEW_PID;

	if (is_listed && has_pid)
		return MEMORY_LISTED;
	if (is_remnant(kernel, task->address))
		return MEMORY_EXITED;
	if (kernel_get(kernel, task->address, layout->task_struct_state) & PROCESS_STATE_NEW ||
	    is_fresh_copy(kernel, task))
		return MEMORY_STARTING;
	/* An ending process leaves the pid table before the list of tasks; both under one lock. */
	if (kernel_get(kernel, task->address, layout->task_struct_exit_state))
		return MEMORY_EXITED;
	return MEMORY_HIDDEN;
}

static void note_views(struct notes *notes, const struct memory_process *row)
{
	if (row->standing == MEMORY_HIDDEN && !row->in_task_list)
		note(notes, "hidden: not in the list of tasks, but %s%s%s",
		     row->in_pid_table ? "in a pid table" : "in memory and alive",
		     row->in_family ? ", among its parent's children" : "",
		     row->in_scan ? ", found by the scan" : "");
	if (row->standing == MEMORY_HIDDEN && !row->in_pid_table)
		note(notes, "hidden: not in any pid table, so no tool can name it");
	if (row->standing == MEMORY_EXITED && !row->in_task_list)
		note(notes, "remnant of a process that ended");
	if (row->standing == MEMORY_LISTED && !row->in_family && row->pid > 2)
		note(notes, "not among its parent's children");
}

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

static bool names_differ(const char *a, const char *b)
{
	return a && b && strncmp(a, b, NAME_SIZE) != 0;
}

static void note_identity(struct notes *notes, struct kernel *kernel,
			  const struct memory_process *row)
{
	const char *first = row->argv.count ? row->argv.data[0] : NULL;
	uint64_t mm = kernel_get(kernel, row->address, kernel->layout.task_struct_mm);
	bool claims_kernel = (first && first[0] == '[') ||
			     (row->name && (text_starts_with(row->name, "kworker/") ||
					    text_starts_with(row->name, "[")));

	if (row->exe_memfd)
		note(notes, "its program is a memfd: it was never in a folder");
	else if (row->exe_deleted)
		note(notes, "its program's file was deleted");
	if (claims_kernel && mm)
		note(notes, "takes the name of a kernel thread, but has memory of its own");
	if (row->is_kernel_thread && mm)
		note(notes, "flagged as a kernel thread, but has memory of its own");
	if (row->is_kernel_thread && row->ppid > 2)
		note(notes, "kernel thread whose parent is process %llu",
		     (unsigned long long)row->ppid);
	const char *shown = base_name(first);
	if (shown && shown[0] == '-')
		shown++;
	if (names_differ(shown, row->name) && names_differ(base_name(row->exe), row->name) &&
	    names_differ(shown, base_name(row->exe)))
		note(notes, "program, first argument and name are three different names");
	for (size_t i = 0; i < row->environment.count; i++)
		if (text_starts_with(row->environment.data[i], "LD_PRELOAD=") ||
		    text_starts_with(row->environment.data[i], "LD_AUDIT="))
			note(notes, "loads a library into itself: %s", row->environment.data[i]);
}

static void add_row(struct build *build, const struct task *task)
{
	struct memory_context *context = build->context;
	struct memory_process row = {0};
	struct notes notes = {.context = context};

	process_read(context, task->address, &row);
	row.in_task_list = (task->views & TASK_VIEW_LIST) != 0;
	row.in_pid_table = (task->views & TASK_VIEW_PID) != 0;
	row.in_family = (task->views & TASK_VIEW_FAMILY) != 0;
	row.in_scan = (task->views & TASK_VIEW_SCAN) != 0;
	row.standing = standing_of(context->kernel, task);
	if (row.standing != MEMORY_EXITED)
		process_read_memory(context, task->address, &row);
	if (build->clock_offset && row.start_ns) {
		char text[CLOCK_TEXT_SIZE];
		clock_text(build->clock_offset + row.start_ns, text);
		row.started = arena_strdup(context->arena, text);
	}
	note_views(&notes, &row);
	if (row.standing != MEMORY_EXITED)
		note_identity(&notes, context->kernel, &row);
	list_take(context->arena, &row.notes, notes.list.data, notes.list.count);
	vec_deinit(&notes.list);
	vec_add(&build->rows, row);
}

static int by_pid(const void *a, const void *b)
{
	const struct memory_process *left = a, *right = b;

	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return left->address < right->address ? -1 : left->address > right->address;
}

/* A thread belongs to the row of its group leader. */
struct thread_ref {
	uint64_t leader;
	struct memory_thread thread;
};

static int by_leader(const void *a, const void *b)
{
	const struct thread_ref *left = a, *right = b;

	if (left->leader != right->leader)
		return left->leader < right->leader ? -1 : 1;
	if (left->thread.tid != right->thread.tid)
		return left->thread.tid < right->thread.tid ? -1 : 1;
	return 0;
}

/* Gives each row the threads whose leader it is. */
static void add_threads(struct build *build, struct thread_ref *threads, size_t count)
{
	struct address_map rows = {0};

	for (size_t i = 0; i < build->rows.count; i++)
		(void)address_map_add(&rows, build->rows.data[i].address, (uint32_t)i, NULL);
	if (count)
		qsort(threads, count, sizeof(*threads), by_leader);
	for (size_t i = 0, end; i < count; i = end) {
		uint32_t row;
		for (end = i; end < count && threads[end].leader == threads[i].leader; end++)
			;
		if (!address_map_find(&rows, threads[i].leader, &row))
			continue;
		size_t kept = min_of(end - i, (size_t)THREADS_MAX);
		struct memory_process *process = &build->rows.data[row];
		process->threads.data =
			arena_alloc(build->context->arena, kept * sizeof(struct memory_thread));
		process->threads.count = kept;
		for (size_t k = 0; k < kept; k++)
			process->threads.data[k] = threads[i + k].thread;
	}
	address_map_deinit(&rows);
}

static void report_notes(struct memory_context *context, const struct task_set *tasks)
{
	for (size_t i = 0; i < tasks->notes.count; i++)
		context_anomaly(context, "task_list", tasks->notes.data[i].address, "%s",
				tasks->notes.data[i].text);
}

const char *plugin_processes(struct memory_context *context)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	struct build build = {.context = context};
	vec(struct thread_ref) threads = {0};

	if (!kernel->has_types || !kernel->init_task)
		return "needs the kernel's types and its first task";
	build.tasks = context_tasks(context);
	build.clock_offset = process_clock_offset(kernel);
	for (size_t i = 0; i < build.tasks->tasks.count; i++) {
		struct task *task = &build.tasks->tasks.data[i];
		uint64_t pid = kernel_get(kernel, task->address, layout->task_struct_pid);
		uint64_t tgid = kernel_get(kernel, task->address, layout->task_struct_tgid);
		if (pid == 0) /* the CPUs' idle tasks */
			continue;
		if (pid == tgid && build.rows.count < PROCESSES_MAX) {
			add_row(&build, task);
			continue;
		}
		if (is_remnant(kernel, task->address) || is_fresh_copy(kernel, task))
			continue;
		struct thread_ref *thread = vec_push(&threads);
		thread->leader =
			kernel_get(kernel, task->address, layout->task_struct_group_leader);
		thread->thread.address = task->address;
		thread->thread.tid = pid;
		thread->thread.name =
			kernel_array_text(kernel, task->address, layout->task_struct_comm);
	}
	if (build.rows.count)
		qsort(build.rows.data, build.rows.count, sizeof(*build.rows.data), by_pid);
	add_threads(&build, threads.data, threads.count);
	report_notes(context, build.tasks);
	list_take(context->arena, &context->report->processes, build.rows.data, build.rows.count);
	vec_deinit(&build.rows);
	vec_deinit(&threads);
	return NULL;
}
