/* SPDX-License-Identifier: MIT */
/*
 * A unit (DWARF 5, 6.2.4; 4, 6.2.4):
 *	length u32, or ~0 and u64 | version u16 | v5: address size u8, segment size u8 |
 *	header length | minimum instruction u8 | v4: operations u8 | default statement u8 | line base |
 *	line range | opcode base u8 | lengths of opcodes u8 …
 * then up to version 4: folders as strings up to an empty one; files as string, folder, time, size up
 * to an empty name. Version 5: formats as pairs (content, form), a count, entries; twice.
 */
#include "static/dwarf_line.h"

#include <stdbool.h>

#include "base/macro.h"

enum { MAX_UNITS = 1 << 16, MAX_FORMATS = 16, MAX_ENTRIES = 1 << 16 };
/* DW_LNCT_path and the forms that occur. */
enum {
	CONTENT_PATH = 1,
	FORM_STRING = 0x08,
	FORM_BLOCK = 0x09,
	FORM_DATA1 = 0x0b,
	FORM_DATA2 = 0x05,
	FORM_DATA4 = 0x06,
	FORM_DATA8 = 0x07,
	FORM_DATA16 = 0x1e,
	FORM_STRP = 0x0e,
	FORM_UDATA = 0x0f,
	FORM_LINE_STRP = 0x1f,
};

struct unit {
	struct reader reader;
	bool is_64; /* offsets in this unit */
	unsigned version;
	struct span strings;
	struct span line_strings;
};

static struct span string_at(struct span table, uint64_t offset)
{
	struct span text = span_empty();

	/* No name is longer; a table without a NUL must not be searched to its end each time. */
	(void)span_string(span_clip(table, offset, 4096), 0, &text);
	return text;
}

/* The value of a form as text where it is one; other values are skipped. */
static struct span read_form(struct unit *unit, uint64_t form)
{
	struct reader *reader = &unit->reader;

	switch (form) {
	case FORM_STRING:
		return reader_string(reader);
	case FORM_STRP:
		return string_at(unit->strings, reader_word(reader, unit->is_64));
	case FORM_LINE_STRP:
		return string_at(unit->line_strings, reader_word(reader, unit->is_64));
	case FORM_DATA1:
		reader_skip(reader, 1);
		break;
	case FORM_DATA2:
		reader_skip(reader, 2);
		break;
	case FORM_DATA4:
		reader_skip(reader, 4);
		break;
	case FORM_DATA8:
		reader_skip(reader, 8);
		break;
	case FORM_DATA16:
		reader_skip(reader, 16);
		break;
	case FORM_UDATA:
		(void)reader_uleb128(reader);
		break;
	case FORM_BLOCK:
		reader_skip(reader, reader_uleb128(reader));
		break;
	default:
		reader->failed = true;
	}
	return span_empty();
}

static void read_table5(struct unit *unit, void (*found)(struct span, void *), void *data)
{
	uint64_t contents[MAX_FORMATS];
	uint64_t forms[MAX_FORMATS];
	size_t formats = reader_u8(&unit->reader);

	if (formats > MAX_FORMATS) {
		unit->reader.failed = true;
		return;
	}
	for (size_t i = 0; i < formats; i++) {
		contents[i] = reader_uleb128(&unit->reader);
		forms[i] = reader_uleb128(&unit->reader);
	}
	uint64_t count = reader_uleb128(&unit->reader);
	for (uint64_t i = 0; i < min_of(count, (uint64_t)MAX_ENTRIES) && formats; i++) {
		for (size_t j = 0; j < formats; j++) {
			struct span text = read_form(unit, forms[j]);
			if (!reader_ok(&unit->reader))
				return;
			if (contents[j] == CONTENT_PATH && text.size)
				found(text, data);
		}
	}
}

static void read_tables4(struct unit *unit, const struct dwarf_line_sink *sink)
{
	struct reader *reader = &unit->reader;

	for (struct span name; (name = reader_string(reader)).size;)
		sink->folder(name, sink->data);
	for (struct span name; (name = reader_string(reader)).size;) {
		(void)reader_uleb128(reader);
		(void)reader_uleb128(reader);
		(void)reader_uleb128(reader);
		if (reader_ok(reader))
			sink->file(name, sink->data);
	}
}

static void read_unit(struct unit *unit, const struct dwarf_line_sink *sink)
{
	struct reader *reader = &unit->reader;

	unit->version = reader_u16(reader);
	if (unit->version < 2 || unit->version > 5)
		return;
	if (unit->version == 5)
		reader_skip(reader, 2);
	(void)reader_word(reader, unit->is_64);
	reader_skip(reader, unit->version >= 4 ? 5 : 4);
	uint8_t opcode_base = reader_u8(reader);
	reader_skip(reader, opcode_base ? opcode_base - 1u : 0);
	if (unit->version == 5) {
		read_table5(unit, sink->folder, sink->data);
		read_table5(unit, sink->file, sink->data);
	} else {
		read_tables4(unit, sink);
	}
}

void dwarf_line_read(struct span lines, struct span strings, struct span line_strings,
		     enum byte_order order, const struct dwarf_line_sink *sink)
{
	struct reader reader = reader_of(lines, order);

	for (unsigned i = 0; i < MAX_UNITS && reader_left(&reader) > 4; i++) {
		uint64_t length = reader_u32(&reader);
		bool is_64 = length == UINT32_MAX;
		if (is_64)
			length = reader_u64(&reader);
		struct unit unit = {
			.reader = reader_of(span_clip(reader_bytes(&reader, length), 0, length),
					    order),
			.is_64 = is_64,
			.strings = strings,
			.line_strings = line_strings,
		};
		if (!reader_ok(&reader))
			return;
		read_unit(&unit, sink);
	}
}
