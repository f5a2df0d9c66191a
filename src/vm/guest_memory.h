/* SPDX-License-Identifier: MIT */
#pragma once
/* Reading the guest's physical memory out of QEMU's process, changed pages and clean ones alike. */
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum { GUEST_MEMORY_REGIONS_MAX = 8 };

struct guest_region {
	uint64_t paddr; /* guest-physical */
	uint64_t size;
	uint64_t vaddr; /* in QEMU's process: the offset to read at */
};

struct guest_memory {
	int fd; /* /proc/PID/mem, read-only; -1: none */
	struct guest_region regions[GUEST_MEMORY_REGIONS_MAX]; /* ascending by paddr */
	size_t region_count;
};

/* Of the QEMU process that maps `path_end` (the end of the memory file's path). */
MUST_USE struct error *guest_memory_open(pid_t qemu, const char *path_end, uint64_t size,
					 struct guest_memory *ret);
void guest_memory_deinit(struct guest_memory *memory);
