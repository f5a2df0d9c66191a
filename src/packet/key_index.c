/* SPDX-License-Identifier: MIT */
#include "packet/key_index.h"

#include <string.h>
#include <sys/auxv.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { FIRST_CAPACITY = 64 };

/* AT_RANDOM is readable without a system call that a confined child may not make. */
static uint64_t make_seed(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t seed = 0;

	if (random)
		memcpy(&seed, random, sizeof(seed));
	return seed ^ clock_monotonic_ns();
}

void key_index_init(struct key_index *index, size_t key_size)
{
	*index = (struct key_index){.key_size = key_size, .seed = make_seed()};
}

void key_index_deinit(struct key_index *index)
{
	free(index->keys);
	free(index->values);
	*index = (struct key_index){0};
}

static uint64_t mix(uint64_t value)
{
	value ^= value >> 32;
	value *= 0xd6e8feb86659fd93;
	value ^= value >> 29;
	value *= 0xa0761d6478bd642f;
	return value ^ value >> 32;
}

static uint64_t hash_key(const struct key_index *index, const uint8_t *key)
{
	uint64_t hash = index->seed;

	for (size_t i = 0; i < index->key_size; i += 8) {
		uint64_t word = 0;
		memcpy(&word, key + i, min_of((size_t)8, index->key_size - i));
		hash = mix(hash ^ word) + index->seed;
	}
	return hash;
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t find_slot(const struct key_index *index, const void *key)
{
	size_t slot = (size_t)hash_key(index, key) & (index->capacity - 1);

	while (index->values[slot] &&
	       memcmp(index->keys + slot * index->key_size, key, index->key_size) != 0)
		slot = (slot + 1) & (index->capacity - 1);
	return slot;
}

bool key_index_get(const struct key_index *index, const void *key, uint32_t *ret)
{
	if (!index->count)
		return false;
	uint32_t value = index->values[find_slot(index, key)];
	if (!value)
		return false;
	*ret = value - 1;
	return true;
}

static void grow(struct key_index *index)
{
	struct key_index old = *index;

	index->capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY;
	index->keys = xcalloc(index->capacity, index->key_size);
	index->values = xcalloc(index->capacity, sizeof(*index->values));
	for (size_t i = 0; i < old.capacity; i++) {
		if (!old.values[i])
			continue;
		const uint8_t *key = old.keys + i * old.key_size;
		size_t slot = find_slot(index, key);
		memcpy(index->keys + slot * index->key_size, key, index->key_size);
		index->values[slot] = old.values[i];
	}
	free(old.keys);
	free(old.values);
}

void key_index_set(struct key_index *index, const void *key, uint32_t value)
{
	if ((index->count + 1) * 4 > index->capacity * 3)
		grow(index);
	size_t slot = find_slot(index, key);
	if (!index->values[slot]) {
		memcpy(index->keys + slot * index->key_size, key, index->key_size);
		index->count++;
	}
	index->values[slot] = value + 1;
}
