/* SPDX-License-Identifier: MIT */
/* Indicators of all strings, each value once, with a count; strings that hold one are marked. */
#include <string.h>

#include "base/macro.h"
#include "digest/digest.h"
#include "static/indicator.h"
#include "static/work.h"

enum {
	MAX_DIFFERENT = 1 << 16,
	MAX_LISTED = 4096,
	FEWEST_SLOTS = 256,
	/* A line is looked at in pieces of this size, so that its cost grows with its length. */
	PIECE = 4096,
};

struct collector {
	struct static_work *work;
	vec(struct static_indicator) list;
	uint32_t *slots; /* index + 1 into the list; 0: free */
	size_t slot_count;
	struct found_string *string;
	size_t piece_offset;
	const char *layer;
	uint64_t dropped;
};

static uint32_t hash_of(enum static_find type, uint16_t port, struct span value)
{
	uint32_t hash = 2166136261u ^ (uint32_t)type ^ (uint32_t)port << 8;

	for (size_t i = 0; i < value.size; i++)
		hash = (hash ^ value.data[i]) * 16777619u;
	return hash;
}

static bool is_same(const struct static_indicator *known, const struct indicator_hit *hit)
{
	return known->type == hit->type && known->port == hit->port &&
	       span_equal_text(hit->value, known->value);
}

static void collect(const struct indicator_hit *hit, void *data)
{
	struct collector *collector = data;
	size_t slot = hash_of(hit->type, hit->port, hit->value) % collector->slot_count;
	unsigned step = collector->string->encoding >= STRING_UTF16LE ? 2 : 1;

	if (!hit->is_common)
		collector->string->is_marked = true;
	for (; collector->slots[slot]; slot = (slot + 1) % collector->slot_count) {
		struct static_indicator *known = &collector->list.data[collector->slots[slot] - 1];
		if (is_same(known, hit)) {
			known->count++;
			return;
		}
	}
	if (collector->list.count == MAX_DIFFERENT ||
	    collector->list.count >= collector->slot_count / 2) {
		collector->dropped++;
		return;
	}
	collector->slots[slot] = (uint32_t)collector->list.count + 1;
	struct static_indicator *added = vec_push(&collector->list);
	*added = (struct static_indicator){
		.type = hit->type,
		.value = work_text(collector->work, hit->value),
		.port = hit->port,
		.offset = collector->string->offset + collector->piece_offset * step +
			  hit->offset * step,
		.layer = collector->layer,
		.count = 1,
		.is_common = hit->is_common,
		.text = hit->note,
	};
}

static void look_into(struct collector *collector, const struct keyword_index *index,
		      struct found_string *string)
{
	struct span raw = span_clip(collector->work->bytes, string->offset, string->size);
	char text[STRING_TEXT_MAX + 1];

	collector->string = string;
	collector->piece_offset = 0;
	if (string->encoding >= STRING_UTF16LE) {
		size_t size = found_string_text(collector->work->bytes, string, text, sizeof(text));
		indicators_find(index, span_of(text, size), collect, collector);
		return;
	}
	for (size_t at = 0; at < raw.size; at += PIECE) {
		collector->piece_offset = at;
		indicators_find(index, span_clip(raw, at, PIECE), collect, collector);
	}
}

static void look_into_hidden(struct collector *collector, const struct keyword_index *index,
			     const struct static_string *hidden)
{
	struct found_string place = {.offset = (uint32_t)hidden->offset, .encoding = STRING_ASCII};

	collector->string = &place;
	collector->piece_offset = 0;
	collector->layer = hidden->layer;
	indicators_find(index, span_text(hidden->text), collect, collector);
}

/* Those that say something first; within each group in the order of the file. */
static void list_them(struct collector *collector)
{
	struct static_work *work = collector->work;
	struct static_report *report = work->report;
	size_t count = min_of(collector->list.count, (size_t)MAX_LISTED);

	report->indicators.data =
		arena_alloc(work->arena, count * sizeof(*report->indicators.data));
	for (int is_common = 0; is_common <= 1; is_common++) {
		vec_foreach(&collector->list, found) {
			if (found->is_common != (bool)is_common ||
			    report->indicators.count == count)
				continue;
			found->section = work_section_at(work, found->offset);
			report->indicators.data[report->indicators.count++] = *found;
		}
	}
	report->indicator_count = collector->list.count;
	if (collector->dropped)
		work_anomaly(work, "work_limit_reached", 0,
			     "more than 65536 different indicators: the count is of the first");
}

struct error *indicators_analyze(struct static_work *work)
{
	struct collector collector = {.work = work};
	struct keyword_index index;

	/* Room for eight of a string and more of a long one, at half load. */
	size_t most = min_of(work->strings.list.count * 16 + work->bytes.size / 16,
			     (size_t)2 * MAX_DIFFERENT);
	collector.slot_count = max_of(most, (size_t)FEWEST_SLOTS);
	collector.slots = arena_try(work->arena, collector.slot_count, sizeof(*collector.slots));
	if (!collector.slots)
		return error_new(ERROR_LIMIT, "no memory left for indicators");
	keyword_index_init(&index);
	vec_foreach(&work->strings.list, string)
		look_into(&collector, &index, string);
	for (size_t i = 0; i < work->hidden_count; i++)
		look_into_hidden(&collector, &index, &work->hidden[i]);
	list_them(&collector);
	vec_deinit(&collector.list);
	return NULL;
}
