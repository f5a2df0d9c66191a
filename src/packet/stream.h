/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * One direction of a TCP connection, put in order from its segments. The capture sits beside the guest, so
 * segments are rarely out of order; a few are kept until what is before them comes. Where the same
 * bytes come twice the first copy counts. Bounded by STREAM_MAX_DATA and STREAM_MAX_PENDING.
 */
#include "base/buffer.h"
#include "base/vec.h"

enum { STREAM_MAX_DATA = 32 * 1024, STREAM_MAX_PENDING = 16 };

struct stream_segment {
	uint32_t sequence;
	uint8_t *bytes;
	size_t size;
};

struct stream {
	bool is_started;
	bool is_lost;  /* a gap that was not filled, or nobody took the data: `data` gets no more */
	uint32_t next; /* sequence number of the byte behind `data` */
	struct buffer data; /* in order, not yet consumed by the owner */
	vec(struct stream_segment) pending;
	size_t pending_size; /* bytes of them, at most STREAM_MAX_DATA */
};

void stream_deinit(struct stream *stream);
/* first: the sequence number of the first byte (behind the SYN's). Calls after the first are ignored. */
void stream_start(struct stream *stream, uint32_t first);
/* Takes a segment. is_whole false: the capture holds only its beginning. */
void stream_add(struct stream *stream, uint32_t sequence, struct span payload, bool is_whole);
