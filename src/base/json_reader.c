/* SPDX-License-Identifier: MIT */
#include "base/json_reader.h"

#include <jansson.h>

#include "base/alloc.h"
#include "base/file.h"

struct json_document {
	json_t *root;
};

/* struct json_value is jansson's json_t under our name. */
static json_t *tree(const struct json_value *value)
{
	return (json_t *)(uintptr_t)value;
}

static const struct json_value *value_of(json_t *value)
{
	return (const struct json_value *)value;
}

struct error *json_document_parse(struct span text, size_t limit, struct json_document **ret)
{
	json_error_t problem;

	if (text.size > limit)
		return error_new(ERROR_LIMIT, "the JSON text has %zu bytes, more than %zu",
				 text.size, limit);
	json_t *root =
		json_loadb((const char *)text.data, text.size,
			   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
	if (!root)
		return error_new(ERROR_FORMAT, "JSON line %d, column %d: %s", problem.line,
				 problem.column, problem.text);
	struct json_document *document = xcalloc(1, sizeof(*document));
	document->root = root;
	*ret = document;
	return NULL;
}

struct error *json_document_load(const char *path, size_t limit, struct json_document **ret)
{
	cleanup_free char *text = NULL;
	size_t size;
	struct error *err = file_read(path, limit, &text, &size);
	if (err)
		return err;
	return error_wrap(json_document_parse(span_of(text, size), limit, ret), "'%s'", path);
}

void json_document_free(struct json_document *document)
{
	if (!document)
		return;
	json_decref(document->root);
	free(document);
}

const struct json_value *json_root(const struct json_document *document)
{
	return value_of(document->root);
}

enum json_kind json_kind(const struct json_value *value)
{
	static const enum json_kind kinds[] = {
		[JSON_OBJECT] = JSON_KIND_OBJECT, [JSON_ARRAY] = JSON_KIND_ARRAY,
		[JSON_STRING] = JSON_KIND_STRING, [JSON_INTEGER] = JSON_KIND_INTEGER,
		[JSON_REAL] = JSON_KIND_REAL,     [JSON_TRUE] = JSON_KIND_BOOL,
		[JSON_FALSE] = JSON_KIND_BOOL,    [JSON_NULL] = JSON_KIND_NULL,
	};
	return value ? kinds[json_typeof(tree(value))] : JSON_KIND_NULL;
}

const struct json_value *json_get(const struct json_value *object, const char *key)
{
	return object ? value_of(json_object_get(tree(object), key)) : NULL;
}

const struct json_value *json_at(const struct json_value *array, size_t index)
{
	return array ? value_of(json_array_get(tree(array), index)) : NULL;
}

size_t json_size(const struct json_value *value)
{
	if (!value)
		return 0;
	return json_is_object(tree(value)) ? json_object_size(tree(value))
					   : json_array_size(tree(value));
}

const char *json_get_text(const struct json_value *string, size_t *ret_size)
{
	if (!string || !json_is_string(tree(string)))
		return NULL;
	if (ret_size)
		*ret_size = json_string_length(tree(string));
	return json_string_value(tree(string));
}

bool json_get_i64(const struct json_value *number, int64_t *ret)
{
	if (!number || !json_is_integer(tree(number)))
		return false;
	*ret = json_integer_value(tree(number));
	return true;
}

bool json_get_double(const struct json_value *number, double *ret)
{
	if (!number || !json_is_number(tree(number)))
		return false;
	*ret = json_number_value(tree(number));
	return true;
}

bool json_get_bool(const struct json_value *value, bool *ret)
{
	if (!value || !json_is_boolean(tree(value)))
		return false;
	*ret = json_is_true(tree(value));
	return true;
}

const struct json_value *json_member(const struct json_value *object, size_t index,
				     const char **ret_key)
{
	if (!object)
		return NULL;
	void *at = json_object_iter(tree(object));
	for (size_t i = 0; at && i < index; i++)
		at = json_object_iter_next(tree(object), at);
	if (!at)
		return NULL;
	*ret_key = json_object_iter_key(at);
	return value_of(json_object_iter_value(at));
}
