/* SPDX-License-Identifier: MIT */
/* Makes every description macro expand to nothing; the includer redefines those that it needs. No
 * include guard: included before each pass over model.def. */
#undef VALUES
#undef VALUE
#undef END_VALUES
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
#define VALUES(type)
#define VALUE(type, constant, name)
#define END_VALUES(type)
#define RECORD(record, doc)
#define TEXT(record, field, doc)
#define BYTES(record, field, doc)
#define U64(record, field, doc)
#define I64(record, field, doc)
#define HEX(record, field, doc)
#define REAL(record, field, doc)
#define BOOL(record, field, doc)
#define ENUM(record, field, type, doc)
#define ONE(record, field, type, doc)
#define LIST(record, field, type, limit, doc)
#define TEXTS(record, field, limit, doc)
#define END(record)
