/* SPDX-License-Identifier: MIT */
#include "memory/fds.h"

#include "memory/process.h"

/* One table: fdt->fd is an array of pointers to struct file. */
static uint64_t walk_table(struct kernel *kernel, uint64_t files, struct fd_entry *entry,
			   fd_visit visit, void *visitor)
{
	const struct layout *layout = &kernel->layout;
	uint64_t table = kernel_get(kernel, files, layout->files_struct_fdt);
	uint64_t count = kernel_get(kernel, table, layout->fdtable_max_fds);
	uint64_t array = kernel_get(kernel, table, layout->fdtable_fd);

	count = min_of(count, (uint64_t)FDS_MAX);
	for (uint64_t fd = 0; fd < count; fd++) {
		entry->fd = fd;
		entry->file = kernel_u64(kernel, array + fd * 8);
		if (kernel_is_address(kernel, entry->file))
			visit(visitor, entry);
	}
	return count;
}

void fds_walk(struct memory_context *context, fd_visit visit, void *visitor)
{
	struct kernel *kernel = context->kernel;
	struct task_set *tasks = context_tasks(context);
	cleanup_map struct address_map seen = {0};
	uint64_t budget = FDS_ALL_MAX;

	for (size_t i = 0; i < tasks->tasks.count && budget; i++) {
		uint64_t task = tasks->tasks.data[i].address;
		uint64_t files = kernel_get(kernel, task, kernel->layout.task_struct_files);
		struct memory_process process = {0};
		if (!(tasks->tasks.data[i].views & ~(unsigned)TASK_VIEW_SCAN) ||
		    !kernel_is_address(kernel, files) || !address_map_add(&seen, files, 0, NULL))
			continue;
		process.pid = kernel_get(kernel, task, kernel->layout.task_struct_tgid);
		process.name = kernel_array_text(kernel, task, kernel->layout.task_struct_comm);
		struct fd_entry entry = {.process = &process};
		uint64_t spent = walk_table(kernel, files, &entry, visit, visitor);
		budget -= min_of(budget, spent);
	}
}
