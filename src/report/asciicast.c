/* SPDX-License-Identifier: MIT */
#include "report/asciicast.h"

#include <stdio.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/text.h"

enum {
	HELD_MAX = 4096, /* a sequence that is longer is text */
	ESCAPE = 0x1b,
};

/* What stands at the start of the bytes. */
enum piece_kind {
	PIECE_TEXT,    /* may be played */
	PIECE_SHOWN,   /* must be shown as text instead */
	PIECE_LINE,    /* a lone line feed */
	PIECE_PARTIAL, /* more bytes are needed to tell */
};

struct piece {
	enum piece_kind kind;
	size_t size;
};

static struct piece string_sequence(struct span bytes)
{
	/* OSC, DCS, APC, PM, SOS: up to BEL or ESC \ (ECMA-48, 5.6). */
	for (size_t i = 2; i < bytes.size; i++) {
		if (bytes.data[i] == '\a')
			return (struct piece){PIECE_SHOWN, i + 1};
		if (bytes.data[i] == ESCAPE && i + 1 < bytes.size)
			return (struct piece){PIECE_SHOWN, bytes.data[i + 1] == '\\' ? i + 2 : i};
	}
	return (struct piece){PIECE_PARTIAL, bytes.size};
}

/* ESC [ parameters intermediates final (ECMA-48, 5.4). Plain ones that draw are kept: no private
 * parameters, no intermediates. */
static struct piece control_sequence(struct span bytes)
{
	static const char drawing[] = "ABCDEFGHJKLMPSTXZ`adefmsu@";
	size_t i = 2;

	while (i < bytes.size && bytes.data[i] >= '0' && bytes.data[i] <= ';')
		i++;
	bool is_plain = true;
	while (i < bytes.size && bytes.data[i] >= 0x20 && bytes.data[i] < 0x40) {
		is_plain = false;
		i++;
	}
	if (i == bytes.size)
		return (struct piece){PIECE_PARTIAL, i};
	is_plain = is_plain && bytes.data[i] && strchr(drawing, bytes.data[i]);
	return (struct piece){is_plain ? PIECE_TEXT : PIECE_SHOWN, i + 1};
}

static struct piece escape_sequence(struct span bytes)
{
	if (bytes.size == 1)
		return (struct piece){PIECE_PARTIAL, 1};
	if (bytes.data[1] == '[')
		return control_sequence(bytes);
	if (bytes.data[1] && strchr("]P_^X", bytes.data[1]))
		return string_sequence(bytes);
	/* Cursor saved and restored, index, reverse index, next line. */
	if (bytes.data[1] && strchr("78DME", bytes.data[1]))
		return (struct piece){PIECE_TEXT, 2};
	return (struct piece){PIECE_SHOWN, 1};
}

/* Whether a sequence of two to four bytes has begun and its end may still come. */
static bool is_cut_character(struct span bytes)
{
	uint8_t first = bytes.data[0];
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

	if (first < 0xc2 || first > 0xf4 || bytes.size >= size)
		return false;
	for (size_t i = 1; i < bytes.size; i++)
		if ((bytes.data[i] & 0xc0) != 0x80)
			return false;
	return true;
}

static struct piece next_piece(struct span bytes)
{
	uint8_t first = bytes.data[0];
	size_t size = utf8_sequence(bytes);

	if (first == ESCAPE)
		return escape_sequence(bytes);
	if (first == '\n')
		return (struct piece){PIECE_LINE, 1};
	if (size == 0)
		return (struct piece){is_cut_character(bytes) ? PIECE_PARTIAL : PIECE_SHOWN, 1};
	/* C1 controls (U+0080…U+009F) are sequences too; of C0 those stay that move the cursor. */
	if (first == 0xc2 && bytes.data[1] < 0xa0)
		return (struct piece){PIECE_SHOWN, size};
	if ((first < 0x20 || first == 0x7f) && !(first && strchr("\a\b\t\r", first)))
		return (struct piece){PIECE_SHOWN, 1};
	return (struct piece){PIECE_TEXT, size};
}

/* Bytes of `bytes` that were dealt with; the rest is a sequence that is not complete. */
static size_t filter(struct buffer *out, struct span bytes, bool is_terminal)
{
	size_t done = 0;

	while (done < bytes.size) {
		struct span rest = span_clip(bytes, done, bytes.size);
		struct piece piece = next_piece(rest);
		if (piece.kind == PIECE_PARTIAL && rest.size < HELD_MAX)
			break;
		struct span text = span_clip(rest, 0, piece.size);
		if (piece.kind == PIECE_LINE)
			buffer_append_text(out, is_terminal ? "\n" : "\r\n");
		else if (piece.kind == PIECE_TEXT)
			buffer_append(out, text.data, text.size);
		else
			term_text(out, text);
		done += text.size;
	}
	return done;
}

static void put_line(struct asciicast *cast, uint64_t time_ns, struct span text)
{
	struct json_writer writer;

	if (!text.size)
		return;
	json_writer_init_buffer(&writer, cast->out, false);
	json_array_begin(&writer);
	json_put_double(&writer, (double)(time_ns / 1000) / 1e6);
	json_put_text(&writer, "o");
	json_put_string(&writer, text);
	json_array_end(&writer);
	error_free(json_writer_finish(&writer));
	buffer_append_char(cast->out, '\n');
}

void asciicast_begin(struct asciicast *cast, struct buffer *out,
		     const struct asciicast_header *header)
{
	struct json_writer writer;

	*cast = (struct asciicast){.out = out, .header = *header};
	json_writer_init_buffer(&writer, out, false);
	json_object_begin(&writer);
	json_member_u64(&writer, "version", 2);
	json_member_u64(&writer, "width", header->width ? header->width : 80);
	json_member_u64(&writer, "height", header->height ? header->height : 24);
	if (header->timestamp)
		json_member_u64(&writer, "timestamp", header->timestamp);
	if (header->title)
		json_member_text(&writer, "title", header->title);
	json_object_end(&writer);
	error_free(json_writer_finish(&writer));
	buffer_append_char(out, '\n');
}

void asciicast_put(struct asciicast *cast, const struct output_chunk *chunk)
{
	struct buffer *held = &cast->held[chunk->is_error];
	cleanup_buffer struct buffer text = {0};

	buffer_append(held, chunk->bytes.data, chunk->bytes.size);
	buffer_consume(held, filter(&text, buffer_span(held), cast->header.is_terminal));
	put_line(cast, chunk->time_ns, buffer_span(&text));
}

void asciicast_end(struct asciicast *cast, uint64_t time_ns)
{
	for (size_t i = 0; i < ARRAY_SIZE(cast->held); i++) {
		cleanup_buffer struct buffer text = {0};
		term_text(&text, buffer_span(&cast->held[i]));
		put_line(cast, time_ns, buffer_span(&text));
		buffer_deinit(&cast->held[i]);
	}
}
