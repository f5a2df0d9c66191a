/* SPDX-License-Identifier: MIT */
/* The first bytes of a TLS stream. */
#include "packet/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buffer struct buffer scratch = {0}, text = {0};
	struct tls_hello hello;

	if (tls_hello_parse(span_of(data, size), &scratch, &hello) == TLS_DONE)
		tls_ja3_text(&hello, &text);
	return 0;
}
