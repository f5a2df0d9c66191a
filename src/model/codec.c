/* SPDX-License-Identifier: MIT */
/* The binary codec; model.h says what it looks like. */
#include "model/model.h"
#include "model/walk.h"

static uint64_t zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static int64_t unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void encode_text(struct buffer *out, const char *text)
{
	size_t size = text ? strlen(text) : 0;

	size = min_of(size, (size_t)MODEL_TEXT_MAX);
	buffer_append_uleb128(out, text ? size + 1 : 0);
	buffer_append(out, text ? text : "", size);
}

static void encode_bytes(struct buffer *out, struct span bytes)
{
	bytes = span_clip(bytes, 0, MODEL_TEXT_MAX);
	buffer_append_uleb128(out, bytes.size + 1);
	buffer_append(out, bytes.data, bytes.size);
}

static void encode_list(struct buffer *out, const struct field *field, const void *value)
{
	struct model_list list = field_load(struct model_list, field, value);
	size_t count = min_of(list.count, field->limit);

	buffer_append_uleb128(out, count);
	for (size_t i = 0; i < count; i++) {
		if (field->kind == FIELD_TEXTS)
			encode_text(out, ((const char **)list.data)[i]);
		else
			model_encode(out, field->record,
				     (const char *)list.data + i * field->record->size);
	}
}

void model_encode(struct buffer *out, const struct record *record, const void *value)
{
	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		switch (field->kind) {
		case FIELD_TEXT:
			encode_text(out, field_load(const char *, field, value));
			break;
		case FIELD_BYTES:
			encode_bytes(out, field_load(struct span, field, value));
			break;
		case FIELD_U64:
		case FIELD_HEX:
			buffer_append_uleb128(out, field_load(uint64_t, field, value));
			break;
		case FIELD_I64:
			buffer_append_uleb128(out, zigzag(field_load(int64_t, field, value)));
			break;
		case FIELD_REAL:
			buffer_append_u64(out, field_load(uint64_t, field, value));
			break;
		case FIELD_BOOL:
			buffer_append_u8(out, field_load(bool, field, value));
			break;
		case FIELD_ENUM:
			buffer_append_uleb128(out, field_load(unsigned, field, value));
			break;
		case FIELD_ONE: {
			const void *inner = field_load(const void *, field, value);
			buffer_append_u8(out, inner != NULL);
			if (inner)
				model_encode(out, field->record, inner);
			break;
		}
		case FIELD_LIST:
		case FIELD_TEXTS:
			encode_list(out, field, value);
			break;
		}
	}
}

struct decoder {
	struct reader reader;
	struct arena *arena;
	unsigned depth;
};

static void decode_record(struct decoder *decoder, const struct record *record, void *ret);

/* ret_present is false for an absent text. */
static struct span decode_bytes(struct decoder *decoder, bool *ret_present)
{
	uint64_t size = reader_uleb128(&decoder->reader);

	*ret_present = size > 0;
	if (size == 0)
		return span_empty();
	if (size - 1 > MODEL_TEXT_MAX)
		decoder->reader.failed = true;
	return reader_bytes(&decoder->reader, size - 1);
}

static const char *decode_text(struct decoder *decoder)
{
	bool is_present;
	struct span text = decode_bytes(decoder, &is_present);

	if (!is_present || !reader_ok(&decoder->reader))
		return NULL;
	return arena_strndup(decoder->arena, text.data, text.size);
}

static void decode_list(struct decoder *decoder, const struct field *field, void *value)
{
	uint64_t count = reader_uleb128(&decoder->reader);
	size_t size = field->kind == FIELD_TEXTS ? sizeof(char *) : field->record->size;

	/* Every element takes a byte at least: a count cannot make us allocate more than a constant
	 * times what was sent. */
	if (count > field->limit || count > reader_left(&decoder->reader)) {
		decoder->reader.failed = true;
		return;
	}
	if (count == 0)
		return;
	struct model_list list = {.count = (size_t)count};
	list.data = arena_try(decoder->arena, (size_t)count, size);
	if (!list.data) {
		decoder->reader.failed = true;
		return;
	}
	for (size_t i = 0; i < count && reader_ok(&decoder->reader); i++) {
		if (field->kind == FIELD_LIST) {
			decode_record(decoder, field->record, (char *)list.data + i * size);
			continue;
		}
		const char *text = decode_text(decoder);
		((const char **)list.data)[i] = text ? text : "";
	}
	field_store(struct model_list, field, value, list);
}

static void decode_field(struct decoder *decoder, const struct field *field, void *value)
{
	struct reader *reader = &decoder->reader;

	switch (field->kind) {
	case FIELD_TEXT:
		field_store(const char *, field, value, decode_text(decoder));
		break;
	case FIELD_BYTES: {
		bool is_present;
		struct span bytes = decode_bytes(decoder, &is_present);
		field_store(struct span, field, value, arena_copy(decoder->arena, bytes));
		break;
	}
	case FIELD_U64:
	case FIELD_HEX:
		field_store(uint64_t, field, value, reader_uleb128(reader));
		break;
	case FIELD_I64:
		field_store(int64_t, field, value, unzigzag(reader_uleb128(reader)));
		break;
	case FIELD_REAL:
		field_store(uint64_t, field, value, reader_u64(reader));
		break;
	case FIELD_BOOL:
		field_store(bool, field, value, reader_u8(reader) != 0);
		break;
	case FIELD_ENUM: {
		uint64_t number = reader_uleb128(reader);
		if (number >= field->enumeration->count)
			reader->failed = true;
		else
			field_store(unsigned, field, value, (unsigned)number);
		break;
	}
	case FIELD_ONE:
		if (reader_u8(reader)) {
			void *inner = arena_try(decoder->arena, 1, field->record->size);
			if (!inner) {
				reader->failed = true;
				break;
			}
			decode_record(decoder, field->record, inner);
			field_store(void *, field, value, inner);
		}
		break;
	case FIELD_LIST:
	case FIELD_TEXTS:
		decode_list(decoder, field, value);
		break;
	}
}

static void decode_record(struct decoder *decoder, const struct record *record, void *ret)
{
	if (decoder->depth == 0) {
		decoder->reader.failed = true;
		return;
	}
	decoder->depth--;
	for (size_t i = 0; i < record->field_count && reader_ok(&decoder->reader); i++)
		decode_field(decoder, &record->fields[i], ret);
	decoder->depth++;
}

struct error *model_decode(struct span bytes, const struct record *record, struct arena *arena,
			   void *ret)
{
	struct decoder decoder = {
		.reader = reader_of(bytes, BYTE_ORDER_LITTLE),
		.arena = arena,
		.depth = MODEL_DEPTH_MAX,
	};

	decode_record(&decoder, record, ret);
	if (!reader_ok(&decoder.reader) || reader_left(&decoder.reader) != 0)
		return error_new(ERROR_FORMAT, "the bytes are no '%s' (stopped at %zu of %zu)",
				 record->name, decoder.reader.offset, bytes.size);
	return NULL;
}
