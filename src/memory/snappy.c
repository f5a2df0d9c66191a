/* SPDX-License-Identifier: MIT */
#include "memory/snappy.h"

#include <string.h>

bool snappy_size(struct span block, uint64_t *ret)
{
	struct reader reader = reader_of(block, BYTE_ORDER_LITTLE);
	uint64_t size = reader_uleb128(&reader);

	if (!reader_ok(&reader))
		return false;
	*ret = size;
	return true;
}

/* One element's kind and lengths: tag bits 0-1 are 0 literal, 1-3 copy with 1, 2 or 4 offset bytes. */
struct element {
	bool is_literal;
	uint64_t size;
	uint64_t distance;
};

static struct element read_element(struct reader *reader)
{
	uint8_t tag = reader_u8(reader);
	struct element element = {.is_literal = (tag & 3) == 0, .size = (tag >> 2) + 1u};

	switch (tag & 3) {
	case 0:
		if (element.size > 60) {
			size_t bytes = (size_t)element.size - 60;
			uint64_t value = 0;
			for (size_t i = 0; i < bytes; i++)
				value |= (uint64_t)reader_u8(reader) << (8 * i);
			element.size = value + 1;
		}
		break;
	case 1:
		element.size = (tag >> 2 & 7) + 4u;
		element.distance = (uint64_t)(tag >> 5) << 8 | reader_u8(reader);
		break;
	case 2:
		element.distance = reader_u16(reader);
		break;
	default:
		element.distance = reader_u32(reader);
		break;
	}
	return element;
}

bool snappy_decode(struct span block, uint8_t *out, size_t size)
{
	struct reader reader = reader_of(block, BYTE_ORDER_LITTLE);
	size_t done = 0;

	if (reader_uleb128(&reader) != size)
		return false;
	while (reader_left(&reader)) {
		struct element element = read_element(&reader);
		if (!reader_ok(&reader) || element.size > size - done)
			return false;
		if (element.is_literal) {
			struct span literal = reader_bytes(&reader, element.size);
			if (!reader_ok(&reader))
				return false;
			memcpy(out + done, literal.data, literal.size);
		} else {
			if (element.distance == 0 || element.distance > done)
				return false;
			/* The source may overlap what is being written: byte by byte. */
			for (size_t i = 0; i < element.size; i++)
				out[done + i] = out[done + i - element.distance];
		}
		done += (size_t)element.size;
	}
	return reader_ok(&reader) && done == size;
}
