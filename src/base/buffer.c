/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"

void buffer_deinit(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){.limit = buffer->limit};
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
	if (buffer->limit && size > buffer->limit - min_of(buffer->limit, buffer->size)) {
		buffer->overflow = true;
		return;
	}
	size_t wanted;
	if (__builtin_add_overflow(buffer->size, size, &wanted) || wanted >= SIZE_MAX / 2)
		abort();
	if (wanted + 1 > buffer->capacity) {
		buffer->capacity = max_of(wanted + 1, buffer->capacity * 2 + 64);
		buffer->data = xrealloc_array(buffer->data, buffer->capacity, 1);
	}
	if (size)
		memcpy(buffer->data + buffer->size, bytes, size);
	buffer->size = wanted;
	buffer->data[wanted] = '\0';
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

void buffer_append_char(struct buffer *buffer, char c)
{
	buffer_append(buffer, &c, 1);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	buffer_append_text(buffer, text);
}

static void append_number(struct buffer *buffer, uint64_t value, size_t width)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	buffer_append(buffer, bytes, width);
}

void buffer_append_u8(struct buffer *buffer, uint8_t value)
{
	append_number(buffer, value, 1);
}

void buffer_append_u16(struct buffer *buffer, uint16_t value)
{
	append_number(buffer, value, 2);
}

void buffer_append_u32(struct buffer *buffer, uint32_t value)
{
	append_number(buffer, value, 4);
}

void buffer_append_u64(struct buffer *buffer, uint64_t value)
{
	append_number(buffer, value, 8);
}

void buffer_append_uleb128(struct buffer *buffer, uint64_t value)
{
	do {
		uint8_t byte = value & 0x7f;
		value >>= 7;
		buffer_append_u8(buffer, (uint8_t)(byte | (value ? 0x80 : 0)));
	} while (value);
}

void buffer_consume(struct buffer *buffer, size_t size)
{
	size = min_of(size, buffer->size);
	if (size == 0)
		return;
	memmove(buffer->data, buffer->data + size, buffer->size - size + 1);
	buffer->size -= size;
}

void buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
	buffer->overflow = false;
	if (buffer->data)
		buffer->data[0] = '\0';
}

struct span buffer_span(const struct buffer *buffer)
{
	return span_of(buffer->data, buffer->size);
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->data ? buffer->data : "";
}

char *buffer_steal(struct buffer *buffer)
{
	char *data = buffer->data ? buffer->data : xstrdup("");

	*buffer = (struct buffer){.limit = buffer->limit};
	return data;
}
