/* SPDX-License-Identifier: MIT */
#include "trace/id_map.h"

#include "base/alloc.h"

struct id_slot {
	uint64_t key;
	uint32_t value;
	bool used;
};

/* The finalizer of MurmurHash3 (public domain, Austin Appleby). */
static uint64_t mix(uint64_t value)
{
	value ^= value >> 33;
	value *= 0xff51afd7ed558ccdULL;
	value ^= value >> 33;
	value *= 0xc4ceb9fe1a85ec53ULL;
	return value ^ value >> 33;
}

uint64_t id_mix(uint64_t a, uint64_t b)
{
	return mix(a) ^ (b * 0x9e3779b97f4a7c15ULL);
}

void id_map_init(struct id_map *map, uint64_t seed)
{
	*map = (struct id_map){.seed = seed};
}

void id_map_deinit(struct id_map *map)
{
	free(map->slots);
	*map = (struct id_map){.seed = map->seed};
}

/* The slot of the key, or the free one where it belongs. */
static struct id_slot *find(const struct id_map *map, uint64_t key)
{
	size_t mask = map->capacity - 1;
	size_t at = (size_t)mix(key ^ map->seed) & mask;

	while (map->slots[at].used && map->slots[at].key != key)
		at = (at + 1) & mask;
	return &map->slots[at];
}

static void grow(struct id_map *map)
{
	struct id_map grown = {.seed = map->seed,
			       .capacity = map->capacity ? map->capacity * 2 : 64};

	grown.slots = xcalloc(grown.capacity, sizeof(*grown.slots));
	for (size_t i = 0; i < map->capacity; i++)
		if (map->slots[i].used)
			*find(&grown, map->slots[i].key) = map->slots[i];
	free(map->slots);
	map->slots = grown.slots;
	map->capacity = grown.capacity;
}

bool id_map_get(const struct id_map *map, uint64_t key, uint32_t *ret)
{
	if (map->capacity == 0)
		return false;
	const struct id_slot *slot = find(map, key);
	if (!slot->used)
		return false;
	*ret = slot->value;
	return true;
}

void id_map_put(struct id_map *map, uint64_t key, uint32_t value)
{
	if ((map->count + 1) * 4 > map->capacity * 3)
		grow(map);
	struct id_slot *slot = find(map, key);
	map->count += !slot->used;
	*slot = (struct id_slot){.key = key, .value = value, .used = true};
}
