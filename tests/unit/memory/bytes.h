/* SPDX-License-Identifier: MIT */
#pragma once
/* Puts numbers and texts at offsets of a buffer that the test owns. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	uint8_t *data;
	size_t size;
};

static inline void put(struct bytes *bytes, size_t offset, uint64_t value, size_t width)
{
	assert(offset <= bytes->size && width <= bytes->size - offset);
	for (size_t i = 0; i < width; i++)
		bytes->data[offset + i] = (uint8_t)(value >> (8 * i));
}

static inline void put_text(struct bytes *bytes, size_t offset, const void *text, size_t size)
{
	assert(offset <= bytes->size && size <= bytes->size - offset);
	memcpy(bytes->data + offset, text, size);
}
