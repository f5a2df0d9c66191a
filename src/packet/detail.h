/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A packet on one line as tshark 4 prints it: "192.0.2.2 → 8.8.8.8 DNS 76 Standard query 0x16e9 A
 * bei.game918.me". The text may hold bytes from the packet: it is escaped where it is printed.
 */
#include "packet/packet.h"

/* What a TCP line needs to know of its connection. */
struct detail_connection {
	uint32_t sequence_base;       /* of the packet's sender: shown numbers are relative to it */
	uint32_t acknowledgment_base; /* of the other end */
	uint8_t window_shift;         /* of the sender, 0 when either end gave none */
};

/* connection may be NULL: numbers are then as in the packet. */
void packet_detail(const struct packet *packet, const struct detail_connection *connection,
		   struct buffer *out);
/* "SOURCE → TARGET PROTOCOL SIZE " and a text of the caller's. */
void packet_detail_as(const struct packet *packet, const char *protocol, struct span text,
		      struct buffer *out);
/* "Standard query 0x16e9 A bei.game918.me"; false when the message has no whole header. */
bool packet_dns_text(struct span message, struct buffer *out);
