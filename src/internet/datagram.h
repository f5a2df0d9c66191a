/* SPDX-License-Identifier: MIT */
#pragma once
/* UDP datagrams with any source address, for a raw socket with IP_HDRINCL. */
#include "packet/address.h"

struct datagram {
	struct ip_address source;
	struct ip_address target; /* of the same family */
	uint16_t source_port;
	uint16_t target_port;
	struct span payload; /* at most 65,000 bytes */
};

/* Appends IP header, UDP header and payload, with checksums. */
void datagram_append(const struct datagram *datagram, struct buffer *out);
