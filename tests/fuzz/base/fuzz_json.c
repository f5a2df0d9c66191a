/* SPDX-License-Identifier: MIT */
/* What the reader takes, the writer writes, and the reader takes that again. */
#include <stdint.h>

#include "base/alloc.h"
#include "base/json_reader.h"
#include "base/json_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void copy(struct json_writer *writer, const struct json_value *value, unsigned depth)
{
	size_t size, count = json_size(value);
	const char *key, *text;
	int64_t integer = 0;
	double real = 0;
	bool truth = false;

	switch (json_kind(value)) {
	case JSON_KIND_OBJECT:
		json_object_begin(writer);
		for (size_t i = 0; depth && i < count; i++) {
			const struct json_value *member = json_member(value, i, &key);
			json_key(writer, key);
			copy(writer, member, depth - 1);
		}
		json_object_end(writer);
		break;
	case JSON_KIND_ARRAY:
		json_array_begin(writer);
		for (size_t i = 0; depth && i < count; i++)
			copy(writer, json_at(value, i), depth - 1);
		json_array_end(writer);
		break;
	case JSON_KIND_STRING:
		text = json_get_text(value, &size);
		json_put_string(writer, span_of(text, size));
		break;
	case JSON_KIND_INTEGER:
		(void)json_get_i64(value, &integer);
		json_put_i64(writer, integer);
		break;
	case JSON_KIND_REAL:
		(void)json_get_double(value, &real);
		json_put_double(writer, real);
		break;
	case JSON_KIND_BOOL:
		(void)json_get_bool(value, &truth);
		json_put_bool(writer, truth);
		break;
	case JSON_KIND_NULL:
		json_put_null(writer);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json struct json_document *first = NULL, *second = NULL;
	cleanup_error struct error *err = json_document_parse(span_of(data, size), 1 << 20, &first);
	cleanup_buffer struct buffer out = {0};
	struct json_writer writer;

	if (err)
		return 0;
	json_writer_init_buffer(&writer, &out, size & 1);
	copy(&writer, json_root(first), JSON_MAX_DEPTH - 1);
	struct error *written = json_writer_finish(&writer);
	struct error *again = json_document_parse(buffer_span(&out), 16 << 20, &second);
	if (written || again)
		abort();
	return 0;
}
