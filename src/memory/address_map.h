/* SPDX-License-Identifier: MIT */
#pragma once
/* A map from addresses to small numbers: what has been seen, and at which index. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address_map {
	uint64_t *keys; /* 0: empty */
	uint32_t *values;
	size_t count, slots;
};

void address_map_deinit(struct address_map *map);
#define cleanup_map __attribute__((cleanup(address_map_deinit)))
/* False when the key is 0 or there already; *ret (may be NULL) is its value then. */
bool address_map_add(struct address_map *map, uint64_t key, uint32_t value, uint32_t *ret);
bool address_map_find(const struct address_map *map, uint64_t key, uint32_t *ret);
