/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum { FLUSH_SIZE = 64 * 1024 };

void json_writer_init_buffer(struct json_writer *writer, struct buffer *out, bool is_pretty)
{
	*writer = (struct json_writer){.out = out, .fd = -1, .is_pretty = is_pretty};
}

void json_writer_init_fd(struct json_writer *writer, int fd, bool is_pretty)
{
	*writer = (struct json_writer){.fd = fd, .is_pretty = is_pretty};
	writer->out = &writer->own;
}

static void flush(struct json_writer *writer)
{
	if (writer->fd < 0)
		return;
	if (!writer->err)
		writer->err =
			file_write_fd(writer->fd, buffer_text(writer->out), writer->out->size);
	buffer_clear(writer->out);
}

struct error *json_writer_finish(struct json_writer *writer)
{
	if (writer->is_pretty)
		buffer_append_char(writer->out, '\n');
	flush(writer);
	buffer_deinit(&writer->own);
	struct error *err = writer->err;
	writer->err = NULL;
	return err;
}

static void put(struct json_writer *writer, const char *text, size_t size)
{
	buffer_append(writer->out, text, size);
	writer->written += size;
	if (writer->fd >= 0 && writer->out->size >= FLUSH_SIZE)
		flush(writer);
}

static void put_text(struct json_writer *writer, const char *text)
{
	put(writer, text, strlen(text));
}

static void new_line(struct json_writer *writer)
{
	if (!writer->is_pretty)
		return;
	put(writer, "\n", 1);
	for (unsigned i = 0; i < writer->depth; i++)
		put(writer, "  ", 2);
}

/* What stands before any value or key: a comma and a line where one is due. */
static void separate(struct json_writer *writer)
{
	if (writer->after_key) {
		writer->after_key = false;
		return;
	}
	if (writer->depth == 0)
		return;
	if (writer->has_member[writer->depth - 1])
		put(writer, ",", 1);
	writer->has_member[writer->depth - 1] = true;
	new_line(writer);
}

static void begin(struct json_writer *writer, const char *bracket)
{
	separate(writer);
	put(writer, bracket, 1);
	if (writer->depth == JSON_MAX_DEPTH)
		abort();
	writer->has_member[writer->depth++] = false;
}

static void end(struct json_writer *writer, const char *bracket)
{
	bool had_member = writer->has_member[--writer->depth];

	if (had_member)
		new_line(writer);
	put(writer, bracket, 1);
}

void json_object_begin(struct json_writer *writer)
{
	begin(writer, "{");
}

void json_object_end(struct json_writer *writer)
{
	end(writer, "}");
}

void json_array_begin(struct json_writer *writer)
{
	begin(writer, "[");
}

void json_array_end(struct json_writer *writer)
{
	end(writer, "]");
}

/* Whether a well-formed sequence must be written as \uNNNN, and the code unit. */
static bool needs_escape(struct span bytes, size_t size, uint32_t *ret_unit)
{
	const uint8_t *d = bytes.data;
	uint32_t unit = d[0];

	if (size == 2)
		unit = (uint32_t)(d[0] & 0x1f) << 6 | (d[1] & 0x3f);
	else if (size == 3)
		unit = (uint32_t)(d[0] & 0x0f) << 12 | (uint32_t)(d[1] & 0x3f) << 6 | (d[2] & 0x3f);
	else if (size == 4)
		return false;
	*ret_unit = unit;
	return unit < 0x20 || (unit >= 0x7f && unit < 0xa0) || unit == '<' || unit == '>' ||
	       unit == '&' || unit == 0x061c || (unit >= 0x200b && unit <= 0x200f) ||
	       (unit >= 0x2028 && unit <= 0x202e) || (unit >= 0x2060 && unit <= 0x206f) ||
	       unit == 0xfeff;
}

static void put_sequence(struct json_writer *writer, struct span bytes, size_t size)
{
	char escaped[8];
	uint32_t unit;

	if (bytes.data[0] == '"' || bytes.data[0] == '\\') {
		escaped[0] = '\\';
		escaped[1] = (char)bytes.data[0];
		put(writer, escaped, 2);
	} else if (bytes.data[0] == '\n') {
		put(writer, "\\n", 2);
	} else if (bytes.data[0] == '\t') {
		put(writer, "\\t", 2);
	} else if (needs_escape(bytes, size, &unit)) {
		snprintf(escaped, sizeof(escaped), "\\u%04x", unit & 0xffff);
		put_text(writer, escaped);
	} else {
		put(writer, (const char *)bytes.data, size);
	}
}

static void put_string(struct json_writer *writer, struct span bytes)
{
	char escaped[8];

	put(writer, "\"", 1);
	while (bytes.size) {
		size_t size = utf8_sequence(bytes);
		if (size) {
			put_sequence(writer, bytes, size);
		} else {
			snprintf(escaped, sizeof(escaped), "\\\\x%02x", bytes.data[0]);
			put_text(writer, escaped);
			size = 1;
		}
		bytes = span_clip(bytes, size, bytes.size);
	}
	put(writer, "\"", 1);
}

void json_key(struct json_writer *writer, const char *name)
{
	separate(writer);
	put_string(writer, span_text(name));
	put_text(writer, writer->is_pretty ? ": " : ":");
	writer->after_key = true;
}

void json_put_string(struct json_writer *writer, struct span bytes)
{
	separate(writer);
	put_string(writer, bytes);
}

void json_put_text(struct json_writer *writer, const char *text)
{
	if (text)
		json_put_string(writer, span_text(text));
	else
		json_put_null(writer);
}

void json_put_u64(struct json_writer *writer, uint64_t value)
{
	char text[24];

	separate(writer);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	put_text(writer, text);
}

void json_put_i64(struct json_writer *writer, int64_t value)
{
	char text[24];

	separate(writer);
	snprintf(text, sizeof(text), "%" PRId64, value);
	put_text(writer, text);
}

void json_put_double(struct json_writer *writer, double value)
{
	char text[40];

	if (!isfinite(value)) {
		json_put_null(writer);
		return;
	}
	separate(writer);
	snprintf(text, sizeof(text), "%.10g", value);
	put_text(writer, text);
}

void json_put_hex(struct json_writer *writer, uint64_t value)
{
	char text[24];

	separate(writer);
	snprintf(text, sizeof(text), "\"0x%" PRIx64 "\"", value);
	put_text(writer, text);
}

void json_put_bool(struct json_writer *writer, bool value)
{
	separate(writer);
	put_text(writer, value ? "true" : "false");
}

void json_put_null(struct json_writer *writer)
{
	separate(writer);
	put_text(writer, "null");
}

void json_member_text(struct json_writer *writer, const char *name, const char *text)
{
	json_key(writer, name);
	json_put_text(writer, text);
}

void json_member_u64(struct json_writer *writer, const char *name, uint64_t value)
{
	json_key(writer, name);
	json_put_u64(writer, value);
}

void json_member_bool(struct json_writer *writer, const char *name, bool value)
{
	json_key(writer, name);
	json_put_bool(writer, value);
}
