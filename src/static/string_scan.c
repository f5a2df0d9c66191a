/* SPDX-License-Identifier: MIT */
/*
 * The bytes are classified 64 at a time into bit masks (printable, zero, beyond ASCII); runs are
 * then found with bit arithmetic, so that code and zeros cost next to nothing.
 */
#include "static/string_scan.h"

#include <string.h>

#include "base/macro.h"
#include "base/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64 };

struct masks {
	uint64_t printable;
	uint64_t zero;
	uint64_t high;
};

static bool is_printable(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t';
}

static struct masks classify_some(struct span bytes)
{
	struct masks masks = {0};

	for (size_t i = 0; i < bytes.size; i++) {
		uint8_t c = bytes.data[i];
		masks.printable |= (uint64_t)is_printable(c) << i;
		masks.zero |= (uint64_t)(c == 0) << i;
		masks.high |= (uint64_t)(c >> 7) << i;
	}
	return masks;
}

#ifdef __SSE2__
static struct masks classify_block(const uint8_t *data)
{
	struct masks masks = {0};

	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(data + i));
		/* Signed compares: bytes beyond ASCII are negative and so below 0x20. */
		__m128i above = _mm_cmpgt_epi8(v, _mm_set1_epi8(0x1f));
		__m128i not_del = _mm_cmpgt_epi8(_mm_set1_epi8(0x7f), v);
		__m128i tab = _mm_cmpeq_epi8(v, _mm_set1_epi8('\t'));
		__m128i printable = _mm_or_si128(_mm_and_si128(above, not_del), tab);
		__m128i zero = _mm_cmpeq_epi8(v, _mm_setzero_si128());
		masks.printable |= (uint64_t)(unsigned)_mm_movemask_epi8(printable) << i;
		masks.zero |= (uint64_t)(unsigned)_mm_movemask_epi8(zero) << i;
		masks.high |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << i;
	}
	return masks;
}
#else
static struct masks classify_block(const uint8_t *data)
{
	return classify_some(span_of(data, BLOCK));
}
#endif

static struct masks classify(struct span bytes, size_t at)
{
	struct span block = span_clip(bytes, at, BLOCK);

	return block.size == BLOCK ? classify_block(block.data) : classify_some(block);
}

static void add(struct found_strings *strings, size_t offset, size_t size,
		enum static_encoding encoding)
{
	vec_add(&strings->list,
		((struct found_string){
			.offset = (uint32_t)offset,
			.size = (uint32_t)min_of(size, (size_t)FOUND_STRING_SIZE_MAX) & 0x1fffffff,
			.encoding = (unsigned)encoding & 3,
		}));
}

/* Runs of set bits over all blocks; open_at is where the current one began, SIZE_MAX for none. */
static void ascii_runs(struct found_strings *strings, uint64_t mask, size_t base, size_t *open_at)
{
	unsigned bit = 0;

	while (bit < BLOCK) {
		uint64_t rest = *open_at == SIZE_MAX ? mask >> bit : ~mask >> bit;
		/* Shifted-in zeros stand behind the block. */
		if (rest == 0)
			return;
		bit += (unsigned)__builtin_ctzll(rest);
		if (bit >= BLOCK)
			return;
		if (*open_at == SIZE_MAX) {
			*open_at = base + bit;
			continue;
		}
		if (base + bit - *open_at >= STRING_MIN)
			add(strings, *open_at, base + bit - *open_at, STRING_ASCII);
		*open_at = SIZE_MAX;
	}
}

static size_t utf16_length(struct span bytes, size_t at, bool is_big)
{
	size_t end = at;

	while (bytes.size - end >= 2 && is_printable(bytes.data[end + is_big]) &&
	       bytes.data[end + !is_big] == 0)
		end += 2;
	return end - at;
}

/* A big-endian string read one byte later looks little-endian: text lies at even offsets. */
static size_t take_utf16(struct found_strings *strings, struct span bytes, size_t at)
{
	bool is_big = bytes.data[at] == 0;
	size_t before = at ? at - 1 : 0;

	if (!is_big && at % 2 && bytes.data[before] == 0) {
		is_big = true;
		at = before;
	}
	size_t size = utf16_length(bytes, at, is_big);
	if (size < 2 * STRING_MIN)
		return at;
	add(strings, at, size, is_big ? STRING_UTF16BE : STRING_UTF16LE);
	return at + size;
}

/* Bit i: text and zero alternate from i on for eight bytes. */
static uint64_t alternating(unsigned __int128 first, unsigned __int128 second)
{
	unsigned __int128 pair = first & second >> 1;

	return (uint64_t)(pair & pair >> 2 & pair >> 4 & pair >> 6);
}

static void utf16_runs(struct found_strings *strings, struct span bytes, const struct masks *now,
		       const struct masks *next, size_t base, size_t *done)
{
	unsigned __int128 text = (unsigned __int128)next->printable << 64 | now->printable;
	unsigned __int128 zero = (unsigned __int128)next->zero << 64 | now->zero;
	uint64_t starts = alternating(text, zero) | alternating(zero, text);

	while (starts) {
		unsigned bit = (unsigned)__builtin_ctzll(starts);
		starts &= starts - 1;
		if (base + bit >= *done)
			*done = max_of(*done, take_utf16(strings, bytes, base + bit));
	}
}

/* The sequence at `at` when it is a letter of some script; controls and specials are none. */
static size_t beyond_ascii(struct span bytes, size_t at)
{
	size_t size = utf8_sequence(span_clip(bytes, at, 4));

	if (size == 2 && bytes.data[at] == 0xc2 && bytes.data[at + 1] < 0xa0)
		return 0; /* C1 controls */
	if (size == 3 && bytes.data[at] >= 0xee)
		return bytes.data[at] == 0xef && bytes.data[at + 1] >= 0xbc ? 3 : 0;
	return size >= 2 ? size : 0;
}

/* Widens around `at`, where a sequence starts; gives the end. */
static size_t take_utf8(struct found_strings *strings, struct span bytes, size_t at, size_t done)
{
	size_t start = at;
	size_t end = at;
	unsigned others = 0;
	unsigned weight = 0;

	while (start > done && is_printable(bytes.data[start - 1]))
		start--;
	while (end < bytes.size) {
		size_t size = bytes.data[end] < 0x80 ? is_printable(bytes.data[end])
						     : beyond_ascii(bytes, end);
		if (size == 0)
			break;
		if (size > 1) {
			others++;
			weight += size == 2 ? 1 : 2;
		}
		end += size;
	}
	/* Code holds pairs of bytes that look like two-byte sequences: five of these, or three
	 * longer ones, are text. */
	if (others >= 3 && weight >= 5)
		add(strings, start, end - start, STRING_UTF8);
	return max_of(end, at + 1);
}

static void utf8_runs(struct found_strings *strings, struct span bytes, const struct masks *now,
		      const struct masks *next, size_t base, size_t *done)
{
	unsigned __int128 high = (unsigned __int128)next->high << 64 | now->high;
	uint64_t starts = (uint64_t)(high & high >> 1 & high >> 2 & high >> 3);

	while (starts) {
		unsigned bit = (unsigned)__builtin_ctzll(starts);
		starts &= starts - 1;
		size_t at = base + bit;
		if (at >= *done && beyond_ascii(bytes, at))
			*done = take_utf8(strings, bytes, at, *done);
	}
}

void strings_find(struct span bytes, struct found_strings *strings)
{
	size_t open_at = SIZE_MAX;
	size_t utf16_done = 0;
	size_t utf8_done = 0;

	bytes = span_clip(bytes, 0, UINT32_MAX);
	struct masks now = classify(bytes, 0);
	for (size_t base = 0; base < bytes.size; base += BLOCK) {
		struct masks next = classify(bytes, base + BLOCK);
		ascii_runs(strings, now.printable, base, &open_at);
		utf16_runs(strings, bytes, &now, &next, base, &utf16_done);
		utf8_runs(strings, bytes, &now, &next, base, &utf8_done);
		now = next;
	}
	if (open_at != SIZE_MAX && bytes.size - open_at >= STRING_MIN)
		add(strings, open_at, bytes.size - open_at, STRING_ASCII);
}

size_t found_string_text(struct span bytes, const struct found_string *string, char *out,
			 size_t room)
{
	struct span raw = span_clip(bytes, string->offset, string->size);
	bool is_wide = string->encoding == STRING_UTF16LE || string->encoding == STRING_UTF16BE;
	size_t step = is_wide ? 2 : 1;
	size_t first = string->encoding == STRING_UTF16BE;
	size_t size = 0;

	for (size_t i = first; i < raw.size && size + 1 < room; i += step)
		out[size++] = (char)raw.data[i];
	out[size] = '\0';
	return size;
}

void found_strings_deinit(struct found_strings *strings)
{
	vec_deinit(&strings->list);
}
