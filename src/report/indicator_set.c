/* SPDX-License-Identifier: MIT */
#include "report/indicator_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

enum {
	SLOTS = 32768, /* a power of two, over three times INDICATORS_MAX */
	VALUE_MAX = 2048,
	SOURCES_MAX = 16,
};

void indicator_set_init(struct indicator_set *set, struct arena *arena)
{
	*set = (struct indicator_set){.arena = arena, .slot_count = SLOTS};
	set->slots = xcalloc(SLOTS, sizeof(*set->slots));
}

void indicator_set_deinit(struct indicator_set *set)
{
	free(set->data);
	free(set->slots);
	*set = (struct indicator_set){0};
}

/* FNV-1a. Keys are hostile, but there are at most INDICATORS_MAX of them in 32,768 slots. */
static size_t hash_of(enum indicator_type type, const char *value)
{
	uint32_t hash = 2166136261U ^ (uint32_t)type;

	for (; *value; value++)
		hash = (hash ^ (uint8_t)*value) * 16777619U;
	return hash;
}

/* The slot of the indicator, or the empty one where it belongs. */
static size_t *find_slot(struct indicator_set *set, enum indicator_type type, const char *value)
{
	for (size_t i = hash_of(type, value);; i++) {
		size_t *slot = &set->slots[i & (set->slot_count - 1)];
		if (!*slot)
			return slot;
		const struct indicator *indicator = &set->data[*slot - 1];
		if (indicator->type == type && text_equal(indicator->value, value))
			return slot;
	}
}

static void add_source(struct indicator_set *set, struct indicator *indicator, const char *source)
{
	for (size_t i = 0; i < indicator->sources.count; i++)
		if (text_equal(indicator->sources.data[i], source))
			return;
	if (!indicator->sources.data)
		indicator->sources.data =
			arena_alloc(set->arena, SOURCES_MAX * sizeof(*indicator->sources.data));
	if (indicator->sources.count < SOURCES_MAX)
		indicator->sources.data[indicator->sources.count++] = source;
}

static struct indicator *make(struct indicator_set *set, enum indicator_type type,
			      const char *value, const char *source, const char *context)
{
	if (set->count == set->capacity) {
		set->capacity = max_of(set->capacity * 2, (size_t)64);
		set->data = xrealloc_array(set->data, set->capacity, sizeof(*set->data));
	}
	struct indicator *indicator = &set->data[set->count++];
	bool was_used = !text_equal(source, "static") && !text_equal(source, "file");
	const char *noise = indicator_noise(type, value, was_used);
	*indicator = (struct indicator){.type = type, .value = arena_strdup(set->arena, value)};
	if (noise)
		indicator->context = noise;
	else if (context)
		indicator->context = arena_strdup(set->arena, context);
	return indicator;
}

void indicator_set_add(struct indicator_set *set, enum indicator_type type, const char *value,
		       const char *source, const char *context)
{
	if (!value || !*value || strlen(value) > VALUE_MAX)
		return;
	size_t *slot = find_slot(set, type, value);
	if (*slot) {
		add_source(set, &set->data[*slot - 1], source);
		return;
	}
	if (set->count == INDICATORS_MAX) {
		set->refused++;
		return;
	}
	struct indicator *indicator = make(set, type, value, source, context);
	*slot = set->count;
	add_source(set, indicator, source);
}
