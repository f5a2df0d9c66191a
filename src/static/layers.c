/* SPDX-License-Identifier: MIT */
/* Hidden strings become strings and indicators of the report, with the layer that hid them. */
#include <string.h>

#include "base/macro.h"
#include "static/hidden.h"
#include "static/work.h"

enum { MAX_HIDDEN = 2000 };

struct layers {
	struct static_work *work;
	struct static_string *list;
	size_t count;
	uint64_t total;
};

static void add_text(struct layers *layers, const struct hidden_region *region, const char *layer,
		     struct span text, size_t offset)
{
	struct static_work *work = layers->work;

	layers->total++;
	if (layers->count == MAX_HIDDEN)
		return;
	layers->list[layers->count++] = (struct static_string){
		.offset = region->offset + offset,
		.section = work_section_at(work, region->offset),
		.encoding = STRING_ASCII,
		.layer = layer,
		.text = arena_strndup(work->arena, text.data,
				      min_of(text.size, (size_t)STRING_TEXT_MAX)),
	};
}

static bool is_printable(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t';
}

static void take_region(const struct hidden_region *region, void *data)
{
	struct layers *layers = data;
	struct static_work *work = layers->work;
	struct span raw = span_clip(work->bytes, region->offset, region->size);
	const char *layer = arena_printf(work->arena, "xor 0x%02x", region->key);
	uint8_t *plain = xmemdup(raw.data, raw.size);
	struct span text = span_of(plain, raw.size);

	for (size_t i = 0; i < raw.size; i++)
		plain[i] ^= region->key;
	for (size_t at = 0; at < text.size;) {
		size_t start = at;
		while (at < text.size && is_printable(plain[at]))
			at++;
		if (at - start >= STRING_MIN)
			add_text(layers, region, layer, span_clip(text, start, at - start), start);
		at++;
	}
	free(plain);
}

struct error *layers_analyze(struct static_work *work)
{
	struct layers layers = {.work = work};
	struct static_strings *report = work->report->strings;

	layers.list = arena_alloc(work->arena, MAX_HIDDEN * sizeof(*layers.list));
	hidden_find(work->bytes, take_region, &layers);
	report->hidden = layers.total;
	work->hidden = layers.list;
	work->hidden_count = layers.count;
	return NULL;
}
