/* SPDX-License-Identifier: MIT */
#include "memory/tasks.h"

#include "memory/xarray.h"

enum { PIDTYPE_PID = 0, HLIST_NODE_SIZE = 16, UPIDS_MAX = 33 };

void task_set_deinit(struct task_set *set)
{
	vec_deinit(&set->tasks);
	vec_deinit(&set->notes);
	address_map_deinit(&set->by_address);
}

bool task_set_add(struct task_set *set, uint64_t address, enum task_view view)
{
	uint32_t index;

	if (set->tasks.count >= TASKS_MAX || address == 0)
		return false;
	if (address_map_add(&set->by_address, address, (uint32_t)set->tasks.count, &index)) {
		vec_add(&set->tasks, ((struct task){.address = address, .views = view}));
		return true;
	}
	if (set->tasks.data[index].views & view)
		return false;
	set->tasks.data[index].views |= view;
	return true;
}

static void note(struct task_set *set, uint64_t address, const char *text)
{
	if (set->notes.count < 1024)
		vec_add(&set->notes, ((struct task_note){.address = address, .text = text}));
}

/* Goes round init_task.tasks by next (0) or prev (8); true when it closed. */
static bool walk_list(struct kernel *kernel, struct task_set *set, unsigned direction)
{
	uint64_t offset = kernel->layout.task_struct_tasks.offset;
	uint64_t head = kernel->init_task + offset, at = head;

	for (unsigned i = 0; i < TASKS_MAX; i++) {
		uint64_t next = kernel_u64(kernel, at + direction);
		if (next == head)
			return true;
		if (!kernel_is_address(kernel, next)) {
			note(set, at, "the list of tasks leads out of memory here");
			return false;
		}
		if (direction == 0 && kernel_u64(kernel, next + 8) != at)
			note(set, next, "the list of tasks does not lead back from here");
		bool is_new = task_set_add(set, next - offset, TASK_VIEW_LIST);
		if (!is_new && direction == 0) {
			note(set, next, "the list of tasks runs in a circle");
			return false;
		}
		at = next;
	}
	return false;
}

struct pid_walk {
	struct kernel *kernel;
	struct task_set *set;
};

static void add_namespace(struct task_set *set, uint64_t namespace)
{
	for (size_t i = 0; i < set->namespace_count; i++)
		if (set->pid_namespaces[i] == namespace)
			return;
	if (namespace && set->namespace_count < NAMESPACES_MAX)
		set->pid_namespaces[set->namespace_count++] = namespace;
}

/* One struct pid of a table: its task, and the namespaces that number it. */
static bool visit_pid(void *context, uint64_t index, uint64_t pid)
{
	struct pid_walk *walk = context;
	struct kernel *kernel = walk->kernel;
	const struct layout *layout = &kernel->layout;
	(void)index;

	uint64_t node = kernel_u64(kernel, pid + layout->pid_tasks.offset + PIDTYPE_PID * 8);
	uint64_t links = layout->task_struct_pid_links.offset + PIDTYPE_PID * HLIST_NODE_SIZE;
	if (kernel_is_address(kernel, node))
		(void)task_set_add(walk->set, node - links, TASK_VIEW_PID);
	uint64_t level = kernel_get(kernel, pid, layout->pid_level);
	for (uint64_t i = 0; i <= level && i < UPIDS_MAX; i++)
		add_namespace(walk->set,
			      kernel_get(kernel,
					 pid + layout->pid_numbers.offset + i * layout->upid_bytes,
					 layout->upid_ns));
	return true;
}

static void walk_pid_tables(struct kernel *kernel, struct task_set *set)
{
	const struct layout *layout = &kernel->layout;
	struct pid_walk walk = {.kernel = kernel, .set = set};
	uint64_t first = 0;

	if (!layout->pid_namespace_idr.found || !layout->task_struct_pid_links.found)
		return;
	if (!kernel_symbol(kernel, "init_pid_ns", &first))
		first = kernel_get(
			kernel, kernel_get(kernel, kernel->init_task, layout->task_struct_nsproxy),
			layout->nsproxy_pid_ns_for_children);
	add_namespace(set, first);
	/* Grows while it is walked. */
	for (size_t i = 0; i < set->namespace_count; i++)
		if (!xarray_walk(
			    kernel,
			    kernel_get(kernel, set->pid_namespaces[i], layout->pid_namespace_idr),
			    visit_pid, &walk))
			note(set, set->pid_namespaces[i], "a pid table is malformed");
}

/* Members of one list that hangs on a task or a signal_struct; adds those that lie `offset` before. */
static void walk_members(struct kernel *kernel, struct task_set *set, uint64_t head,
			 uint32_t offset)
{
	uint64_t at = head;

	for (unsigned i = 0; i < TASKS_MAX; i++) {
		at = kernel_list_next(kernel, at, head);
		if (at == 0 || !task_set_add(set, at - offset, TASK_VIEW_FAMILY))
			return;
	}
}

/* Children and threads of every task that is known, until nothing new comes. */
static void walk_families(struct kernel *kernel, struct task_set *set)
{
	const struct layout *layout = &kernel->layout;
	struct address_map signals = {0};

	if (!layout->task_struct_children.found || !layout->task_struct_sibling.found)
		return;
	for (size_t i = 0; i < set->tasks.count; i++) {
		uint64_t task = set->tasks.data[i].address;
		walk_members(kernel, set, task + layout->task_struct_children.offset,
			     layout->task_struct_sibling.offset);
		uint64_t signal = kernel_get(kernel, task, layout->task_struct_signal);
		if (!layout->task_struct_thread_node.found ||
		    !layout->signal_struct_thread_head.found ||
		    !kernel_is_address(kernel, signal) ||
		    !address_map_add(&signals, signal, 0, NULL))
			continue;
		walk_members(kernel, set, signal + layout->signal_struct_thread_head.offset,
			     layout->task_struct_thread_node.offset);
	}
	address_map_deinit(&signals);
}

void tasks_collect(struct kernel *kernel, struct task_set *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (!kernel->init_task || !kernel->layout.task_struct_tasks.found)
		return;
	if (!walk_list(kernel, ret, 0))
		(void)walk_list(kernel, ret, 8);
	walk_pid_tables(kernel, ret);
	/* The first task's children are process 1 and the kernel's thread starter. */
	walk_members(kernel, ret, kernel->init_task + kernel->layout.task_struct_children.offset,
		     kernel->layout.task_struct_sibling.offset);
	walk_families(kernel, ret);
}
