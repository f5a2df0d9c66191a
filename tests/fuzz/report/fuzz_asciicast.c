/* SPDX-License-Identifier: MIT */
/* What a sample prints, in chunks of any size: every line of the recording is text, and the only
 * escapes that a terminal would get begin a sequence that draws. */
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"
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

/* Whether every escape of a text that would be played begins a sequence that draws, and nothing else
 * controls the terminal. */
static bool draws(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == 0x1b && (i + 1 == size || !text[i + 1] || !strchr("[78DME", text[i + 1])))
			return false;
		if (c < 0x20 && c != 0x1b && (!c || !strchr("\a\b\t\r\n", c)))
			return false;
	}
	return true;
}

static void check_line(struct span line)
{
	cleanup_json struct json_document *document = NULL;
	size_t size;

	cleanup_error struct error *err = json_document_parse(line, line.size, &document);
	if (err)
		abort();
	const struct json_value *root = json_root(document);
	if (json_kind(root) == JSON_KIND_OBJECT)
		return;
	const char *text = json_get_text(json_at(root, 2), &size);
	if (json_size(root) != 3 || !text || !draws(text, size))
		abort();
}

static void check(const struct buffer *out)
{
	struct span rest = buffer_span(out);

	if (!utf8_valid(rest))
		abort();
	while (rest.size) {
		size_t end = span_find(rest, span_text("\n"), 0);
		if (end == SIZE_MAX)
			abort();
		check_line(span_clip(rest, 0, end));
		rest = span_clip(rest, end + 1, rest.size);
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
