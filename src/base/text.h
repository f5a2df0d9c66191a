/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Text: small predicates, numbers from text, hexadecimal, UTF-8, and the escape for terminals.
 * Hostile bytes reach a terminal or a log only through term_text().
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/span.h"

bool text_equal(const char *a, const char *b); /* NULL equals only NULL */
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

/* A whole decimal or 0x number; false for anything else, overflow too. */
bool text_to_u64(const char *text, uint64_t *ret);
/* "30s", "500ms", "2m", "1h" or a bare number of seconds → milliseconds. */
MUST_USE struct error *text_to_duration_ms(const char *text, uint64_t *ret);
/* "64M", "1G", "4k" or bytes. */
MUST_USE struct error *text_to_size(const char *text, uint64_t *ret);

/* Lower-case hexadecimal; out holds 2 × size + 1. */
void text_hex(const void *bytes, size_t size, char *out);
/* Reads exactly `size` bytes of hexadecimal; false if the text is anything else. */
bool text_unhex(const char *text, void *out, size_t size);

/* Length of the well-formed UTF-8 sequence at the start of span (Unicode 15 table 3-7), or 0. */
size_t utf8_sequence(struct span span);
bool utf8_valid(struct span span);

/* Appends bytes so that they can do nothing to a terminal: control characters (C0, DEL, C1), bidi
 * controls and malformed UTF-8 become \xNN or \uNNNN. */
void term_text(struct buffer *out, struct span bytes);
/* The same as a new string, for printf. */
char *term_text_dup(const char *text);
