/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The only place that does pointer arithmetic on hostile bytes.
 *
 * A span is a read-only view: `data` is never NULL, even when empty. Every access subtracts from
 * what is known and never adds, so no sum can wrap.
 *
 * A reader is a cursor over a span that fails stickily: after a read that does not fit, every later
 * read gives 0 (or an empty span) and reader_ok() is false. Read a whole record, then ask once.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const uint8_t *data;
	size_t size;
};

enum byte_order {
	BYTE_ORDER_LITTLE,
	BYTE_ORDER_BIG,
};

struct span span_empty(void);
/* data may be NULL when size is 0. */
struct span span_of(const void *data, size_t size);
/* The bytes of a C string without its NUL. */
struct span span_text(const char *text);
/* Writes the part [offset, offset+size) when it lies wholly inside; false leaves *ret alone. */
bool span_slice(struct span span, uint64_t offset, uint64_t size, struct span *ret);
/* The part of [offset, offset+size) that is there: shorter, or empty. */
struct span span_clip(struct span span, uint64_t offset, uint64_t size);
/* The bytes from offset up to, not including, a NUL. False when there is no NUL before the end. */
bool span_string(struct span span, uint64_t offset, struct span *ret);
bool span_equal(struct span a, struct span b);
bool span_equal_text(struct span a, const char *text);
bool span_starts_with(struct span span, const char *prefix);
/* Offset of the first `needle` at or behind `from`, or SIZE_MAX. An empty needle is not found. */
size_t span_find(struct span span, struct span needle, size_t from);
/* Fixed-width reads at an offset; 0 when out of bounds (ask span_slice first if it matters). */
uint8_t span_u8(struct span span, uint64_t offset);
uint16_t span_u16(struct span span, uint64_t offset, enum byte_order order);
uint32_t span_u32(struct span span, uint64_t offset, enum byte_order order);
uint64_t span_u64(struct span span, uint64_t offset, enum byte_order order);

struct reader {
	struct span span;
	size_t offset;
	enum byte_order order;
	bool failed;
};

struct reader reader_of(struct span span, enum byte_order order);
bool reader_ok(const struct reader *reader);
size_t reader_left(const struct reader *reader);
uint8_t reader_u8(struct reader *reader);
uint16_t reader_u16(struct reader *reader);
uint32_t reader_u32(struct reader *reader);
uint64_t reader_u64(struct reader *reader);
/* A 32- or 64-bit value, as ELF's word of the class. */
uint64_t reader_word(struct reader *reader, bool is_64);
struct span reader_bytes(struct reader *reader, uint64_t size);
void reader_skip(struct reader *reader, uint64_t size);
/* Bytes up to a NUL, which is consumed; fails when there is none. */
struct span reader_string(struct reader *reader);
/* Skips to the next multiple of `alignment` (a power of two) from the span's start. */
void reader_align(struct reader *reader, size_t alignment);
/* Unsigned/signed LEB128 of at most 64 bits; longer ones fail. */
uint64_t reader_uleb128(struct reader *reader);
int64_t reader_sleb128(struct reader *reader);
