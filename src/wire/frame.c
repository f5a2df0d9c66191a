/* SPDX-License-Identifier: MIT */
#include "wire/frame.h"

void frame_append(struct buffer *out, uint16_t type, uint32_t sequence, uint64_t key,
		  const void *payload, size_t size)
{
	if (size > FRAME_MAX_PAYLOAD)
		abort();
	buffer_append_u32(out, FRAME_MAGIC);
	buffer_append_u16(out, type);
	buffer_append_u16(out, 0);
	buffer_append_u32(out, (uint32_t)size);
	buffer_append_u32(out, sequence);
	buffer_append_u64(out, key);
	buffer_append(out, payload, size);
}

void frame_reader_init(struct frame_reader *reader)
{
	*reader = (struct frame_reader){0};
}

void frame_reader_deinit(struct frame_reader *reader)
{
	buffer_deinit(&reader->pending);
}

void frame_reader_feed(struct frame_reader *reader, const void *bytes, size_t size)
{
	buffer_consume(&reader->pending, reader->consumed);
	reader->consumed = 0;
	buffer_append(&reader->pending, bytes, size);
}

/* Moves on to the next place where a magic may start. */
static void resynchronize(struct frame_reader *reader, struct span left)
{
	static const uint8_t magic[4] = {'H', 'B', 'F', '1'};
	size_t at = span_find(left, span_of(magic, sizeof(magic)), 1);
	/* Without a hit the last three bytes may still be the start of one. */
	size_t skip = at != SIZE_MAX ? at : max_of(left.size, (size_t)4) - 3;

	reader->skipped_bytes += skip;
	reader->consumed += skip;
}

static void check_sequence(struct frame_reader *reader, uint32_t sequence)
{
	uint32_t gap = sequence - reader->next_sequence;

	if (gap != 0 && gap < UINT32_MAX / 2)
		reader->missing_frames += gap;
	reader->next_sequence = sequence + 1;
}

bool frame_reader_next(struct frame_reader *reader, struct frame *ret)
{
	for (;;) {
		struct span left =
			span_clip(buffer_span(&reader->pending), reader->consumed, SIZE_MAX);
		if (left.size < FRAME_HEADER_SIZE)
			return false;
		struct reader header = reader_of(left, BYTE_ORDER_LITTLE);
		uint32_t magic = reader_u32(&header);
		uint16_t type = reader_u16(&header);
		uint16_t flags = reader_u16(&header);
		uint32_t size = reader_u32(&header);
		uint32_t sequence = reader_u32(&header);
		uint64_t key = reader_u64(&header);
		if (magic != FRAME_MAGIC || flags != 0 || size > FRAME_MAX_PAYLOAD) {
			resynchronize(reader, left);
			continue;
		}
		/* Its size is as little to be believed as the rest: look on inside it. */
		if (reader->key && key != reader->key) {
			reader->forged_frames++;
			resynchronize(reader, left);
			continue;
		}
		struct span payload = reader_bytes(&header, size);
		if (!reader_ok(&header))
			return false;
		reader->consumed += FRAME_HEADER_SIZE + size;
		check_sequence(reader, sequence);
		*ret = (struct frame){
			.type = type, .sequence = sequence, .key = key, .payload = payload};
		return true;
	}
}
