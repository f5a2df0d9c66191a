/* SPDX-License-Identifier: MIT */
#include "internet/datagram.h"

#include <netinet/in.h>

enum { UDP_HEADER_SIZE = 8, HOP_LIMIT = 52 };

/* RFC 1071, over the bytes of `out` from `start` on. */
static uint16_t checksum(struct span bytes, uint32_t sum)
{
	for (size_t i = 0; i + 1 < bytes.size; i += 2)
		sum += span_u16(bytes, i, BYTE_ORDER_BIG);
	if (bytes.size % 2)
		sum += (uint32_t)span_u8(bytes, bytes.size - 1) << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_be16(struct buffer *out, size_t offset, uint16_t value)
{
	out->data[offset] = (char)(value >> 8);
	out->data[offset + 1] = (char)value;
}

static struct span written(const struct buffer *out, size_t start)
{
	return span_clip(buffer_span(out), start, out->size);
}

static void append_header_v4(const struct datagram *datagram, uint16_t size, struct buffer *out)
{
	size_t start = out->size;

	append_be16(out, 0x4500);
	append_be16(out, (uint16_t)(20 + size));
	append_be16(out, 0);      /* identification: the kernel sets it */
	append_be16(out, 0x4000); /* don't fragment */
	buffer_append_u8(out, HOP_LIMIT);
	buffer_append_u8(out, IPPROTO_UDP);
	append_be16(out, 0);
	buffer_append(out, datagram->source.bytes, 4);
	buffer_append(out, datagram->target.bytes, 4);
	put_be16(out, start + 10, checksum(written(out, start), 0));
}

static void append_header_v6(const struct datagram *datagram, uint16_t size, struct buffer *out)
{
	append_be32(out, 6U << 28);
	append_be16(out, size);
	buffer_append_u8(out, IPPROTO_UDP);
	buffer_append_u8(out, HOP_LIMIT);
	buffer_append(out, datagram->source.bytes, 16);
	buffer_append(out, datagram->target.bytes, 16);
}

void datagram_append(const struct datagram *datagram, struct buffer *out)
{
	struct span payload = span_clip(datagram->payload, 0, 65000);
	uint16_t size = (uint16_t)(UDP_HEADER_SIZE + payload.size);
	size_t addresses = 2 * ip_address_size(&datagram->source);

	if (datagram->source.family == 4)
		append_header_v4(datagram, size, out);
	else
		append_header_v6(datagram, size, out);
	size_t start = out->size;
	append_be16(out, datagram->source_port);
	append_be16(out, datagram->target_port);
	append_be16(out, size);
	append_be16(out, 0);
	buffer_append(out, payload.data, payload.size);
	/* The pseudo-header's addresses are the bytes just before the UDP header in both families. */
	uint16_t sum = checksum(written(out, start - addresses), (uint32_t)IPPROTO_UDP + size);
	put_be16(out, start + 6, sum ? sum : 0xffff);
}
