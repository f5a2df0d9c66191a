/* SPDX-License-Identifier: MIT */
/* A TCP client of the simulated internet: port, size of the pieces, then what it sends. */
#include <stdlib.h>

#include "internet/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct names *names;
	struct span bytes = span_of(data, size);
	struct ip_address local = ip_address_v4(0x01020304);
	size_t piece = span_u8(bytes, 2) + 1U;
	struct session session;

	if (!names)
		names = names_new();
	struct dns_server dns = {.names = names};
	struct session_world world = {.dns = &dns, .public_address = ip_address_v4(0xc000024d)};
	session_init(&session, &world, &local, span_u16(bytes, 0, BYTE_ORDER_BIG));
	for (size_t at = 3; at < size; at += piece) {
		session_feed(&session, span_clip(bytes, at, piece));
		if (session.input.overflow || session.first.size > SESSION_FIRST_BYTES)
			abort();
	}
	session_deinit(&session);
	return 0;
}
