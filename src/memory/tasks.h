/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Every task_struct of an image, and by which of four independent ways it was found. A rootkit that
 * takes a task out of one of them stays in the others.
 */
#include "memory/address_map.h"
#include "memory/kernel.h"

enum { TASKS_MAX = 1 << 18, NAMESPACES_MAX = 4096 };

enum task_view {
	TASK_VIEW_LIST = 1,   /* init_task.tasks: what ps shows in the end */
	TASK_VIEW_PID = 2,    /* pid tables of all pid namespaces */
	TASK_VIEW_FAMILY = 4, /* children lists; thread lists */
	TASK_VIEW_SCAN = 8,   /* physical memory, by a pointer to a scheduling class */
};

struct task {
	uint64_t address;
	unsigned views; /* of enum task_view */
};

struct task_note {
	uint64_t address;
	const char *text;
};

struct task_set {
	vec(struct task) tasks;
	struct address_map by_address;
	vec(struct task_note) notes; /* lists that are broken */
	uint64_t pid_namespaces[NAMESPACES_MAX];
	size_t namespace_count;
};

/* Collects by every view but the scan. */
void tasks_collect(struct kernel *kernel, struct task_set *ret);
void task_set_deinit(struct task_set *set);

/* For the scans: adds or marks a task. False when it was there with that view, or there are too many. */
bool task_set_add(struct task_set *set, uint64_t address, enum task_view view);
/* All of physical memory. */
void tasks_scan(struct kernel *kernel, struct task_set *set);
/* Only the pages that the slab allocator keeps for tasks: a sixtieth of the reading, but it believes
 * the kernel's array of pages. False when the kernel does not show which those are. */
bool tasks_scan_slabs(struct kernel *kernel, struct task_set *set);
