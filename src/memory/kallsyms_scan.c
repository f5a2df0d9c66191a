/* SPDX-License-Identifier: MIT */
/*
 * The token table holds 256 strings in order of their token number, and the tokens of digits are
 * the digits: "0\0" … "9\0" stands at token 0x30 in every kernel. From there the table's start, its
 * end, and the table of 256 offsets behind it follow. Before it lie the names; the number of
 * symbols before those is any number whose names end where a list {0, length of the first 256
 * names, …} begins: the markers.
 *
 *	to 6.3   offsets base num_syms names markers [seqs] tokens index
 *	6.4      num_syms names markers tokens index offsets base [seqs]
 *
 * The kernel image is contiguous in physical memory, so no page table is needed.
 */
#include "memory/kallsyms_scan.h"

enum {
	DIGITS_SIZE = 20,
	BEFORE_MAX = 16 << 20, /* bytes of tables before the tokens */
	BEHIND_MAX = 16 << 20,
	INDEX_GAP_MAX = 64,     /* between the tokens' end and their index */
	CANDIDATES_MAX = 20000, /* numbers that are tried in full per token table */
	TABLES_MAX = 256,       /* token tables that are looked at */
};

/* The offset of token 0 and of the index in `window`, given where token 0x30 is. */
static bool find_table(struct span window, size_t digits, size_t *ret_table, size_t *ret_index)
{
	size_t starts[KALLSYMS_TOKENS];
	size_t at = digits;

	for (size_t token = 0x30; token > 1; token--) { /* token 0 may follow anything */
		size_t end = at - 1;
		if (at < 2 || window.data[end] != 0)
			return false;
		size_t start = end;
		while (start > 0 && window.data[start - 1] != 0 && end - start < UINT8_MAX)
			start--;
		if (start == 0 || start == end)
			return false;
		at = start;
		starts[token - 1] = at;
	}
	at = digits;
	for (size_t token = 0x30; token < KALLSYMS_TOKENS; token++) {
		struct span text;
		starts[token] = at;
		if (!span_string(window, at, &text) || text.size > UINT8_MAX)
			return false;
		at += text.size + 1;
	}
	for (size_t index = at; index < at + INDEX_GAP_MAX; index++) {
		size_t first = span_u16(window, index + 2, BYTE_ORDER_LITTLE);
		size_t i = 1;
		if (span_u16(window, index, BYTE_ORDER_LITTLE) != 0 || first < 2 ||
		    first > starts[1])
			continue;
		while (i < KALLSYMS_TOKENS && span_u16(window, index + 2 * i, BYTE_ORDER_LITTLE) ==
						      starts[i] - starts[1] + first)
			i++;
		if (i < KALLSYMS_TOKENS)
			continue;
		*ret_table = starts[1] - first;
		*ret_index = index;
		return true;
	}
	return false;
}

static bool is_symbol_type(uint8_t c)
{
	return c && memchr("aAbBdDgGiInNpPrRsStTuUvVwWxX-?", c, 30) != NULL;
}

/* Whether `count` names start at `names`; gives where they end and how long the first 256 are. */
static bool try_names(struct span names, uint32_t count, const struct kallsyms_tokens *tokens,
		      size_t *ret_end, size_t *ret_first)
{
	struct reader reader = reader_of(names, BYTE_ORDER_LITTLE);

	for (uint32_t i = 0; i < count; i++) {
		struct span name;
		if (i == 256)
			*ret_first = reader.offset;
		if (!kallsyms_next_name(&reader, &name))
			return false;
		uint8_t first = name.data[0];
		if (i < 512 &&
		    (tokens->sizes[first] == 0 || !is_symbol_type(tokens->data[first][0])))
			return false;
	}
	*ret_end = reader.offset;
	return true;
}

/* The markers stand behind the names, aligned: u32 0 and the length of the first 256 names (u64 each
 * before 4.20). */
static bool has_markers(struct span names, size_t end, size_t first)
{
	for (size_t align = 4; align <= 8; align += 4) {
		size_t at = (end + align - 1) & ~(align - 1);
		if (span_u32(names, at, BYTE_ORDER_LITTLE) != 0)
			continue;
		if (span_u32(names, at + 4, BYTE_ORDER_LITTLE) == first)
			return true;
		if (span_u64(names, at, BYTE_ORDER_LITTLE) == 0 &&
		    span_u64(names, at + 8, BYTE_ORDER_LITTLE) == first)
			return true;
	}
	return false;
}

/* Finds num_syms and names in the bytes before the token table. */
static bool find_names(struct span before, const struct kallsyms_tokens *tokens, size_t *ret_number,
		       size_t *ret_names, uint32_t *ret_count)
{
	size_t tried = 0;

	for (size_t at = 0; before.size - at >= 16; at += 4) {
		uint32_t count = span_u32(before, at, BYTE_ORDER_LITTLE);
		if (count < KALLSYMS_MIN || count > KALLSYMS_MAX || count > before.size - at)
			continue;
		for (size_t gap = 4; gap <= 8; gap += 4) {
			size_t end, first = 0;
			struct span names = span_clip(before, at + gap, before.size);
			if (!try_names(names, count, tokens, &end, &first)) {
				tried += first > 0;
				continue;
			}
			tried++;
			if (!has_markers(names, end, first))
				continue;
			*ret_number = at;
			*ret_names = at + gap;
			*ret_count = count;
			return true;
		}
		if (tried > CANDIDATES_MAX)
			return false;
	}
	return false;
}

static uint64_t align8(uint64_t value)
{
	return (value + 7) & ~(uint64_t)7;
}

static bool is_kernel_base(struct image *image, uint64_t paddr)
{
	uint64_t base;

	return image_read_u64(image, paddr, &base) && base >= 0xffffffff80000000u &&
	       (base & 0xfff) == 0;
}

/* Tries the places where the offsets may be. */
static bool read_with_offsets(struct image *image, struct kallsyms_place *place, uint32_t count,
			      struct kallsyms *ret)
{
	uint64_t size = align8((uint64_t)count * 4);
	uint64_t behind = align8(place->index + 2 * KALLSYMS_TOKENS);

	if (is_kernel_base(image, behind + size)) {
		place->offsets = behind;
		place->base = behind + size;
	} else if (place->num_syms >= size + 8 && is_kernel_base(image, place->num_syms - 8)) {
		place->base = place->num_syms - 8;
		place->offsets = place->base - size;
	} else {
		return false;
	}
	return kallsyms_read(image, place, ret);
}

/* `digits` is the physical address of token 0x30. */
static bool try_digits(struct image *image, uint64_t digits, struct kallsyms_place *ret_place,
		       struct kallsyms *ret)
{
	cleanup_blob struct image_blob around = {0}, before = {0};
	uint64_t start = digits - min_of(digits, (uint64_t)KALLSYMS_TOKENS_MAX);
	struct kallsyms_tokens tokens;
	size_t table, index, number, names;
	uint32_t count;

	uint64_t size = image_left(image, start, KALLSYMS_TOKENS_MAX * 2);
	if (!image_blob_read(image, start, size, &around) ||
	    !find_table(around.bytes, (size_t)(digits - start), &table, &index) ||
	    !kallsyms_read_tokens(span_clip(around.bytes, table, KALLSYMS_TOKENS_MAX),
				  span_clip(around.bytes, index, 2 * KALLSYMS_TOKENS), &tokens))
		return false;
	struct kallsyms_place place = {.tokens = start + table, .index = start + index};
	size = min_of((uint64_t)BEFORE_MAX, place.tokens);
	/* The range may begin above that. */
	while (size > IMAGE_PAGE && image_left(image, place.tokens - size, size) < size)
		size /= 2;
	size &= ~(uint64_t)7;
	uint64_t base = (place.tokens - size) & ~(uint64_t)7;
	if (!image_blob_read(image, base, place.tokens - base, &before) ||
	    !find_names(before.bytes, &tokens, &number, &names, &count))
		return false;
	place.num_syms = base + number;
	place.names = base + names;
	if (!read_with_offsets(image, &place, count, ret))
		return false;
	*ret_place = place;
	return true;
}

/* Offset at or behind `from` of "0\0" "1\0" … "9\0"; the window's size when there is none. The 9 is
 * looked for first: memchr runs at memory speed. */
static size_t find_digits(struct span window, size_t from)
{
	static const char digits[DIGITS_SIZE] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	size_t at = from + DIGITS_SIZE - 2;

	while (at < window.size) {
		const uint8_t *nine = memchr(window.data + at, '9', window.size - at);
		if (!nine)
			break;
		at = (size_t)(nine - window.data);
		size_t start = at - (DIGITS_SIZE - 2);
		struct span here = span_clip(window, start, DIGITS_SIZE);
		if (window.data[at - 1] == 0 && here.size == DIGITS_SIZE &&
		    memcmp(here.data, digits, DIGITS_SIZE) == 0)
			return start;
		at++;
	}
	return window.size;
}

/* Whether the digits lie across the start of the window; where they begin. */
static bool digits_across(struct image *image, uint64_t paddr, uint64_t *ret)
{
	uint8_t bytes[2 * (DIGITS_SIZE - 1)];
	struct span around = span_of(bytes, sizeof(bytes));

	if (paddr < DIGITS_SIZE ||
	    !image_read(image, paddr - (DIGITS_SIZE - 1), bytes, sizeof(bytes)))
		return false;
	size_t at = find_digits(around, 0);
	*ret = paddr - (DIGITS_SIZE - 1) + at;
	return at < around.size;
}

bool kallsyms_scan(struct image *image, struct kallsyms_place *ret_place, struct kallsyms *ret)
{
	cleanup_cursor struct image_cursor cursor = {0};
	unsigned tables = 0;

	while (image_next(image, &cursor)) {
		struct span window = cursor.window;
		uint64_t across;
		if (digits_across(image, cursor.paddr, &across) &&
		    try_digits(image, across, ret_place, ret))
			return true;
		for (size_t at = find_digits(window, 0); at < window.size;
		     at = find_digits(window, at + DIGITS_SIZE)) {
			if (try_digits(image, cursor.paddr + at, ret_place, ret))
				return true;
			if (++tables >= TABLES_MAX)
				return false;
		}
	}
	return false;
}
