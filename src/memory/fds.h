/* SPDX-License-Identifier: MIT */
#pragma once
/* The descriptors of processes. */
#include "memory/context.h"

enum { FDS_MAX = 65536, FDS_ALL_MAX = 1 << 20 };

struct fd_entry {
	const struct memory_process *process; /* pid, name; not of the arena */
	uint64_t fd;
	uint64_t file; /* address of the struct file */
};

typedef void (*fd_visit)(void *context, const struct fd_entry *entry);
/* Goes over the descriptors of every process, each table once however many tasks share it. */
void fds_walk(struct memory_context *context, fd_visit visit, void *visitor);
