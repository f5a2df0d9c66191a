/* SPDX-License-Identifier: MIT */
#include "packet/address.h"

#include <arpa/inet.h>
#include <string.h>

struct ip_address ip_address_v4(uint32_t host_order)
{
	return (struct ip_address){.family = 4,
				   .bytes = {(uint8_t)(host_order >> 24),
					     (uint8_t)(host_order >> 16),
					     (uint8_t)(host_order >> 8), (uint8_t)host_order}};
}

struct ip_address ip_address_of(struct span bytes)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct ip_address address = {0};

	if (bytes.size == 16 && memcmp(bytes.data, mapped, sizeof(mapped)) == 0)
		bytes = span_clip(bytes, sizeof(mapped), 4);
	if (bytes.size != 4 && bytes.size != 16)
		return address;
	address.family = bytes.size == 4 ? 4 : 6;
	memcpy(address.bytes, bytes.data, bytes.size);
	return address;
}

bool ip_address_parse(const char *text, struct ip_address *ret)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		*ret = ip_address_of(span_of(bytes, 4));
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*ret = ip_address_of(span_of(bytes, 16));
	else
		return false;
	return true;
}

void ip_address_text(const struct ip_address *address, char out[IP_ADDRESS_TEXT_SIZE])
{
	out[0] = '\0';
	if (address->family)
		(void)inet_ntop(address->family == 4 ? AF_INET : AF_INET6, address->bytes, out,
				IP_ADDRESS_TEXT_SIZE);
}

bool ip_address_equal(const struct ip_address *a, const struct ip_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

size_t ip_address_size(const struct ip_address *address)
{
	return address->family == 4 ? 4 : address->family == 6 ? 16 : 0;
}

void append_be16(struct buffer *out, uint16_t value)
{
	buffer_append_u8(out, (uint8_t)(value >> 8));
	buffer_append_u8(out, (uint8_t)value);
}

void append_be32(struct buffer *out, uint32_t value)
{
	append_be16(out, (uint16_t)(value >> 16));
	append_be16(out, (uint16_t)value);
}
