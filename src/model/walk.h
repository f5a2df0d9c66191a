/* SPDX-License-Identifier: MIT */
#pragma once
/* Typed access to a field of a record in memory, for code that walks the tables. */
#include <string.h>

#include "base/buffer.h"
#include "model/describe.h"

static inline const void *field_at(const struct field *field, const void *value)
{
	return (const char *)value + field->offset;
}

static inline void *field_to(const struct field *field, void *value)
{
	return (char *)value + field->offset;
}

#define field_load(type, field, value)                                                             \
	({                                                                                         \
		type load_value_;                                                                  \
		memcpy(&load_value_, field_at((field), (value)), sizeof(load_value_));             \
		load_value_;                                                                       \
	})

#define field_store(type, field, value, what)                                                      \
	do {                                                                                       \
		type store_value_ = (what);                                                        \
		memcpy(field_to((field), (value)), &store_value_, sizeof(store_value_));           \
	} while (0)

/* The name in JSON: a trailing underscore, there for C keywords, is dropped. */
enum { FIELD_NAME_SIZE = 64 };
static inline const char *field_json_name(const struct field *field, char out[FIELD_NAME_SIZE])
{
	size_t size = strlen(field->name);

	if (size >= FIELD_NAME_SIZE || field->name[size - 1] != '_')
		return field->name;
	memcpy(out, field->name, size - 1);
	out[size - 1] = '\0';
	return out;
}
