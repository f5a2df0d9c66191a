/* SPDX-License-Identifier: MIT */
#pragma once
/* Tasks in a small kernel: linked as the kernel links them. */
#include <stdlib.h>

#include "small_kernel.h"

enum { SMALL_TASKS = 5 };

struct small_tasks {
	struct small_kernel small;
	uint64_t swapper, namespace, table;
	uint64_t tasks[SMALL_TASKS]; /* processes 1 to 5; 1 is the parent of all others */
	uint64_t classes;
};

static inline uint64_t small_task(struct small_tasks *all, uint64_t pid, const char *name)
{
	struct small_kernel *small = &all->small;
	const struct layout *layout = &small->kernel.layout;
	uint64_t task = small_alloc(small, layout->task_struct_bytes);
	uint64_t signal = small_alloc(small, 256);

	small_text(small, task + layout->task_struct_comm.offset, name);
	small_set(small, task, layout->task_struct_pid, pid);
	small_set(small, task, layout->task_struct_tgid, pid);
	small_set(small, task, layout->task_struct_group_leader, task);
	small_set(small, task, layout->task_struct_usage, 1);
	small_set(small, task, layout->task_struct_stack, SMALL_BASE);
	small_set(small, task, layout->task_struct_sched_class, all->classes);
	small_set(small, task, layout->task_struct_signal, signal);
	small_list(small, task + layout->task_struct_tasks.offset);
	small_list(small, task + layout->task_struct_children.offset);
	small_list(small, task + layout->task_struct_sibling.offset);
	small_list(small, signal + layout->signal_struct_thread_head.offset);
	small_link(small, signal + layout->signal_struct_thread_head.offset,
		   task + layout->task_struct_thread_node.offset);
	return task;
}

/* struct pid of a task, and its slot in the namespace's table. */
static inline void small_number(struct small_tasks *all, uint64_t task, uint64_t pid)
{
	struct small_kernel *small = &all->small;
	const struct layout *layout = &small->kernel.layout;
	uint64_t object = small_alloc(small, 512);

	small_put(small, object + layout->pid_tasks.offset,
		  task + layout->task_struct_pid_links.offset);
	small_put(small, object + layout->pid_numbers.offset + layout->upid_nr.offset, pid);
	small_put(small, object + layout->pid_numbers.offset + layout->upid_ns.offset,
		  all->namespace);
	small_set(small, task, layout->task_struct_thread_pid, object);
	small_put(small, all->table + layout->xa_node_slots.offset + pid * 8, object);
}

static inline void small_tasks_open(struct small_tasks *all, uint8_t *memory)
{
	struct small_kernel *small = &all->small;

	small_open(small, memory, SMALL_SIZE);
	const struct layout *layout = &small->kernel.layout;
	all->classes = small_alloc(small, 64);
	all->namespace = small_alloc(small, 1024);
	all->table = small_alloc(small, 1024);
	small_set(small, all->namespace, layout->pid_namespace_idr, all->table + 2);
	all->swapper = small_task(all, 0, "swapper/0");
	small->kernel.init_task = all->swapper;
	uint64_t proxy = small_alloc(small, 512);
	small_set(small, all->swapper, layout->task_struct_nsproxy, proxy);
	small_set(small, proxy, layout->nsproxy_pid_ns_for_children, all->namespace);
	for (uint64_t i = 0; i < SMALL_TASKS; i++) {
		uint64_t task = small_task(all, i + 1, i ? "child" : "init");
		uint64_t parent = i ? all->tasks[0] : all->swapper;
		all->tasks[i] = task;
		small_set(small, task, layout->task_struct_real_parent, parent);
		small_set(small, task, layout->task_struct_parent, parent);
		small_link(small, all->swapper + layout->task_struct_tasks.offset,
			   task + layout->task_struct_tasks.offset);
		small_link(small, parent + layout->task_struct_children.offset,
			   task + layout->task_struct_sibling.offset);
		small_number(all, task, i + 1);
	}
}
