/* SPDX-License-Identifier: MIT */
#pragma once
/* TLS hellos made in code. */
#include "packet/address.h"

static inline void append_extension(struct buffer *out, uint16_t type, const void *data,
				    uint16_t size)
{
	append_be16(out, type);
	append_be16(out, size);
	buffer_append(out, data, size);
}

/* The body of a ClientHello: TLS 1.2 with GREASE values, SNI "c2.example", ALPN, and 1.3 offered. Its JA3 is
 * "771,4865-49195,0-10-11-16-43,29-23,0". */
static inline void append_client_hello(struct buffer *out)
{
	static const uint8_t ciphers[] = {0, 6, 0x1a, 0x1a, 0x13, 0x01, 0xc0, 0x2b};
	static const char name[] = "\0\x0d\0\0\x0a"
				   "c2.example";
	static const uint8_t groups[] = {0, 6, 0x2a, 0x2a, 0, 29, 0, 23}, formats[] = {1, 0};
	static const char protocols[] = "\0\x0c\2h2\x08http/1.1";
	static const uint8_t versions[] = {6, 0x3a, 0x3a, 3, 4, 3, 3};
	struct buffer extensions = {0};

	append_be16(out, 0x0303);
	for (int i = 0; i < 8; i++)
		append_be32(out, 0x01020304);
	buffer_append_u8(out, 0);
	buffer_append(out, ciphers, sizeof(ciphers));
	buffer_append(out, "\1\0", 2);
	append_extension(&extensions, 0x0a0a, "", 0);
	append_extension(&extensions, 0, name, sizeof(name) - 1);
	append_extension(&extensions, 10, groups, sizeof(groups));
	append_extension(&extensions, 11, formats, sizeof(formats));
	append_extension(&extensions, 16, protocols, sizeof(protocols) - 1);
	append_extension(&extensions, 43, versions, sizeof(versions));
	append_be16(out, (uint16_t)extensions.size);
	buffer_append(out, extensions.data, extensions.size);
	buffer_deinit(&extensions);
}

static inline void append_server_hello(struct buffer *out)
{
	static const uint8_t version[] = {3, 4};

	append_be16(out, 0x0303);
	for (int i = 0; i < 8; i++)
		append_be32(out, 0x01020304);
	buffer_append(out, "\0\x13\x01\0", 4);
	append_be16(out, 6);
	append_extension(out, 43, version, 2);
}

/* Wraps a hello's body into a handshake message and that into records of at most `piece` bytes. */
static inline void append_handshake(struct buffer *out, uint8_t type, const struct buffer *body,
				    size_t piece)
{
	struct buffer message = {0};

	append_be32(&message, (uint32_t)type << 24 | (uint32_t)body->size);
	buffer_append(&message, body->data, body->size);
	for (size_t at = 0; at < message.size; at += piece) {
		struct span part = span_clip(buffer_span(&message), at, piece);
		buffer_append(out, "\x16\3\1", 3);
		append_be16(out, (uint16_t)part.size);
		buffer_append(out, part.data, part.size);
	}
	buffer_deinit(&message);
}
