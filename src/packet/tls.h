/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The first flight of TLS (RFC 8446, 5246, 6066): ClientHello and ServerHello, read from the bytes
 * of one direction of a stream, and the JA3 text of them (github.com/salesforce/ja3).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/span.h"

enum {
	TLS_MAX_HELLO_SIZE = 16 * 1024 + 4,
	TLS_MAX_LIST = 256,
};

struct tls_list {
	uint16_t values[TLS_MAX_LIST]; /* what a longer one holds behind is dropped */
	size_t count;
};

struct tls_hello {
	bool is_client;
	uint16_t version;        /* of the hello itself: JA3 takes this one */
	uint16_t best_version;   /* the highest offered, or the one chosen */
	struct span server_name; /* empty when there is none */
	struct tls_list ciphers; /* one in a ServerHello */
	struct tls_list extensions;
	struct tls_list groups;
	struct tls_list point_formats;
	struct span protocols; /* ALPN: a run of length-prefixed names */
};

enum tls_state {
	TLS_MORE,
	TLS_DONE,
	TLS_NOT,
};

/* bytes: the stream from its start. Gathers the handshake message out of its records into `scratch`,
 * where the spans of *ret then point. */
enum tls_state tls_hello_parse(struct span bytes, struct buffer *scratch, struct tls_hello *ret);
/* Could these first bytes be a TLS stream? */
enum tls_state tls_sniff(struct span bytes);
/* "771,4865-4866,0-11-10,29-23,0" without GREASE values; three fields for a ServerHello. */
void tls_ja3_text(const struct tls_hello *hello, struct buffer *out);
/* "TLSv1.3"; "0x0305" for unknown ones, written to out. */
const char *tls_version_text(uint16_t version, char out[8]);
