/* SPDX-License-Identifier: MIT */
/* What a sample prints, in chunks of any size: every line of the recording is text, and the only
 * escapes that a terminal would get begin a sequence that draws. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/asciicast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how long chunks are; every third one is standard error. */
static void play(struct asciicast *cast, struct span bytes)
{
	size_t step = bytes.size ? 1 + bytes.data[0] % 16 : 1;

	for (size_t i = 0; bytes.size; i++) {
		const struct output_chunk chunk = {.time_ns = i * 1000000,
						   .bytes = span_clip(bytes, 0, step),
						   .is_error = i % 3 == 2};
		asciicast_put(cast, &chunk);
		bytes = span_clip(bytes, step, bytes.size);
	}
}

static void check(const struct buffer *out)
{
	static const char escape[] = "\\u001b";

	if (!utf8_valid(buffer_span(out)) || strlen(buffer_text(out)) != out->size)
		abort();
	for (const char *at = buffer_text(out); (at = strstr(at, escape)); at++) {
		char next = at[sizeof(escape) - 1];
		if (!next || !strchr("[78DME", next))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buffer struct buffer out = {0};
	const struct asciicast_header header = {.is_terminal = size % 2};
	struct asciicast cast;

	asciicast_begin(&cast, &out, &header);
	play(&cast, span_of(data, size));
	asciicast_end(&cast, 1000000000);
	check(&out);
	return 0;
}
