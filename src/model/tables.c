/* SPDX-License-Identifier: MIT */
/* The tables that describe every record, from the .def files. */
#include <string.h>

#include "model/model.h"

/* Tables of macros, and includes whose order matters. */
/* clang-format off */
/* Enumerations. */
#include "model/macros_none.h"
#undef VALUES
#undef VALUE
#undef END_VALUES
#define VALUES(type)                static const char *const type##_names[] = {
#define VALUE(type, constant, name) [constant] = name,
#define END_VALUES(type)                                                                           \
	}                                                                                          \
	;                                                                                          \
	const struct enumeration values_##type = {                                                 \
		.name = #type, .values = type##_names, .count = ARRAY_SIZE(type##_names)};
#include "model/model.def"

/* Fields. */
#include "model/macros_none.h"
#undef RECORD
#undef TEXT
#undef BYTES
#undef U64
#undef I64
#undef HEX
#undef REAL
#undef BOOL
#undef ENUM
#undef ONE
#undef LIST
#undef TEXTS
#undef END
#define FIELD(r, f, k, d, ...)                                                                     \
	{.name = #f, .doc = d, .kind = k, .offset = offsetof(struct r, f), __VA_ARGS__},
#define RECORD(r, d)        static const struct field r##_fields[] = {
#define TEXT(r, f, d)       FIELD(r, f, FIELD_TEXT, d)
#define BYTES(r, f, d)      FIELD(r, f, FIELD_BYTES, d)
#define U64(r, f, d)        FIELD(r, f, FIELD_U64, d)
#define I64(r, f, d)        FIELD(r, f, FIELD_I64, d)
#define HEX(r, f, d)        FIELD(r, f, FIELD_HEX, d)
#define REAL(r, f, d)       FIELD(r, f, FIELD_REAL, d)
#define BOOL(r, f, d)       FIELD(r, f, FIELD_BOOL, d)
#define ENUM(r, f, t, d)    FIELD(r, f, FIELD_ENUM, d, .enumeration = &values_##t)
#define ONE(r, f, t, d)     FIELD(r, f, FIELD_ONE, d, .record = &record_##t)
#define LIST(r, f, t, n, d) FIELD(r, f, FIELD_LIST, d, .record = &record_##t, .limit = (n))
#define TEXTS(r, f, n, d)   FIELD(r, f, FIELD_TEXTS, d, .limit = (n))
#define END(r)                                                                                     \
	}                                                                                          \
	;
#include "model/model.def"

/* Records. */
#include "model/macros_none.h"
#undef RECORD
#define RECORD(r, d)                                                                               \
	const struct record record_##r = {.name = #r,                                              \
					  .doc = d,                                                \
					  .size = sizeof(struct r),                                \
					  .fields = r##_fields,                                    \
					  .field_count = ARRAY_SIZE(r##_fields)};
#include "model/model.def"
/* clang-format on */

const char *model_value_name(const struct enumeration *enumeration, unsigned value)
{
	if (value >= enumeration->count || !enumeration->values[value])
		return "?";
	return enumeration->values[value];
}

void *model_copy_elements(struct arena *arena, const void *elements, size_t count, size_t size)
{
	if (count == 0)
		return NULL;
	void *copy = arena_try(arena, count, size);
	if (!copy)
		abort();
	memcpy(copy, elements, count * size);
	return copy;
}
