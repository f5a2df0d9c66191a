/* SPDX-License-Identifier: MIT */
#include "memory/address_map.h"

#include "base/alloc.h"

void address_map_deinit(struct address_map *map)
{
	free(map->keys);
	free(map->values);
	*map = (struct address_map){0};
}

/* The slot that holds the key, or the empty one where it belongs. */
static size_t slot_of(const struct address_map *map, uint64_t key)
{
	size_t slot = (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (map->slots - 1);

	while (map->keys[slot] && map->keys[slot] != key)
		slot = (slot + 1) & (map->slots - 1);
	return slot;
}

static void grow(struct address_map *map)
{
	struct address_map wider = {.slots = map->slots ? map->slots * 2 : 256,
				    .count = map->count};

	wider.keys = xcalloc(wider.slots, sizeof(*wider.keys));
	wider.values = xcalloc(wider.slots, sizeof(*wider.values));
	for (size_t i = 0; i < map->slots; i++) {
		if (!map->keys[i])
			continue;
		size_t slot = slot_of(&wider, map->keys[i]);
		wider.keys[slot] = map->keys[i];
		wider.values[slot] = map->values[i];
	}
	address_map_deinit(map);
	*map = wider;
}

bool address_map_add(struct address_map *map, uint64_t key, uint32_t value, uint32_t *ret)
{
	if (key == 0)
		return false;
	if (map->count * 2 >= map->slots)
		grow(map);
	size_t slot = slot_of(map, key);
	if (map->keys[slot]) {
		if (ret)
			*ret = map->values[slot];
		return false;
	}
	map->keys[slot] = key;
	map->values[slot] = value;
	map->count++;
	return true;
}

bool address_map_find(const struct address_map *map, uint64_t key, uint32_t *ret)
{
	if (!map->slots || key == 0)
		return false;
	size_t slot = slot_of(map, key);
	if (!map->keys[slot])
		return false;
	if (ret)
		*ret = map->values[slot];
	return true;
}
