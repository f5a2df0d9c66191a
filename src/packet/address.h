/* SPDX-License-Identifier: MIT */
#pragma once
/* IP addresses of both families, and numbers in network byte order for those who build packets. */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/span.h"

struct ip_address {
	uint8_t family;    /* 4, 6, or 0 for none */
	uint8_t bytes[16]; /* network order; of IPv4 the first four, the others 0 */
};

enum { IP_ADDRESS_TEXT_SIZE = 48 };

struct ip_address ip_address_v4(uint32_t host_order);
/* 4 or 16 bytes; any other size gives family 0. ::ffff:a.b.c.d becomes IPv4. */
struct ip_address ip_address_of(struct span bytes);
bool ip_address_parse(const char *text, struct ip_address *ret);
/* As inet_ntop(3); "" for family 0. */
void ip_address_text(const struct ip_address *address, char out[IP_ADDRESS_TEXT_SIZE]);
bool ip_address_equal(const struct ip_address *a, const struct ip_address *b);
size_t ip_address_size(const struct ip_address *address); /* 4, 16 or 0 */

void append_be16(struct buffer *out, uint16_t value);
void append_be32(struct buffer *out, uint32_t value);
