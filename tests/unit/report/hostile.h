/* SPDX-License-Identifier: MIT */
#pragma once
/* A report with an attack in every text of every record of the model, made by walking the tables. */
#include "base/arena.h"
#include "model/model.h"
#include "model/walk.h"

#define HOSTILE_TEXT                                                                               \
	"</script><script>alert(1)</script>\"'`><img src=x onerror=alert(1)>--></style>"           \
	"javascript:alert(1)\xe2\x80\xae\xe2\x81\xa6"                                              \
	"gpj.exe\x1b]0;owned\a\x1b[2J\x9b"                                                         \
	"31m\xc2\x9b\xff\xc0\xaf\r\n\x7f&lt;{1}%s%n"

enum { HOSTILE_DEPTH = 7 };

static void *hostile_record(struct arena *arena, const struct record *record, unsigned depth,
			    void *value);

static void hostile_list(struct arena *arena, const struct field *field, unsigned depth,
			 void *value)
{
	size_t size = field->kind == FIELD_TEXTS ? sizeof(char *) : field->record->size;
	struct model_list list = {.count = field->limit < 2 ? field->limit : 2};

	if (field->kind == FIELD_LIST && depth == 0)
		return;
	list.data = arena_alloc(arena, list.count * size);
	for (size_t i = 0; i < list.count; i++) {
		if (field->kind == FIELD_TEXTS)
			((const char **)list.data)[i] = HOSTILE_TEXT;
		else
			hostile_record(arena, field->record, depth - 1,
				       (char *)list.data + i * size);
	}
	field_store(struct model_list, field, value, list);
}

static void hostile_field(struct arena *arena, const struct field *field, unsigned depth,
			  void *value)
{
	switch (field->kind) {
	case FIELD_TEXT:
		field_store(const char *, field, value, HOSTILE_TEXT);
		break;
	case FIELD_BYTES:
		field_store(struct span, field, value, span_text(HOSTILE_TEXT));
		break;
	case FIELD_U64:
	case FIELD_I64:
	case FIELD_HEX:
		field_store(uint64_t, field, value, 0x7fffffffffffffffU);
		break;
	case FIELD_REAL:
		field_store(double, field, value, 7.5);
		break;
	case FIELD_BOOL:
		field_store(bool, field, value, true);
		break;
	case FIELD_ENUM:
		field_store(unsigned, field, value, 0);
		break;
	case FIELD_ONE:
		if (depth)
			field_store(void *, field, value,
				    hostile_record(arena, field->record, depth - 1,
						   arena_alloc(arena, field->record->size)));
		break;
	case FIELD_LIST:
	case FIELD_TEXTS:
		hostile_list(arena, field, depth, value);
		break;
	}
}

static void *hostile_record(struct arena *arena, const struct record *record, unsigned depth,
			    void *value)
{
	for (size_t i = 0; i < record->field_count; i++)
		hostile_field(arena, &record->fields[i], depth, value);
	return value;
}

static inline struct report *hostile_report(struct arena *arena)
{
	return hostile_record(arena, &record_report, HOSTILE_DEPTH,
			      arena_new_of(arena, struct report));
}
