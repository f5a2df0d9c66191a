/* SPDX-License-Identifier: MIT */
#pragma once
/* One task_struct → one memory_process: what it is, without the views that found it. */
#include "memory/context.h"

enum {
	PROCESS_KERNEL_THREAD = 0x00200000, /* PF_KTHREAD */
	PROCESS_EXIT_DEAD = 0x10,
	PROCESS_EXIT_ZOMBIE = 0x20,
	PROCESS_STATE_DEAD = 0x80,
	PROCESS_STATE_NEW = 0x800,
};

/* Numbers, names, credentials, times: what the task_struct itself leads to. */
void process_read(struct memory_context *context, uint64_t task, struct memory_process *ret);
/* Program, arguments, environment, folders: from its address space and files. */
void process_read_memory(struct memory_context *context, uint64_t task, struct memory_process *ret);
/* The process's own address space; false when it has none. */
bool process_space(struct kernel *kernel, uint64_t task, struct space *ret);

/* Wall clock minus boot clock, nanoseconds; 0 when the guest's clock is not found. */
uint64_t process_clock_offset(struct kernel *kernel);
