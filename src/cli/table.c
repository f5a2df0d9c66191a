/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum { COLUMNS_MAX = 64, CELL_MAX = 64 * 1024, WIDTH_MAX = 48 };

#define load(type, field, row)                                                                     \
	({                                                                                         \
		type load_;                                                                        \
		memcpy(&load_, (const char *)(row) + (field)->offset, sizeof(load_));              \
		load_;                                                                             \
	})

bool table_find(const struct record *record, const void *value, const char *name,
		const struct field **ret_field, struct model_list *ret)
{
	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		if (field->kind != FIELD_LIST || strcmp(field->name, name) != 0)
			continue;
		*ret_field = field;
		*ret = load(struct model_list, field, value);
		return true;
	}
	return false;
}

static void write_record(struct buffer *out, const struct record *record, const void *row);

/* A field's value as plain text, hostile bytes and all: the caller escapes. */
static void write_value(struct buffer *out, const struct field *field, const void *row)
{
	switch (field->kind) {
	case FIELD_TEXT: {
		const char *text = load(const char *, field, row);
		buffer_append_text(out, text ? text : "");
		break;
	}
	case FIELD_U64:
		buffer_printf(out, "%" PRIu64, load(uint64_t, field, row));
		break;
	case FIELD_I64:
		buffer_printf(out, "%" PRId64, load(int64_t, field, row));
		break;
	case FIELD_HEX:
		buffer_printf(out, "0x%" PRIx64, load(uint64_t, field, row));
		break;
	case FIELD_REAL:
		buffer_printf(out, "%g", load(double, field, row));
		break;
	case FIELD_BOOL:
		buffer_append_text(out, load(bool, field, row) ? "yes" : "no");
		break;
	case FIELD_ENUM:
		buffer_append_text(
			out, model_value_name(field->enumeration, load(unsigned, field, row)));
		break;
	case FIELD_BYTES: {
		struct span bytes = load(struct span, field, row);
		for (size_t i = 0; i < bytes.size; i++)
			buffer_printf(out, "%02x", bytes.data[i]);
		break;
	}
	case FIELD_TEXTS: {
		struct model_list list = load(struct model_list, field, row);
		const char *between = strcmp(field->name, "argv") == 0 ? " " : "; ";
		for (size_t i = 0; i < list.count; i++)
			buffer_printf(out, "%s%s", i ? between : "", ((const char **)list.data)[i]);
		break;
	}
	case FIELD_LIST: {
		struct model_list list = load(struct model_list, field, row);
		for (size_t i = 0; i < list.count; i++) {
			buffer_append_text(out, i ? "; " : "");
			write_record(out, field->record,
				     (const char *)list.data + i * field->record->size);
		}
		break;
	}
	case FIELD_ONE:
		break;
	}
}

static void write_record(struct buffer *out, const struct record *record, const void *row)
{
	for (size_t i = 0; i < record->field_count; i++) {
		if (record->fields[i].kind == FIELD_LIST)
			continue;
		buffer_append_text(out, i ? " " : "");
		write_value(out, &record->fields[i], row);
	}
}

static const struct field *field_named(const struct record *record, const char *name, size_t size)
{
	for (size_t i = 0; i < record->field_count; i++)
		if (strlen(record->fields[i].name) == size &&
		    memcmp(record->fields[i].name, name, size) == 0)
			return &record->fields[i];
	return NULL;
}

static size_t choose(const struct record *record, const char *columns,
		     const struct field *chosen[COLUMNS_MAX])
{
	size_t count = 0;

	while (*columns && count < COLUMNS_MAX) {
		size_t size = strcspn(columns, " ");
		const struct field *field = field_named(record, columns, size);
		if (field)
			chosen[count++] = field;
		columns += size;
		columns += strspn(columns, " ");
	}
	return count;
}

/* One cell, escaped; its width in characters as far as that matters for alignment. */
static size_t cell(struct buffer *out, const struct field *field, const void *row)
{
	cleanup_buffer struct buffer raw = {.limit = CELL_MAX};
	size_t before = out->size, width = 0;

	write_value(&raw, field, row);
	term_text(out, buffer_span(&raw));
	for (size_t i = before; i < out->size; i++)
		width += ((unsigned char)out->data[i] & 0xc0) != 0x80;
	return width;
}

static const void *row_at(struct model_list rows, const struct record *record, size_t i)
{
	return (const char *)rows.data + i * record->size;
}

static void pad(struct buffer *out, size_t width, size_t wanted)
{
	for (; width < wanted; width++)
		buffer_append_char(out, ' ');
}

void table_write_text(struct buffer *out, const struct record *record, struct model_list rows,
		      const char *columns)
{
	const struct field *chosen[COLUMNS_MAX];
	size_t count = choose(record, columns, chosen), widths[COLUMNS_MAX] = {0};
	cleanup_buffer struct buffer scratch = {0};

	for (size_t c = 0; c < count; c++) {
		widths[c] = strlen(chosen[c]->name);
		for (size_t i = 0; i < rows.count; i++) {
			buffer_clear(&scratch);
			size_t width = cell(&scratch, chosen[c], row_at(rows, record, i));
			widths[c] = max_of(widths[c], min_of(width, (size_t)WIDTH_MAX));
		}
	}
	for (size_t c = 0; c < count; c++) {
		buffer_append_text(out, chosen[c]->name);
		if (c + 1 < count)
			pad(out, strlen(chosen[c]->name), widths[c] + 2);
	}
	buffer_append_char(out, '\n');
	for (size_t i = 0; i < rows.count; i++) {
		for (size_t c = 0; c < count; c++) {
			size_t width = cell(out, chosen[c], row_at(rows, record, i));
			if (c + 1 < count)
				pad(out, width,
				    max_of(widths[c] + 2, width < WIDTH_MAX ? 0 : width + 2));
		}
		buffer_append_char(out, '\n');
	}
}

/* The one place where hostile bytes become CSV. */
static void csv_field(struct buffer *out, struct span text)
{
	bool is_formula = text.size && memchr("=+-@\t\r", text.data[0], 6) != NULL;

	buffer_append_char(out, '"');
	if (is_formula)
		buffer_append_char(out, '\'');
	while (text.size) {
		size_t size = utf8_sequence(text);
		uint8_t byte = text.data[0];
		if (size == 0 || (size == 1 && (byte < ' ' || byte == 0x7f)))
			buffer_printf(out, "\\x%02x", byte);
		else if (byte == '"')
			buffer_append_text(out, "\"\"");
		else
			buffer_append(out, text.data, size);
		text = span_clip(text, max_of(size, (size_t)1), text.size);
	}
	buffer_append_char(out, '"');
}

void table_write_csv(struct buffer *out, const struct record *record, struct model_list rows)
{
	for (size_t c = 0; c < record->field_count; c++)
		buffer_printf(out, "%s%s", c ? "," : "", record->fields[c].name);
	buffer_append_text(out, "\r\n");
	for (size_t i = 0; i < rows.count; i++) {
		for (size_t c = 0; c < record->field_count; c++) {
			cleanup_buffer struct buffer raw = {.limit = CELL_MAX};
			write_value(&raw, &record->fields[c], row_at(rows, record, i));
			if (c)
				buffer_append_char(out, ',');
			csv_field(out, buffer_span(&raw));
		}
		buffer_append_text(out, "\r\n");
	}
}
