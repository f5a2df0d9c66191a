/* SPDX-License-Identifier: MIT */
/* Bytes → text for terminals and JSON: the result is well-formed UTF-8 without a control character. */
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json_writer.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct buffer *out)
{
	struct span span = buffer_span(out);

	if (!utf8_valid(span))
		abort();
	for (size_t i = 0; i < span.size; i++)
		if (span.data[i] < 0x20 || span.data[i] == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buffer struct buffer shown = {0}, json = {0};
	cleanup_free char *text = xstrndup((const char *)data, size);
	struct json_writer writer;
	uint64_t value;

	term_text(&shown, span_of(data, size));
	check(&shown);
	json_writer_init_buffer(&writer, &json, false);
	json_put_string(&writer, span_of(data, size));
	struct error *err = json_writer_finish(&writer);
	if (err)
		abort();
	check(&json);
	(void)text_to_u64(text, &value);
	error_free(text_to_duration_ms(text, &value));
	error_free(text_to_size(text, &value));
	struct reader reader = reader_of(span_of(data, size), BYTE_ORDER_BIG);
	while (reader_left(&reader)) {
		(void)reader_uleb128(&reader);
		(void)reader_sleb128(&reader);
		(void)reader_string(&reader);
	}
	return 0;
}
