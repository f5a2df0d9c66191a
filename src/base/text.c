/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

bool text_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
	size_t text_size = strlen(text), suffix_size = strlen(suffix);

	return text_size >= suffix_size &&
	       memcmp(text + text_size - suffix_size, suffix, suffix_size) == 0;
}

/* Reads the leading number and gives what stands behind it. */
static bool leading_number(const char *text, uint64_t *ret, const char **rest)
{
	bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	unsigned long long value = strtoull(text, &end, is_hex ? 16 : 10);
	if (errno || end == text)
		return false;
	*ret = value;
	*rest = end;
	return true;
}

bool text_to_u64(const char *text, uint64_t *ret)
{
	uint64_t value;
	const char *rest;

	if (!leading_number(text, &value, &rest) || *rest)
		return false;
	*ret = value;
	return true;
}

struct text_unit {
	const char *name;
	uint64_t factor;
};

static bool scaled(const char *text, const struct text_unit *units, uint64_t *ret)
{
	uint64_t value;
	const char *rest;

	if (!leading_number(text, &value, &rest))
		return false;
	for (const struct text_unit *unit = units; unit->name; unit++)
		if (strcmp(unit->name, rest) == 0)
			return !__builtin_mul_overflow(value, unit->factor, ret);
	return false;
}

struct error *text_to_duration_ms(const char *text, uint64_t *ret)
{
	static const struct text_unit units[] = {
		{"", 1000},     {"ms", 1},      {"s", 1000},     {"m", 60000},
		{"min", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
	};
	if (scaled(text, units, ret))
		return NULL;
	return error_new(ERROR_USAGE, "'%s' is no duration (say 30s, 500ms, 2m or 1h)", text);
}

struct error *text_to_size(const char *text, uint64_t *ret)
{
	static const struct text_unit units[] = {
		{"", 1},          {"B", 1},          {"k", 1024},
		{"K", 1024},      {"KiB", 1024},     {"M", 1048576},
		{"MiB", 1048576}, {"G", 1073741824}, {"GiB", 1073741824},
		{NULL, 0},
	};
	if (scaled(text, units, ret))
		return NULL;
	return error_new(ERROR_USAGE, "'%s' is no size (say 4096, 64M or 1G)", text);
}

static const char hex_digits[] = "0123456789abcdef";

void text_hex(const void *bytes, size_t size, char *out)
{
	const uint8_t *data = bytes;

	for (size_t i = 0; i < size; i++) {
		*out++ = hex_digits[data[i] >> 4];
		*out++ = hex_digits[data[i] & 15];
	}
	*out = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_unhex(const char *text, void *out, size_t size)
{
	uint8_t *bytes = out;

	if (strlen(text) != size * 2)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

size_t utf8_sequence(struct span span)
{
	/* Unicode 15, table 3-7: the second byte's range depends on the first. */
	static const struct {
		uint8_t first_low, first_high, second_low, second_high, size;
	} rows[] = {
		{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	if (span.size == 0)
		return 0;
	uint8_t first = span.data[0];
	if (first < 0x80)
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (first < rows[i].first_low || first > rows[i].first_high)
			continue;
		if (span.size < rows[i].size || span.data[1] < rows[i].second_low ||
		    span.data[1] > rows[i].second_high)
			return 0;
		for (size_t k = 2; k < rows[i].size; k++)
			if ((span.data[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].size;
	}
	return 0;
}

bool utf8_valid(struct span span)
{
	while (span.size) {
		size_t size = utf8_sequence(span);
		if (!size)
			return false;
		span = span_clip(span, size, span.size);
	}
	return true;
}

/* Decodes a sequence that utf8_sequence() found to be well-formed. */
static uint32_t utf8_decode(const uint8_t *data, size_t size)
{
	static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t value = data[0] & masks[size];

	for (size_t i = 1; i < size; i++)
		value = value << 6 | (data[i] & 0x3f);
	return value;
}

static bool is_terminal_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

void term_text(struct buffer *out, struct span bytes)
{
	while (bytes.size) {
		size_t size = utf8_sequence(bytes);
		if (!size) {
			buffer_printf(out, "\\x%02x", bytes.data[0]);
			size = 1;
		} else {
			uint32_t code = utf8_decode(bytes.data, size);
			if (!is_terminal_control(code))
				buffer_append(out, bytes.data, size);
			else if (code < 0x80)
				buffer_printf(out, "\\x%02x", code);
			else
				buffer_printf(out, "\\u%04x", code);
		}
		bytes = span_clip(bytes, size, bytes.size);
	}
}

char *term_text_dup(const char *text)
{
	cleanup_buffer struct buffer out = {0};

	term_text(&out, span_text(text));
	return buffer_steal(&out);
}
