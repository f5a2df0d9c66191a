/* SPDX-License-Identifier: MIT */
#include "base/span.h"

#include <string.h>

static const uint8_t nothing[1];

struct span span_empty(void)
{
	return (struct span){.data = nothing, .size = 0};
}

struct span span_of(const void *data, size_t size)
{
	if (!data || size == 0)
		return (struct span){.data = data ? data : nothing, .size = 0};
	return (struct span){.data = data, .size = size};
}

struct span span_text(const char *text)
{
	return span_of(text, strlen(text));
}

bool span_slice(struct span span, uint64_t offset, uint64_t size, struct span *ret)
{
	if (offset > span.size || size > span.size - offset)
		return false;
	*ret = (struct span){.data = span.data + offset, .size = (size_t)size};
	return true;
}

struct span span_clip(struct span span, uint64_t offset, uint64_t size)
{
	if (offset >= span.size)
		return span_empty();
	uint64_t left = span.size - offset;
	return (struct span){.data = span.data + offset,
			     .size = (size_t)(size < left ? size : left)};
}

bool span_string(struct span span, uint64_t offset, struct span *ret)
{
	if (offset >= span.size)
		return false;
	const uint8_t *start = span.data + offset;
	const uint8_t *end = memchr(start, 0, span.size - (size_t)offset);
	if (!end)
		return false;
	*ret = (struct span){.data = start, .size = (size_t)(end - start)};
	return true;
}

bool span_equal(struct span a, struct span b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

bool span_equal_text(struct span a, const char *text)
{
	return span_equal(a, span_text(text));
}

bool span_starts_with(struct span span, const char *prefix)
{
	size_t size = strlen(prefix);

	return span.size >= size && memcmp(span.data, prefix, size) == 0;
}

size_t span_find(struct span span, struct span needle, size_t from)
{
	if (needle.size == 0 || from > span.size)
		return SIZE_MAX;
	const uint8_t *hit = memmem(span.data + from, span.size - from, needle.data, needle.size);
	return hit ? (size_t)(hit - span.data) : SIZE_MAX;
}

/* Reads `width` bytes as an unsigned number; they are known to be there. */
static uint64_t number(const uint8_t *data, size_t width, enum byte_order order)
{
	uint64_t value = 0;

	for (size_t i = 0; i < width; i++) {
		size_t at = order == BYTE_ORDER_BIG ? i : width - 1 - i;
		value = value << 8 | data[at];
	}
	return value;
}

static uint64_t number_at(struct span span, uint64_t offset, size_t width, enum byte_order order)
{
	struct span part;

	if (!span_slice(span, offset, width, &part))
		return 0;
	return number(part.data, width, order);
}

uint8_t span_u8(struct span span, uint64_t offset)
{
	return (uint8_t)number_at(span, offset, 1, BYTE_ORDER_LITTLE);
}

uint16_t span_u16(struct span span, uint64_t offset, enum byte_order order)
{
	return (uint16_t)number_at(span, offset, 2, order);
}

uint32_t span_u32(struct span span, uint64_t offset, enum byte_order order)
{
	return (uint32_t)number_at(span, offset, 4, order);
}

uint64_t span_u64(struct span span, uint64_t offset, enum byte_order order)
{
	return number_at(span, offset, 8, order);
}

struct reader reader_of(struct span span, enum byte_order order)
{
	return (struct reader){.span = span, .order = order};
}

bool reader_ok(const struct reader *reader)
{
	return !reader->failed;
}

size_t reader_left(const struct reader *reader)
{
	return reader->failed ? 0 : reader->span.size - reader->offset;
}

struct span reader_bytes(struct reader *reader, uint64_t size)
{
	if (reader->failed || size > reader->span.size - reader->offset) {
		reader->failed = true;
		return span_empty();
	}
	struct span bytes = {.data = reader->span.data + reader->offset, .size = (size_t)size};
	reader->offset += (size_t)size;
	return bytes;
}

static uint64_t reader_number(struct reader *reader, size_t width)
{
	struct span bytes = reader_bytes(reader, width);

	return reader->failed ? 0 : number(bytes.data, width, reader->order);
}

uint8_t reader_u8(struct reader *reader)
{
	return (uint8_t)reader_number(reader, 1);
}

uint16_t reader_u16(struct reader *reader)
{
	return (uint16_t)reader_number(reader, 2);
}

uint32_t reader_u32(struct reader *reader)
{
	return (uint32_t)reader_number(reader, 4);
}

uint64_t reader_u64(struct reader *reader)
{
	return reader_number(reader, 8);
}

uint64_t reader_word(struct reader *reader, bool is_64)
{
	return is_64 ? reader_u64(reader) : reader_u32(reader);
}

void reader_skip(struct reader *reader, uint64_t size)
{
	(void)reader_bytes(reader, size);
}

struct span reader_string(struct reader *reader)
{
	struct span text;

	if (reader->failed || !span_string(reader->span, reader->offset, &text)) {
		reader->failed = true;
		return span_empty();
	}
	reader->offset += text.size + 1;
	return text;
}

void reader_align(struct reader *reader, size_t alignment)
{
	size_t over = reader->offset & (alignment - 1);

	if (over)
		reader_skip(reader, alignment - over);
}

uint64_t reader_uleb128(struct reader *reader)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte = reader_u8(reader);
		uint64_t bits = byte & 0x7f;
		if (shift == 63 && bits > 1)
			break;
		value |= bits << shift;
		if (!(byte & 0x80))
			return reader->failed ? 0 : value;
	}
	reader->failed = true;
	return 0;
}

int64_t reader_sleb128(struct reader *reader)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte = reader_u8(reader);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		if (shift < 57 && byte & 0x40)
			value |= UINT64_MAX << (shift + 7);
		return reader->failed ? 0 : (int64_t)value;
	}
	reader->failed = true;
	return 0;
}
