/* SPDX-License-Identifier: MIT */
/* Open files of processes, deleted ones told; sockets are a plugin of their own. */
#include "memory/fds.h"
#include "memory/path.h"

enum { ROWS_MAX = 65536, TYPE_MASK = 0xf000, TYPE_SOCKET = 0xc000, MODE_READ = 1, MODE_WRITE = 2 };

struct build {
	struct memory_context *context;
	vec(struct memory_file) rows;
};

static void visit(void *visitor, const struct fd_entry *entry)
{
	struct build *build = visitor;
	struct kernel *kernel = build->context->kernel;
	struct file_facts facts;

	if (build->rows.count >= ROWS_MAX || !path_file(kernel, entry->file, &facts) ||
	    (facts.mode & TYPE_MASK) == TYPE_SOCKET)
		return;
	uint64_t mode = kernel_get(kernel, entry->file, kernel->layout.file_f_mode);
	struct memory_file *row = vec_push(&build->rows);
	row->address = entry->file;
	row->pid = entry->process->pid;
	row->process = entry->process->name;
	row->fd = entry->fd;
	row->path = facts.path;
	row->mode = mode & MODE_WRITE ? (mode & MODE_READ ? "rw" : "w") : "r";
	row->inode = facts.number;
	row->size = facts.size;
	row->is_deleted = facts.is_deleted;
}

const char *plugin_files(struct memory_context *context)
{
	struct build build = {.context = context};

	if (!context->kernel->has_types || !context->kernel->init_task)
		return "needs the kernel's types and its first task";
	fds_walk(context, visit, &build);
	list_take(context->arena, &context->report->files, build.rows.data, build.rows.count);
	vec_deinit(&build.rows);
	return NULL;
}
