/* SPDX-License-Identifier: MIT */
#include "packet/tls.h"

#include <stdio.h>

enum {
	CONTENT_HANDSHAKE = 22,
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_GROUPS = 10,
	EXTENSION_POINT_FORMATS = 11,
	EXTENSION_ALPN = 16,
	EXTENSION_SUPPORTED_VERSIONS = 43,
	MAX_EXTENSIONS = 128,
};

/* RFC 8701 */
static bool is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static void list_add(struct tls_list *list, uint16_t value)
{
	if (list->count < TLS_MAX_LIST)
		list->values[list->count++] = value;
}

static void read_list(struct span bytes, bool is_wide, struct tls_list *ret)
{
	struct reader reader = reader_of(bytes, BYTE_ORDER_BIG);

	ret->count = 0;
	while (reader_left(&reader) > 0 && ret->count < TLS_MAX_LIST) {
		uint16_t value = is_wide ? reader_u16(&reader) : reader_u8(&reader);
		if (!reader_ok(&reader))
			return;
		list_add(ret, value);
	}
}

static void read_server_name(struct span data, struct tls_hello *hello)
{
	struct reader reader = reader_of(data, BYTE_ORDER_BIG);

	reader_skip(&reader, 2); /* list size: only one name of type 0 is ever sent */
	uint8_t type = reader_u8(&reader);
	struct span name = reader_bytes(&reader, reader_u16(&reader));
	if (reader_ok(&reader) && type == 0)
		hello->server_name = name;
}

static void read_versions(struct span data, struct tls_hello *hello)
{
	struct tls_list versions = {0};

	if (!hello->is_client) {
		if (data.size == 2)
			hello->best_version = span_u16(data, 0, BYTE_ORDER_BIG);
		return;
	}
	read_list(span_clip(data, 1, span_u8(data, 0)), true, &versions);
	for (size_t i = 0; i < versions.count; i++)
		if (!is_grease(versions.values[i]) && versions.values[i] > hello->best_version)
			hello->best_version = versions.values[i];
}

static void read_extension(uint16_t type, struct span data, struct tls_hello *hello)
{
	list_add(&hello->extensions, type);
	switch (type) {
	case EXTENSION_SERVER_NAME:
		read_server_name(data, hello);
		break;
	case EXTENSION_GROUPS:
		read_list(span_clip(data, 2, span_u16(data, 0, BYTE_ORDER_BIG)), true,
			  &hello->groups);
		break;
	case EXTENSION_POINT_FORMATS:
		read_list(span_clip(data, 1, span_u8(data, 0)), false, &hello->point_formats);
		break;
	case EXTENSION_ALPN:
		hello->protocols = span_clip(data, 2, span_u16(data, 0, BYTE_ORDER_BIG));
		break;
	case EXTENSION_SUPPORTED_VERSIONS:
		read_versions(data, hello);
		break;
	default:
		break;
	}
}

static bool read_hello(struct span body, struct tls_hello *hello)
{
	struct reader reader = reader_of(body, BYTE_ORDER_BIG);

	hello->version = hello->best_version = reader_u16(&reader);
	reader_skip(&reader, 32);                 /* random */
	reader_skip(&reader, reader_u8(&reader)); /* session */
	if (hello->is_client) {
		read_list(reader_bytes(&reader, reader_u16(&reader)), true, &hello->ciphers);
		reader_skip(&reader, reader_u8(&reader)); /* compression methods */
	} else {
		list_add(&hello->ciphers, reader_u16(&reader));
		reader_skip(&reader, 1);
	}
	if (!reader_ok(&reader))
		return false;
	if (reader_left(&reader) == 0)
		return true;
	struct reader extensions =
		reader_of(reader_bytes(&reader, reader_u16(&reader)), BYTE_ORDER_BIG);
	for (int i = 0; i < MAX_EXTENSIONS && reader_left(&extensions) > 0; i++) {
		uint16_t type = reader_u16(&extensions);
		struct span data = reader_bytes(&extensions, reader_u16(&extensions));
		if (!reader_ok(&extensions))
			break;
		read_extension(type, data, hello);
	}
	return true;
}

enum tls_state tls_sniff(struct span bytes)
{
	if (bytes.size && span_u8(bytes, 0) != CONTENT_HANDSHAKE)
		return TLS_NOT;
	if (bytes.size > 1 && span_u8(bytes, 1) != 3)
		return TLS_NOT;
	return bytes.size < 3 ? TLS_MORE : TLS_DONE;
}

enum tls_state tls_hello_parse(struct span bytes, struct buffer *scratch, struct tls_hello *ret)
{
	struct reader reader = reader_of(bytes, BYTE_ORDER_BIG);
	size_t wanted = 4;

	*ret = (struct tls_hello){.server_name = span_empty(), .protocols = span_empty()};
	buffer_clear(scratch);
	while (scratch->size < wanted) {
		struct span record = span_clip(bytes, reader.offset, bytes.size);
		enum tls_state sniffed = tls_sniff(record);
		if (sniffed != TLS_DONE)
			return sniffed;
		reader_skip(&reader, 3);
		uint16_t size = reader_u16(&reader);
		struct span fragment = reader_bytes(&reader, size);
		if (!reader_ok(&reader))
			return TLS_MORE;
		if (size == 0)
			return TLS_NOT;
		buffer_append(scratch, fragment.data, fragment.size);
		if (scratch->size >= 4)
			wanted = 4 + (span_u32(buffer_span(scratch), 0, BYTE_ORDER_BIG) & 0xffffff);
		if (wanted > TLS_MAX_HELLO_SIZE)
			return TLS_NOT;
	}
	struct span message = span_clip(buffer_span(scratch), 0, wanted);
	uint8_t type = span_u8(message, 0);
	if (type != HANDSHAKE_CLIENT_HELLO && type != HANDSHAKE_SERVER_HELLO)
		return TLS_NOT;
	ret->is_client = type == HANDSHAKE_CLIENT_HELLO;
	return read_hello(span_clip(message, 4, wanted), ret) ? TLS_DONE : TLS_NOT;
}

static void append_list(const struct tls_list *list, struct buffer *out)
{
	bool is_first = true;

	for (size_t i = 0; i < list->count; i++) {
		if (is_grease(list->values[i]))
			continue;
		buffer_printf(out, "%s%u", is_first ? "" : "-", list->values[i]);
		is_first = false;
	}
}

void tls_ja3_text(const struct tls_hello *hello, struct buffer *out)
{
	buffer_printf(out, "%u,", hello->version);
	append_list(&hello->ciphers, out);
	buffer_append_char(out, ',');
	append_list(&hello->extensions, out);
	if (!hello->is_client)
		return;
	buffer_append_char(out, ',');
	append_list(&hello->groups, out);
	buffer_append_char(out, ',');
	append_list(&hello->point_formats, out);
}

const char *tls_version_text(uint16_t version, char out[8])
{
	static const char *const names[] = {"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};

	if (version >= 0x300 && version <= 0x304)
		return names[version - 0x300];
	snprintf(out, 8, "0x%04x", version);
	return out;
}
