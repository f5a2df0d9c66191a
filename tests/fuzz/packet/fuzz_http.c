/* SPDX-License-Identifier: MIT */
/* A run of HTTP messages with their bodies, as one side of a connection. */
#include "packet/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of(data, size);
	struct http_head head;
	uint64_t body;

	while (http_head_parse(bytes, &head) == HTTP_DONE) {
		(void)http_head_find(&head, "host");
		enum http_body_kind kind = http_head_body(&head, head.method, &body);
		bytes = span_clip(bytes, head.size, bytes.size);
		if (kind == HTTP_BODY_SIZED) {
			bytes = span_clip(bytes, body, bytes.size);
		} else if (kind == HTTP_BODY_CHUNKED) {
			struct http_chunks chunks = {0};
			enum http_state state;
			uint64_t counted = 0;
			size_t used = http_chunks_take(&chunks, bytes, &state, &counted);
			if (state != HTTP_DONE)
				return 0;
			bytes = span_clip(bytes, used, bytes.size);
		} else if (kind == HTTP_BODY_TO_END) {
			return 0;
		}
	}
	return 0;
}
