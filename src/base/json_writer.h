/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Streaming JSON (RFC 8259). The one place where hostile bytes become JSON text:
 *  - control, bidi and separator characters, and < > & are written as \uNNNN, so that the text may
 *    also stand inside HTML;
 *  - a byte that is not part of well-formed UTF-8 becomes the four characters \xNN.
 * Commas and indentation are the writer's. Addresses and 64-bit values are hex strings: json_put_hex().
 * Output goes to a buffer, or to a descriptor in large writes; an I/O error is kept and given by
 * json_writer_finish().
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/span.h"

enum { JSON_MAX_DEPTH = 64 };

struct json_writer {
	struct buffer own;  /* when writing to a descriptor */
	struct buffer *out; /* where text is collected */
	int fd;             /* -1: only the buffer */
	bool is_pretty;     /* two-space indentation, a line per member */
	bool after_key;
	unsigned depth;
	bool has_member[JSON_MAX_DEPTH];
	struct error *err;
	uint64_t written; /* bytes so far, for ceilings */
};

void json_writer_init_buffer(struct json_writer *writer, struct buffer *out, bool is_pretty);
void json_writer_init_fd(struct json_writer *writer, int fd, bool is_pretty);
/* Flushes, adds a final line feed when pretty, frees; the first error that happened. */
MUST_USE struct error *json_writer_finish(struct json_writer *writer);

void json_object_begin(struct json_writer *writer);
void json_object_end(struct json_writer *writer);
void json_array_begin(struct json_writer *writer);
void json_array_end(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *name);
void json_put_string(struct json_writer *writer, struct span bytes);
void json_put_text(struct json_writer *writer, const char *text); /* NULL → null */
void json_put_u64(struct json_writer *writer, uint64_t value);
void json_put_i64(struct json_writer *writer, int64_t value);
void json_put_double(struct json_writer *writer, double value); /* not finite → null */
void json_put_hex(struct json_writer *writer, uint64_t value);  /* "0x…" */
void json_put_bool(struct json_writer *writer, bool value);
void json_put_null(struct json_writer *writer);

/* json_key() and a value in one. */
void json_member_text(struct json_writer *writer, const char *name, const char *text);
void json_member_u64(struct json_writer *writer, const char *name, uint64_t value);
void json_member_bool(struct json_writer *writer, const char *name, bool value);
