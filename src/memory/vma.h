/* SPDX-License-Identifier: MIT */
#pragma once
/* The mappings of a process: the maple tree since 6.1, a linked list before. */
#include "memory/kernel.h"

enum {
	VMA_READ = 1,
	VMA_WRITE = 2,
	VMA_EXEC = 4,
	VMA_SHARED = 8,
	VMA_MAX = 1 << 17, /* of one process; the kernel's default limit is 65,530 */
};

struct vma {
	uint64_t address; /* of the vm_area_struct */
	uint64_t start, end, flags, file, page_offset;
};

/* Called in order of address; false stops. */
typedef bool (*vma_visit)(void *context, const struct vma *vma);
/* False when the tree or list is malformed; what came before counts. */
bool vma_walk(struct kernel *kernel, uint64_t mm, vma_visit visit, void *context);
