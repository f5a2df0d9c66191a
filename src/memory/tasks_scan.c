/* SPDX-License-Identifier: MIT */
/*
 * Finds task_structs in physical memory: each points to a scheduling class, one of half a dozen
 * objects of the kernel image. Tasks are aligned to 64 bytes, so that pointer stands at one of
 * 64 places: one comparison per cache line, which runs at memory speed.
 */
#include "memory/tasks.h"

enum { TASK_ALIGN = 64, CLASSES_MAX = 16, PID_MAX = 4194304 };

struct classes {
	uint64_t values[CLASSES_MAX];
	size_t count;
	uint64_t low, span; /* all lie in [low, low + span] */
};

static void add_class(struct classes *classes, uint64_t value)
{
	for (size_t i = 0; i < classes->count; i++)
		if (classes->values[i] == value)
			return;
	if (classes->count < CLASSES_MAX && value)
		classes->values[classes->count++] = value;
}

/* The classes by their symbols, else those that known tasks point to. */
static void find_classes(struct kernel *kernel, const struct task_set *set, struct classes *ret)
{
	static const char *const names[] = {"stop_sched_class", "dl_sched_class",
					    "rt_sched_class",   "fair_sched_class",
					    "idle_sched_class", "ext_sched_class"};
	uint64_t value, high = 0;

	*ret = (struct classes){.low = UINT64_MAX};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (kernel_symbol(kernel, names[i], &value))
			add_class(ret, value);
	if (ret->count == 0)
		for (size_t i = 0; i < set->tasks.count; i++)
			add_class(ret, kernel_get(kernel, set->tasks.data[i].address,
						  kernel->layout.task_struct_sched_class));
	for (size_t i = 0; i < ret->count; i++) {
		ret->low = min_of(ret->low, ret->values[i]);
		high = max_of(high, ret->values[i]);
	}
	ret->span = ret->count ? high - ret->low : 0;
}

static bool is_class(const struct classes *classes, uint64_t value)
{
	for (size_t i = 0; i < classes->count; i++)
		if (classes->values[i] == value)
			return true;
	return false;
}

static bool is_name(struct kernel *kernel, uint64_t task)
{
	char comm[16] = {0};

	if (!kernel_read(kernel, task + kernel->layout.task_struct_comm.offset, comm,
			 sizeof(comm)) ||
	    comm[0] == '\0' || !memchr(comm, '\0', sizeof(comm)))
		return false;
	for (size_t i = 0; comm[i]; i++)
		if ((unsigned char)comm[i] < ' ' || comm[i] == 0x7f)
			return false;
	return true;
}

static bool looks_like_task(struct kernel *kernel, uint64_t task)
{
	const struct layout *layout = &kernel->layout;
	uint64_t pid = kernel_get(kernel, task, layout->task_struct_pid);
	uint64_t tgid = kernel_get(kernel, task, layout->task_struct_tgid);

	return pid >= 1 && pid <= PID_MAX && tgid >= 1 && tgid <= PID_MAX &&
	       is_name(kernel, task) &&
	       kernel_is_address(kernel,
				 kernel_get(kernel, task, layout->task_struct_real_parent)) &&
	       kernel_is_address(kernel,
				 kernel_get(kernel, task, layout->task_struct_group_leader)) &&
	       kernel_is_address(kernel,
				 kernel_u64(kernel, task + layout->task_struct_tasks.offset));
}

/* Direct map: virtual minus physical address, from a task that is known to lie in it. */
static bool direct_map(struct kernel *kernel, const struct task_set *set, uint64_t *ret)
{
	struct translation found;

	for (size_t i = 0; i < set->tasks.count; i++) {
		uint64_t task = set->tasks.data[i].address;
		if (!space_translate(&kernel->space, task, &found))
			continue;
		*ret = task - found.paddr;
		return true;
	}
	return false;
}

/* Next place at or behind `at`, in steps of TASK_ALIGN, whose u64 lies in the classes' range. The
 * bytes are there: at < end, end + 8 <= window.size. */
static size_t next_hit(const uint8_t *data, size_t at, size_t end, uint64_t low, uint64_t span)
{
	for (; at < end; at += TASK_ALIGN) {
		uint64_t value;
		memcpy(&value, data + at, sizeof(value));
		if (value - low <= span)
			return at;
	}
	return at;
}

void tasks_scan(struct kernel *kernel, struct task_set *set)
{
	cleanup_cursor struct image_cursor cursor = {0};
	uint32_t offset = kernel->layout.task_struct_sched_class.offset;
	struct classes classes;
	uint64_t delta;

	find_classes(kernel, set, &classes);
	if (!kernel->layout.task_struct_sched_class.found || classes.count == 0 ||
	    !direct_map(kernel, set, &delta))
		return;
	while (image_next(kernel->image, &cursor)) {
		struct span window = cursor.window;
		if (window.size < 8)
			continue;
		size_t end = window.size - 7;
		size_t at = (size_t)((offset - cursor.paddr) % TASK_ALIGN);
		while ((at = next_hit(window.data, at, end, classes.low, classes.span)) < end) {
			uint64_t value = span_u64(window, at, BYTE_ORDER_LITTLE);
			uint64_t task = cursor.paddr + at - offset + delta;
			if (is_class(&classes, value) && looks_like_task(kernel, task))
				(void)task_set_add(set, task, TASK_VIEW_SCAN);
			at += TASK_ALIGN;
		}
	}
}
