/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A growable run of bytes with a stated ceiling. What would pass the ceiling is dropped and
 * `overflow` stays set: the owner says so where it matters. `data` is NUL-terminated once non-NULL.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/span.h"

struct buffer {
	char *data;
	size_t size;
	size_t capacity;
	size_t limit; /* bytes; 0 for none */
	bool overflow;
};

void buffer_deinit(struct buffer *buffer);
#define cleanup_buffer __attribute__((cleanup(buffer_deinit)))
void buffer_append(struct buffer *buffer, const void *bytes, size_t size);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_char(struct buffer *buffer, char c);
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
/* Little-endian numbers, for our own binary formats. */
void buffer_append_u8(struct buffer *buffer, uint8_t value);
void buffer_append_u16(struct buffer *buffer, uint16_t value);
void buffer_append_u32(struct buffer *buffer, uint32_t value);
void buffer_append_u64(struct buffer *buffer, uint64_t value);
void buffer_append_uleb128(struct buffer *buffer, uint64_t value);
/* Drops the first `size` bytes. */
void buffer_consume(struct buffer *buffer, size_t size);
void buffer_clear(struct buffer *buffer);
struct span buffer_span(const struct buffer *buffer);
/* The text, "" when nothing was written; stays the buffer's. */
const char *buffer_text(const struct buffer *buffer);
/* Gives the bytes to the caller (NUL-terminated, to be freed) and leaves the buffer empty. */
char *buffer_steal(struct buffer *buffer);
