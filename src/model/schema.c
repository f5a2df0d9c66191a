/* SPDX-License-Identifier: MIT */
/* JSON Schema and the reference page, from the tables. */
#include "base/vec.h"
#include "model/model.h"
#include "model/walk.h"

/* The records that a root uses, each once, the root first. */
struct record_set {
	vec(const struct record *) records;
};

static void collect(struct record_set *set, const struct record *record)
{
	vec_foreach(&set->records, known)
		if (*known == record)
			return;
	vec_add(&set->records, record);
	for (size_t i = 0; i < record->field_count; i++)
		if (record->fields[i].record)
			collect(set, record->fields[i].record);
}

static void write_pattern(struct json_writer *writer, const char *pattern)
{
	json_member_text(writer, "type", "string");
	json_member_text(writer, "pattern", pattern);
}

static void write_reference(struct json_writer *writer, const struct record *record)
{
	cleanup_free char *target = xasprintf("#/$defs/%s", record->name);

	json_member_text(writer, "$ref", target);
}

static void write_type(struct json_writer *writer, const struct field *field)
{
	switch (field->kind) {
	case FIELD_TEXT:
		json_member_text(writer, "type", "string");
		break;
	case FIELD_BYTES:
		write_pattern(writer, "^([0-9a-f]{2})*$");
		break;
	case FIELD_HEX:
		write_pattern(writer, "^0x[0-9a-f]{1,16}$");
		break;
	case FIELD_U64:
		json_member_text(writer, "type", "integer");
		json_member_u64(writer, "minimum", 0);
		break;
	case FIELD_I64:
		json_member_text(writer, "type", "integer");
		break;
	case FIELD_REAL:
		json_key(writer, "type");
		json_array_begin(writer);
		json_put_text(writer, "number");
		json_put_text(writer, "null");
		json_array_end(writer);
		break;
	case FIELD_BOOL:
		json_member_text(writer, "type", "boolean");
		break;
	case FIELD_ENUM:
		json_key(writer, "enum");
		json_array_begin(writer);
		for (size_t i = 0; i < field->enumeration->count; i++)
			json_put_text(writer, field->enumeration->values[i]);
		json_array_end(writer);
		break;
	case FIELD_ONE:
		write_reference(writer, field->record);
		break;
	case FIELD_LIST:
	case FIELD_TEXTS:
		json_member_text(writer, "type", "array");
		json_member_u64(writer, "maxItems", field->limit);
		json_key(writer, "items");
		json_object_begin(writer);
		if (field->kind == FIELD_LIST)
			write_reference(writer, field->record);
		else
			json_member_text(writer, "type", "string");
		json_object_end(writer);
		break;
	}
}

static void write_record(struct json_writer *writer, const struct record *record)
{
	char name[FIELD_NAME_SIZE];

	json_member_text(writer, "description", record->doc);
	json_member_text(writer, "type", "object");
	json_member_bool(writer, "additionalProperties", false);
	json_key(writer, "required");
	json_array_begin(writer);
	for (size_t i = 0; i < record->field_count; i++)
		if (!field_is_optional(&record->fields[i]))
			json_put_text(writer, field_json_name(&record->fields[i], name));
	json_array_end(writer);
	json_key(writer, "properties");
	json_object_begin(writer);
	for (size_t i = 0; i < record->field_count; i++) {
		json_key(writer, field_json_name(&record->fields[i], name));
		json_object_begin(writer);
		json_member_text(writer, "description", record->fields[i].doc);
		write_type(writer, &record->fields[i]);
		json_object_end(writer);
	}
	json_object_end(writer);
}

void model_write_schema(struct json_writer *writer, const struct record *root, const char *id,
			const char *title)
{
	struct record_set set = {0};

	collect(&set, root);
	json_object_begin(writer);
	json_member_text(writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_member_text(writer, "$id", id);
	json_member_text(writer, "title", title);
	write_record(writer, root);
	json_key(writer, "$defs");
	json_object_begin(writer);
	for (size_t i = 0; i < set.records.count; i++) {
		if (i == 0)
			continue;
		json_key(writer, set.records.data[i]->name);
		json_object_begin(writer);
		write_record(writer, set.records.data[i]);
		json_object_end(writer);
	}
	json_object_end(writer);
	json_object_end(writer);
	vec_deinit(&set.records);
}

static void describe_type(struct buffer *out, const struct field *field)
{
	static const char *const names[] = {
		[FIELD_TEXT] = "text",
		[FIELD_BYTES] = "hex bytes",
		[FIELD_U64] = "number",
		[FIELD_I64] = "number",
		[FIELD_HEX] = "hex number",
		[FIELD_REAL] = "real",
		[FIELD_BOOL] = "true/false",
		[FIELD_ENUM] = "one of",
		[FIELD_ONE] = "",
		[FIELD_LIST] = "list of ",
		[FIELD_TEXTS] = "list of texts",
	};
	buffer_append_text(out, names[field->kind]);
	if (field->record)
		buffer_printf(out, "[%s](#%s)", field->record->name, field->record->name);
	for (size_t i = 0; field->enumeration && i < field->enumeration->count; i++)
		buffer_printf(out, "%s`%s`", i ? ", " : " ", field->enumeration->values[i]);
	if (field->limit)
		buffer_printf(out, " (at most %zu)", field->limit);
	if (field_is_optional(field))
		buffer_append_text(out, ", may be absent");
}

void model_write_reference(struct buffer *out, const struct record *root)
{
	struct record_set set = {0};
	char name[FIELD_NAME_SIZE];

	collect(&set, root);
	for (size_t i = 0; i < set.records.count; i++) {
		const struct record *record = set.records.data[i];
		buffer_printf(out, "\n## %s\n\n%s\n\n| field | type | meaning |\n|---|---|---|\n",
			      record->name, record->doc);
		for (size_t k = 0; k < record->field_count; k++) {
			const struct field *field = &record->fields[k];
			buffer_printf(out, "| `%s` | ", field_json_name(field, name));
			describe_type(out, field);
			buffer_printf(out, " | %s |\n", field->doc);
		}
	}
	vec_deinit(&set.records);
}
