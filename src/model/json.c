/* SPDX-License-Identifier: MIT */
/* Records as JSON objects, both ways. */
#include <inttypes.h>

#include "base/alloc.h"
#include "base/text.h"
#include "model/model.h"
#include "model/walk.h"

static void write_bytes(struct json_writer *writer, struct span bytes)
{
	cleanup_free char *hex = xmalloc(bytes.size * 2 + 1);

	text_hex(bytes.data, bytes.size, hex);
	json_put_text(writer, hex);
}

static void write_list(struct json_writer *writer, const struct field *field, const void *value)
{
	struct model_list list = field_load(struct model_list, field, value);

	json_array_begin(writer);
	for (size_t i = 0; i < list.count; i++) {
		if (field->kind == FIELD_TEXTS)
			json_put_text(writer, ((const char **)list.data)[i]);
		else
			model_write_json(writer, field->record,
					 (const char *)list.data + i * field->record->size);
	}
	json_array_end(writer);
}

static void write_value(struct json_writer *writer, const struct field *field, const void *value)
{
	switch (field->kind) {
	case FIELD_TEXT:
		json_put_text(writer, field_load(const char *, field, value));
		break;
	case FIELD_BYTES:
		write_bytes(writer, field_load(struct span, field, value));
		break;
	case FIELD_U64:
		json_put_u64(writer, field_load(uint64_t, field, value));
		break;
	case FIELD_I64:
		json_put_i64(writer, field_load(int64_t, field, value));
		break;
	case FIELD_HEX:
		json_put_hex(writer, field_load(uint64_t, field, value));
		break;
	case FIELD_REAL:
		json_put_double(writer, field_load(double, field, value));
		break;
	case FIELD_BOOL:
		json_put_bool(writer, field_load(bool, field, value));
		break;
	case FIELD_ENUM:
		json_put_text(writer, model_value_name(field->enumeration,
						       field_load(unsigned, field, value)));
		break;
	case FIELD_ONE:
		model_write_json(writer, field->record, field_load(const void *, field, value));
		break;
	case FIELD_LIST:
	case FIELD_TEXTS:
		write_list(writer, field, value);
		break;
	}
}

void model_write_json(struct json_writer *writer, const struct record *record, const void *value)
{
	char name[FIELD_NAME_SIZE];

	json_object_begin(writer);
	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		if (field_is_optional(field) && !field_load(const void *, field, value))
			continue;
		json_key(writer, field_json_name(field, name));
		write_value(writer, field, value);
	}
	json_object_end(writer);
}

struct json_source {
	struct arena *arena;
	unsigned depth;
	bool is_partial; /* any member may be missing */
};

static struct error *read_record(struct json_source *source, const struct json_value *object,
				 const struct record *record, void *ret);

static struct error *read_number(const struct field *field, const struct json_value *json,
				 void *value)
{
	int64_t number;

	if (!json_get_i64(json, &number) || (field->kind == FIELD_U64 && number < 0))
		return error_new(ERROR_FORMAT, "not a whole number");
	field_store(int64_t, field, value, number);
	return NULL;
}

static struct error *read_enum(const struct field *field, const struct json_value *json,
			       void *value)
{
	const char *text = json_get_text(json, NULL);

	for (unsigned i = 0; text && i < field->enumeration->count; i++)
		if (text_equal(field->enumeration->values[i], text)) {
			field_store(unsigned, field, value, i);
			return NULL;
		}
	return error_new(ERROR_FORMAT, "not one of the values of '%s'", field->enumeration->name);
}

static struct error *read_text(struct json_source *source, const struct field *field,
			       const struct json_value *json, void *value)
{
	size_t size;
	const char *text = json_get_text(json, &size);

	if (!text || size > (size_t)MODEL_TEXT_MAX * 4)
		return error_new(ERROR_FORMAT, "not a text, or too long");
	if (field->kind == FIELD_TEXT) {
		field_store(const char *, field, value, arena_strndup(source->arena, text, size));
		return NULL;
	}
	if (field->kind == FIELD_HEX) {
		uint64_t number;
		if (!text_starts_with(text, "0x") || !text_to_u64(text, &number))
			return error_new(ERROR_FORMAT, "not a hexadecimal number");
		field_store(uint64_t, field, value, number);
		return NULL;
	}
	uint8_t *bytes = arena_alloc(source->arena, size / 2 + 1);
	if (!text_unhex(text, bytes, size / 2))
		return error_new(ERROR_FORMAT, "not hexadecimal bytes");
	field_store(struct span, field, value, span_of(bytes, size / 2));
	return NULL;
}

static struct error *read_list(struct json_source *source, const struct field *field,
			       const struct json_value *json, void *value)
{
	size_t count = json_size(json);
	size_t size = field->kind == FIELD_TEXTS ? sizeof(char *) : field->record->size;

	if (json_kind(json) != JSON_KIND_ARRAY || count > field->limit)
		return error_new(ERROR_FORMAT, "not a list, or longer than %zu", field->limit);
	struct model_list list = {.count = count};
	if (count) {
		list.data = arena_try(source->arena, count, size);
		if (!list.data)
			return error_new(ERROR_LIMIT, "too much data");
	}
	for (size_t i = 0; i < count; i++) {
		const struct json_value *element = json_at(json, i);
		char *slot = (char *)list.data + i * size;
		struct error *err = NULL;
		if (field->kind == FIELD_LIST) {
			err = read_record(source, element, field->record, slot);
		} else {
			size_t length;
			const char *text = json_get_text(element, &length);
			if (!text)
				err = error_new(ERROR_FORMAT, "not a text");
			else
				((const char **)list.data)[i] =
					arena_strndup(source->arena, text, length);
		}
		if (err)
			return error_wrap(err, "[%zu]", i);
	}
	field_store(struct model_list, field, value, list);
	return NULL;
}

static struct error *read_one(struct json_source *source, const struct field *field,
			      const struct json_value *json, void *value)
{
	void *inner = arena_alloc(source->arena, field->record->size);
	struct error *err = read_record(source, json, field->record, inner);
	if (!err)
		field_store(void *, field, value, inner);
	return err;
}

static struct error *read_value(struct json_source *source, const struct field *field,
				const struct json_value *json, void *value)
{
	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_HEX:
		return read_text(source, field, json, value);
	case FIELD_U64:
	case FIELD_I64:
		return read_number(field, json, value);
	case FIELD_REAL: {
		double number;
		if (!json_get_double(json, &number))
			return error_new(ERROR_FORMAT, "not a number");
		field_store(double, field, value, number);
		return NULL;
	}
	case FIELD_BOOL: {
		bool truth;
		if (!json_get_bool(json, &truth))
			return error_new(ERROR_FORMAT, "neither true nor false");
		field_store(bool, field, value, truth);
		return NULL;
	}
	case FIELD_ENUM:
		return read_enum(field, json, value);
	case FIELD_ONE:
		return read_one(source, field, json, value);
	case FIELD_LIST:
	case FIELD_TEXTS:
		return read_list(source, field, json, value);
	}
	return NULL;
}

static struct error *read_record(struct json_source *source, const struct json_value *object,
				 const struct record *record, void *ret)
{
	char name[FIELD_NAME_SIZE];
	size_t known = 0;

	if (json_kind(object) != JSON_KIND_OBJECT)
		return error_new(ERROR_FORMAT, "not an object");
	if (source->depth == 0)
		return error_new(ERROR_LIMIT, "nested too deep");
	source->depth--;
	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		const char *key = field_json_name(field, name);
		const struct json_value *member = json_get(object, key);
		if (!member && (source->is_partial || field_is_optional(field)))
			continue;
		struct error *err = member ? read_value(source, field, member, ret)
					   : error_new(ERROR_FORMAT, "missing");
		if (err)
			return error_wrap(err, "%s.%s", record->name, key);
		known++;
	}
	source->depth++;
	if (known != json_size(object))
		return error_new(ERROR_FORMAT, "%s has members that are not in the schema",
				 record->name);
	return NULL;
}

struct error *model_read_json(const struct json_value *object, const struct record *record,
			      struct arena *arena, void *ret)
{
	struct json_source source = {.arena = arena, .depth = MODEL_DEPTH_MAX};

	return read_record(&source, object, record, ret);
}

struct error *model_read_json_partial(const struct json_value *object, const struct record *record,
				      struct arena *arena, void *ret)
{
	struct json_source source = {.arena = arena, .depth = MODEL_DEPTH_MAX, .is_partial = true};

	return read_record(&source, object, record, ret);
}
