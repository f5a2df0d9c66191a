/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Bytes that end at a page that cannot be read: the first read behind them is a fault, also in
 * builds without a sanitizer.
 *
 *	struct guarded bytes = guard_copy("\x7f""ELF", 4);
 *	…decode span_of(bytes.data, bytes.size)…
 *	guard_free(&bytes);
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/span.h"

struct guarded {
	uint8_t *data;
	size_t size;
	void *map; /* whole pages before the forbidden one */
	size_t map_size;
};

/* Room for `size` bytes, zeroed, for the test to fill. */
static inline struct guarded guard_new(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = (size + page - 1) / page * page;
	uint8_t *map = mmap(NULL, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (map == MAP_FAILED || mprotect(map + pages, page, PROT_NONE) != 0)
		abort();
	return (struct guarded){
		.data = map + pages - size, .size = size, .map = map, .map_size = pages + page};
}

static inline struct guarded guard_copy(const void *bytes, size_t size)
{
	struct guarded guarded = guard_new(size);

	if (size)
		memcpy(guarded.data, bytes, size);
	return guarded;
}

static inline struct span guard_span(const struct guarded *guarded)
{
	return span_of(guarded->data, guarded->size);
}

static inline void guard_free(struct guarded *guarded)
{
	if (guarded->map)
		munmap(guarded->map, guarded->map_size);
	*guarded = (struct guarded){0};
}
#define cleanup_guard __attribute__((cleanup(guard_free)))
