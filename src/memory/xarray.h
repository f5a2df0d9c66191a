/* SPDX-License-Identifier: MIT */
#pragma once
/* The kernel's sparse array (lib/xarray.c, lib/radix-tree.c since 4.20): IDRs, the page cache. */
#include "memory/kernel.h"

enum {
	XARRAY_DEPTH_MAX = 11,
	XARRAY_NODES_MAX = 1 << 20, /* nodes visited in one walk */
};

/* Called for every entry that is a pointer; false stops the walk. */
typedef bool (*xarray_visit)(void *context, uint64_t index, uint64_t entry);

/* Walks the array whose xa_head is `head`. False when it was malformed or too large. */
bool xarray_walk(struct kernel *kernel, uint64_t head, xarray_visit visit, void *context);
