/* SPDX-License-Identifier: MIT */
#pragma once
/* A hash table from 64-bit identities (tasks, inodes) to indices. Keys come from the guest, so they
 * are mixed with a seed: a flood of chosen keys does not make chains. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_map {
	struct id_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
	uint64_t seed;
};

void id_map_init(struct id_map *map, uint64_t seed);
void id_map_deinit(struct id_map *map);
/* False when the key is not there. */
bool id_map_get(const struct id_map *map, uint64_t key, uint32_t *ret);
/* Sets or replaces. */
void id_map_put(struct id_map *map, uint64_t key, uint32_t value);
/* Mixes two halves of an identity into one key. */
uint64_t id_mix(uint64_t a, uint64_t b);
