/* SPDX-License-Identifier: MIT */
#include "packet/stream.h"

static void drop_pending(struct stream *stream)
{
	vec_foreach(&stream->pending, segment)
		free(segment->bytes);
	vec_deinit(&stream->pending);
	stream->pending_size = 0;
}

void stream_deinit(struct stream *stream)
{
	drop_pending(stream);
	buffer_deinit(&stream->data);
}

void stream_start(struct stream *stream, uint32_t first)
{
	if (stream->is_started)
		return;
	stream->is_started = true;
	stream->next = first;
}

static void lose(struct stream *stream)
{
	stream->is_lost = true;
	drop_pending(stream);
}

/* Takes the part of a segment that is new and follows. False when there is a gap before it. */
static bool take_in_order(struct stream *stream, uint32_t sequence, struct span payload)
{
	int32_t ahead = (int32_t)(sequence - stream->next);

	if (ahead > 0)
		return false;
	struct span fresh = span_clip(payload, (uint64_t)(-(int64_t)ahead), payload.size);
	if (fresh.size > STREAM_MAX_DATA - min_of(stream->data.size, (size_t)STREAM_MAX_DATA)) {
		lose(stream);
		return true;
	}
	buffer_append(&stream->data, fresh.data, fresh.size);
	stream->next += (uint32_t)fresh.size;
	return true;
}

static void take_pending(struct stream *stream)
{
	for (size_t i = 0; i < stream->pending.count;) {
		struct stream_segment *segment = &stream->pending.data[i];
		if (!take_in_order(stream, segment->sequence,
				   span_of(segment->bytes, segment->size))) {
			i++;
			continue;
		}
		if (stream->is_lost) /* and pending is gone */
			return;
		free(segment->bytes);
		stream->pending_size -= segment->size;
		*segment = stream->pending.data[--stream->pending.count];
		i = 0;
	}
}

void stream_add(struct stream *stream, uint32_t sequence, struct span payload, bool is_whole)
{
	if (stream->is_lost || !payload.size)
		return;
	stream_start(stream, sequence);
	if (take_in_order(stream, sequence, payload)) {
		take_pending(stream);
	} else if (stream->pending.count < STREAM_MAX_PENDING &&
		   payload.size <= STREAM_MAX_DATA - stream->pending_size) {
		struct stream_segment *segment = vec_push(&stream->pending);
		segment->sequence = sequence;
		segment->bytes = xmemdup(payload.data, payload.size);
		segment->size = payload.size;
		stream->pending_size += payload.size;
	} else {
		lose(stream);
	}
	if (!is_whole)
		lose(stream);
}
