/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * JSON documents read into a tree (jansson, owned by base). Values belong to their document.
 * Look-ups on NULL or on a value of another type give NULL or false, so that a path can be walked
 * without a check at each step.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

struct json_document;
struct json_value;

/* Rejects duplicate keys, depth over 2048 and sizes over `limit` bytes; errors name the line. */
MUST_USE struct error *json_document_parse(struct span text, size_t limit,
					   struct json_document **ret);
MUST_USE struct error *json_document_load(const char *path, size_t limit,
					  struct json_document **ret);
void json_document_free(struct json_document *document);
DEFINE_CLEANUP(struct json_document *, json_document_free)
#define cleanup_json guard(json_document_free)
const struct json_value *json_root(const struct json_document *document);

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INTEGER,
	JSON_KIND_REAL,
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT,
};
enum json_kind json_kind(const struct json_value *value); /* JSON_KIND_NULL for NULL */
const struct json_value *json_get(const struct json_value *object, const char *key);
const struct json_value *json_at(const struct json_value *array, size_t index);
size_t json_size(const struct json_value *array_or_object);
/* The text of a string (may hold NUL bytes: ret_size tells), or NULL. */
const char *json_get_text(const struct json_value *string, size_t *ret_size);
bool json_get_i64(const struct json_value *number, int64_t *ret);
bool json_get_double(const struct json_value *number, double *ret);
bool json_get_bool(const struct json_value *value, bool *ret);
/* Member `index` of an object in file order. */
const struct json_value *json_member(const struct json_value *object, size_t index,
				     const char **ret_key);
