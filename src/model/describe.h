/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * How the model is described: each record once, in a .def file of this folder, by these macros.
 *
 *	RECORD(flow, "A conversation between two endpoints")
 *		TEXT(flow, source, "Address that opened it")
 *		U64(flow, packets, "Packets both ways")
 *	END(flow)
 *
 * model.h includes the files once to make `struct flow`, tables.c once more to make `record_flow`,
 * a table that json.c, codec.c, schema.c and reference.c walk. Macros (record, field, …, doc):
 *
 *	TEXT    const char *          NUL-terminated, any bytes; NULL: absent, left out of JSON
 *	BYTES   struct span           raw bytes; lower-case hexadecimal in JSON
 *	U64 I64 uint64_t, int64_t     counts, sizes, times: JSON numbers (below 2^53)
 *	HEX     uint64_t              addresses and 64-bit values: "0x…" in JSON
 *	REAL    double
 *	BOOL    bool
 *	ENUM    enum <type>           VALUES(type) … VALUE(type, NAME, "name") … END_VALUES(type)
 *	ONE     struct <type> *       NULL: absent, left out of JSON
 *	LIST    {struct <type> *data; size_t count;}       with the most elements it may hold
 *	TEXTS   {const char **data; size_t count;}         likewise
 *
 * A field whose name is a C keyword is written with an underscore behind it, which JSON drops.
 * Everything lives in one arena with the value it belongs to.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_TEXT,
	FIELD_BYTES,
	FIELD_U64,
	FIELD_I64,
	FIELD_HEX,
	FIELD_REAL,
	FIELD_BOOL,
	FIELD_ENUM,
	FIELD_ONE,
	FIELD_LIST,
	FIELD_TEXTS,
};

enum {
	MODEL_TEXT_MAX = 64 * 1024, /* bytes of one TEXT or BYTES; the codec refuses longer ones */
	MODEL_DEPTH_MAX = 16,       /* records inside records */
};

struct enumeration {
	const char *name;
	const char *const *values; /* indexed by the C value; the names in JSON */
	size_t count;
};

struct field {
	const char *name;
	const char *doc;
	enum field_kind kind;
	size_t offset;
	size_t limit;                          /* LIST, TEXTS: most elements */
	const struct record *record;           /* ONE, LIST */
	const struct enumeration *enumeration; /* ENUM */
};

struct record {
	const char *name;
	const char *doc;
	size_t size;
	const struct field *fields;
	size_t field_count;
};

/* What every LIST and TEXTS looks like in memory. */
struct model_list {
	void *data;
	size_t count;
};

/* Whether JSON may leave the field out. */
static inline bool field_is_optional(const struct field *field)
{
	return field->kind == FIELD_TEXT || field->kind == FIELD_ONE;
}
