/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Frames: what both virtio-serial ports carry, and what events.bin holds.
 *
 *	 0  u32  magic "HBF1" (little-endian 0x31464248)
 *	 4  u16  type (enum frame_type)
 *	 6  u16  flags, 0
 *	 8  u32  size of the payload, at most FRAME_MAX_PAYLOAD
 *	12  u32  sequence: counts up by one for each frame of a port from 0 at each start of a stream
 *	16  u64  stream key: given by the host at HELLO, 0 before; a frame with another is forged
 *	24  payload
 *
 * All numbers are little-endian. The agent is not to be trusted: frame_reader bounds everything.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/span.h"

enum {
	FRAME_MAGIC = 0x31464248,
	FRAME_HEADER_SIZE = 24,
	FRAME_MAX_PAYLOAD = 1024 * 1024,
};

struct frame {
	uint16_t type;
	uint32_t sequence;
	uint64_t key;
	struct span payload; /* lasts until the reader is fed again */
};

/* Appends one whole frame to out. size ≤ FRAME_MAX_PAYLOAD. */
void frame_append(struct buffer *out, uint16_t type, uint32_t sequence, uint64_t key,
		  const void *payload, size_t size);

/*
 * Takes bytes as they come and gives frames. What is not a frame is skipped up to the next magic
 * and counted; a gap in sequence, and a frame with another key, are counted too.
 */
struct frame_reader {
	struct buffer pending;
	size_t consumed; /* bytes of pending that were given out */
	uint64_t key;    /* frames with another key are dropped once this is not 0 */
	uint32_t next_sequence;
	uint64_t skipped_bytes;
	uint64_t missing_frames;
	uint64_t forged_frames;
};

void frame_reader_init(struct frame_reader *reader);
void frame_reader_deinit(struct frame_reader *reader);
void frame_reader_feed(struct frame_reader *reader, const void *bytes, size_t size);
/* The next whole frame; false when more bytes are needed. */
bool frame_reader_next(struct frame_reader *reader, struct frame *ret);
