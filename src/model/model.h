/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The structs of an analysis, made from the .def files, and what works on any of them: JSON writer
 * and reader, binary codec, JSON schema, reference page. See describe.h.
 */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "model/describe.h"

/* Tables of macros, and includes whose order matters. */
/* clang-format off */
/* Enumerations first, then structs. */
#include "model/macros_none.h"
#undef VALUES
#undef VALUE
#undef END_VALUES
#define VALUES(type)             enum type {
#define VALUE(type, constant, n) constant,
#define END_VALUES(type)         };
#include "model/model.def"

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
#define RECORD(record, doc)        struct record {
#define TEXT(record, field, doc)   const char *field;
#define BYTES(record, field, doc)  struct span field;
#define U64(record, field, doc)    uint64_t field;
#define I64(record, field, doc)    int64_t field;
#define HEX(record, field, doc)    uint64_t field;
#define REAL(record, field, doc)   double field;
#define BOOL(record, field, doc)   bool field;
#define ENUM(record, field, type, doc) enum type field;
#define ONE(record, field, type, doc)  struct type *field;
#define LIST(record, field, type, limit, doc)                                                      \
	struct {                                                                                   \
		struct type *data;                                                                 \
		size_t count;                                                                      \
	} field;
#define TEXTS(record, field, limit, doc)                                                           \
	struct {                                                                                   \
		const char **data;                                                                 \
		size_t count;                                                                      \
	} field;
#define END(record)                                                                                \
	}                                                                                          \
	;
#include "model/model.def"

/* record_<name> for every record, values_<type> for every enumeration. */
#include "model/macros_none.h"
#undef RECORD
#undef VALUES
#define RECORD(name, doc) extern const struct record record_##name;
#define VALUES(type)        extern const struct enumeration values_##type;
#include "model/model.def"
#include "model/macros_none.h"
/* clang-format on */

#define list_foreach(list, item)                                                                   \
	for (__typeof__(*(list)->data) *item = (list)->data;                                       \
	     item && item < (list)->data + (list)->count; item++)

/* Copies a vec's elements into the arena and sets the list to them: list_take(arena, &r->flows,
 * flows.data, flows.count). Element types must agree. */
#define list_take(arena, list, elements, n)                                                        \
	((list)->data = ((void)sizeof((list)->data == (elements)),                                 \
			 (__typeof__((list)->data))model_copy_elements((arena), (elements), (n),   \
								       sizeof(*(list)->data))),    \
	 (list)->count = (n))
void *model_copy_elements(struct arena *arena, const void *elements, size_t count, size_t size);

/* The name of an enumeration's value; "?" for one out of range. */
const char *model_value_name(const struct enumeration *enumeration, unsigned value);

/* Writes a record as a JSON object. */
void model_write_json(struct json_writer *writer, const struct record *record, const void *value);
/* Fills a zeroed record from a JSON object. Unknown members, wrong types and lists over their limit
 * are ERROR_FORMAT, with the path of the member. Texts live in the arena. */
MUST_USE struct error *model_read_json(const struct json_value *object, const struct record *record,
				       struct arena *arena, void *ret);

/* The same for a record that people wrote: members that are missing stay zero. */
MUST_USE struct error *model_read_json_partial(const struct json_value *object,
					       const struct record *record, struct arena *arena,
					       void *ret);

/*
 * Binary codec, between our own processes: a record is its fields in order; numbers as LEB128, a
 * text as length + 1 (0: absent) and bytes, a list as count and elements. The reader side is
 * bounded by the table's limits, MODEL_TEXT_MAX and the bytes left; its sender is hostile.
 */
void model_encode(struct buffer *out, const struct record *record, const void *value);
MUST_USE struct error *model_decode(struct span bytes, const struct record *record,
				    struct arena *arena, void *ret);

/* JSON Schema (2020-12) of a record and all that it uses, closed: no other members. */
void model_write_schema(struct json_writer *writer, const struct record *root, const char *id,
			const char *title);
/* The same as a Markdown page. */
void model_write_reference(struct buffer *out, const struct record *root);
