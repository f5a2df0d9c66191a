/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What the sample printed, as an asciicast v2 recording (docs.asciinema.org/manual/asciicast/v2):
 * a header object, then one [seconds, "o", text] a line.
 *
 * A recording is made to be played into a terminal, so what is kept of control sequences is only
 * what draws: colours, cursor movement, erasing. Sequences that make a terminal answer, set its
 * title, clipboard, keys or modes, or hold a string for it (OSC, DCS, APC, PM, SOS) are shown as
 * text.
 */
#include "base/buffer.h"
#include "base/span.h"

struct output_chunk {
	uint64_t time_ns; /* since the sample was let go */
	struct span bytes;
	bool is_error; /* came from standard error */
};

struct asciicast_header {
	unsigned width;     /* 0: 80 */
	unsigned height;    /* 0: 24 */
	uint64_t timestamp; /* seconds since 1970; 0: left out */
	const char *title;  /* NULL: left out */
	bool is_terminal; /* the output went to a terminal; else line feeds get a carriage return */
};

struct asciicast {
	struct buffer *out;
	struct asciicast_header header;
	struct buffer held[2]; /* sequence that is not complete yet, of standard output and error */
};

/* Lines are appended to `out`, which the caller may empty between calls. */
void asciicast_begin(struct asciicast *cast, struct buffer *out,
		     const struct asciicast_header *header);
void asciicast_put(struct asciicast *cast, const struct output_chunk *chunk);
/* Writes what was held back, and frees. */
void asciicast_end(struct asciicast *cast, uint64_t time_ns);
