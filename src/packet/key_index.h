/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A hash index from keys of one fixed size to numbers. Keys are hostile (addresses, ports), so the hash
 * is seeded per index and nobody outside can aim for collisions. No removal: setting replaces.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_INDEX_MAX_KEY = 64 };

struct key_index {
	size_t key_size;
	uint64_t seed;
	uint8_t *keys;
	uint32_t *values; /* value + 1; 0: free */
	size_t capacity;  /* a power of two */
	size_t count;
};

void key_index_init(struct key_index *index, size_t key_size);
void key_index_deinit(struct key_index *index);
bool key_index_get(const struct key_index *index, const void *key, uint32_t *ret);
/* value < UINT32_MAX. The caller caps the count. */
void key_index_set(struct key_index *index, const void *key, uint32_t value);
