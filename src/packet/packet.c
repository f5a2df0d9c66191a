/* SPDX-License-Identifier: MIT */
#include "packet/packet.h"

#include <netinet/in.h>
#include <string.h>

enum {
	ETHER_IPV4 = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_VLAN = 0x8100,
	ETHER_QINQ = 0x88a8,
	ETHER_IPV6 = 0x86dd,
	MAX_VLAN_TAGS = 2,
	MAX_EXTENSION_HEADERS = 8,
};

static void copy_mac(struct reader *reader, uint8_t out[6])
{
	struct span mac = reader_bytes(reader, 6);

	if (mac.size == 6)
		memcpy(out, mac.data, 6);
}

/* The rest of a reader, but not more than the `claimed` bytes that a header gives it. */
static struct span take_claimed(struct reader *reader, uint32_t claimed, struct packet *packet)
{
	size_t left = reader_left(reader);

	if (claimed > left)
		packet->anomalies |= PACKET_CUT;
	return reader_bytes(reader, min_of((size_t)claimed, left));
}

static void set_payload(struct packet *packet, struct span body, uint32_t body_size,
			uint32_t header)
{
	packet->payload = span_clip(body, header, body.size);
	packet->payload_size = body_size - min_of(header, body_size);
}

static void decode_tcp(struct packet *packet, struct span body, uint32_t body_size)
{
	struct reader reader = reader_of(body, BYTE_ORDER_BIG);
	struct tcp_header tcp = {.options = span_empty()};

	packet->source_port = reader_u16(&reader);
	packet->target_port = reader_u16(&reader);
	tcp.sequence = reader_u32(&reader);
	tcp.acknowledgment = reader_u32(&reader);
	uint16_t offset_and_flags = reader_u16(&reader);
	tcp.window = reader_u16(&reader);
	reader_skip(&reader, 2); /* checksum */
	tcp.urgent = reader_u16(&reader);
	if (!reader_ok(&reader)) {
		packet->anomalies |= PACKET_CUT;
		return;
	}
	uint32_t header_size = (uint32_t)(offset_and_flags >> 12) * 4;
	if (header_size < 20 || header_size > body_size) {
		packet->anomalies |= PACKET_BAD_LENGTH;
		header_size = 20;
	}
	tcp.flags = offset_and_flags & 0x1ff;
	tcp.options = span_clip(body, 20, header_size - 20);
	packet->tcp = tcp;
	packet->layer = PACKET_LAYER_TCP;
	set_payload(packet, body, body_size, header_size);
}

static void decode_udp(struct packet *packet, struct span body, uint32_t body_size)
{
	struct reader reader = reader_of(body, BYTE_ORDER_BIG);

	packet->source_port = reader_u16(&reader);
	packet->target_port = reader_u16(&reader);
	uint32_t size = reader_u16(&reader);
	reader_skip(&reader, 2);
	if (!reader_ok(&reader)) {
		packet->anomalies |= PACKET_CUT;
		return;
	}
	if (size < 8 || size > body_size) {
		packet->anomalies |= PACKET_BAD_LENGTH;
		size = body_size;
	}
	packet->layer = PACKET_LAYER_UDP;
	set_payload(packet, span_clip(body, 0, size), size, 8);
}

static void decode_icmp(struct packet *packet, struct span body, uint32_t body_size)
{
	struct reader reader = reader_of(body, BYTE_ORDER_BIG);
	struct icmp_header icmp = {0};

	icmp.type = reader_u8(&reader);
	icmp.code = reader_u8(&reader);
	reader_skip(&reader, 2);
	icmp.identifier = reader_u16(&reader);
	icmp.sequence = reader_u16(&reader);
	if (!reader_ok(&reader)) {
		packet->anomalies |= PACKET_CUT;
		return;
	}
	packet->icmp = icmp;
	packet->layer = PACKET_LAYER_ICMP;
	set_payload(packet, body, body_size, 8);
}

static void decode_transport(struct packet *packet, struct span body, uint32_t body_size)
{
	packet->layer = PACKET_LAYER_IP;
	set_payload(packet, body, body_size, 0);
	if (packet->protocol == IPPROTO_TCP)
		decode_tcp(packet, body, body_size);
	else if (packet->protocol == IPPROTO_UDP)
		decode_udp(packet, body, body_size);
	else if (packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6)
		decode_icmp(packet, body, body_size);
}

static void decode_ipv4(struct packet *packet, struct span bytes)
{
	struct reader reader = reader_of(bytes, BYTE_ORDER_BIG);
	uint32_t header_size = (reader_u8(&reader) & 0xfU) * 4;

	reader_skip(&reader, 1);
	uint32_t total_size = reader_u16(&reader);
	reader_skip(&reader, 2);
	uint16_t fragment = reader_u16(&reader);
	packet->ttl = reader_u8(&reader);
	packet->protocol = reader_u8(&reader);
	reader_skip(&reader, 2);
	packet->source = ip_address_of(reader_bytes(&reader, 4));
	packet->target = ip_address_of(reader_bytes(&reader, 4));
	if (!reader_ok(&reader)) {
		packet->anomalies |= PACKET_CUT;
		return;
	}
	if (total_size == 0) /* segmentation offload of more than 64 kB */
		total_size = (uint32_t)min_of(bytes.size, (size_t)UINT32_MAX);
	if (header_size < 20 || total_size < header_size) {
		packet->anomalies |= PACKET_BAD_LENGTH;
		header_size = 20;
		total_size = max_of(total_size, header_size);
	}
	reader_skip(&reader, header_size - 20);
	uint32_t body_size = total_size - header_size;
	struct span body = take_claimed(&reader, body_size, packet);
	packet->layer = PACKET_LAYER_IP;
	packet->is_fragment = (fragment & 0x3fff) != 0;
	if (fragment & 0x1fff) /* no transport header in a later fragment */
		set_payload(packet, body, body_size, 0);
	else
		decode_transport(packet, body, body_size);
}

/* Walks the extension headers. False when the transport's header is not in this packet. */
static bool skip_extensions(struct packet *packet, struct reader *reader, uint32_t *body_size)
{
	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		bool is_fragment = packet->protocol == IPPROTO_FRAGMENT;
		if (packet->protocol != IPPROTO_HOPOPTS && packet->protocol != IPPROTO_ROUTING &&
		    packet->protocol != IPPROTO_DSTOPTS && !is_fragment)
			return true;
		uint8_t next = reader_u8(reader);
		uint32_t size = 8 + (is_fragment ? 0 : reader_u8(reader) * 8U);
		if (is_fragment)
			reader_skip(reader, 1);
		uint16_t fragment = reader_u16(reader);
		reader_skip(reader, size - 4);
		if (!reader_ok(reader) || size > *body_size) {
			packet->anomalies |= PACKET_CUT;
			return false;
		}
		*body_size -= size;
		packet->protocol = next;
		if (is_fragment) {
			packet->is_fragment = (fragment & 0xfff9) != 0;
			if (fragment & 0xfff8)
				return false;
		}
	}
	packet->anomalies |= PACKET_TOO_MANY_HEADERS;
	return false;
}

static void decode_ipv6(struct packet *packet, struct span bytes)
{
	struct reader reader = reader_of(bytes, BYTE_ORDER_BIG);

	reader_skip(&reader, 4);
	uint32_t body_size = reader_u16(&reader);
	packet->protocol = reader_u8(&reader);
	packet->ttl = reader_u8(&reader);
	packet->source = ip_address_of(reader_bytes(&reader, 16));
	packet->target = ip_address_of(reader_bytes(&reader, 16));
	if (!reader_ok(&reader)) {
		packet->anomalies |= PACKET_CUT;
		return;
	}
	if (body_size == 0)
		body_size = (uint32_t)min_of(reader_left(&reader), (size_t)UINT32_MAX);
	packet->layer = PACKET_LAYER_IP;
	struct reader body_reader =
		reader_of(take_claimed(&reader, body_size, packet), BYTE_ORDER_BIG);
	bool has_transport = skip_extensions(packet, &body_reader, &body_size);
	if (!reader_ok(&body_reader))
		return;
	struct span body = reader_bytes(&body_reader, reader_left(&body_reader));
	if (has_transport)
		decode_transport(packet, body, body_size);
	else
		set_payload(packet, body, body_size, 0);
}

static void decode_arp(struct packet *packet, struct span bytes)
{
	struct reader reader = reader_of(bytes, BYTE_ORDER_BIG);
	struct arp_header arp = {0};

	uint16_t hardware = reader_u16(&reader), protocol = reader_u16(&reader);
	uint16_t sizes = reader_u16(&reader);
	arp.operation = reader_u16(&reader);
	copy_mac(&reader, arp.sender_mac);
	arp.sender = ip_address_of(reader_bytes(&reader, 4));
	reader_skip(&reader, 6);
	arp.target = ip_address_of(reader_bytes(&reader, 4));
	if (!reader_ok(&reader)) {
		packet->anomalies |= PACKET_CUT;
		return;
	}
	if (hardware != 1 || protocol != ETHER_IPV4 || sizes != 0x0604)
		return;
	packet->arp = arp;
	packet->layer = PACKET_LAYER_ARP;
}

static void decode_network(struct packet *packet, struct span bytes)
{
	packet->layer = PACKET_LAYER_LINK;
	packet->payload = bytes;
	packet->payload_size = (uint32_t)min_of(bytes.size, (size_t)UINT32_MAX);
	if (packet->ether_type == ETHER_IPV4 && span_u8(bytes, 0) >> 4 == 4)
		decode_ipv4(packet, bytes);
	else if (packet->ether_type == ETHER_IPV6 && span_u8(bytes, 0) >> 4 == 6)
		decode_ipv6(packet, bytes);
	else if (packet->ether_type == ETHER_ARP)
		decode_arp(packet, bytes);
	else if (packet->ether_type == ETHER_IPV4 || packet->ether_type == ETHER_IPV6)
		packet->anomalies |= PACKET_BAD_LENGTH;
}

static uint16_t decode_link(struct packet *packet, struct reader *reader, enum packet_link link)
{
	if (link == PACKET_LINK_RAW_IP) {
		uint8_t version = span_u8(reader->span, 0) >> 4;
		return version == 4 ? ETHER_IPV4 : version == 6 ? ETHER_IPV6 : 0;
	}
	if (link == PACKET_LINK_LINUX_COOKED) {
		reader_skip(reader, 6);
		copy_mac(reader, packet->source_mac);
		reader_skip(reader, 2);
		return reader_u16(reader);
	}
	copy_mac(reader, packet->target_mac);
	copy_mac(reader, packet->source_mac);
	uint16_t type = reader_u16(reader);
	for (int i = 0; i < MAX_VLAN_TAGS && (type == ETHER_VLAN || type == ETHER_QINQ); i++) {
		reader_skip(reader, 2);
		type = reader_u16(reader);
	}
	return type;
}

void packet_decode(struct span frame, enum packet_link link, struct packet *ret)
{
	struct reader reader = reader_of(frame, BYTE_ORDER_BIG);
	struct packet packet = {.payload = span_empty()};

	packet.ether_type = decode_link(&packet, &reader, link);
	if (reader_ok(&reader))
		decode_network(&packet, reader_bytes(&reader, reader_left(&reader)));
	else
		packet.anomalies |= PACKET_CUT;
	*ret = packet;
}

bool tcp_options_decode(struct span options, struct tcp_options *ret)
{
	struct reader reader = reader_of(options, BYTE_ORDER_BIG);
	struct tcp_options found = {.window_scale = 0xff};

	while (reader_left(&reader) > 0) {
		uint8_t kind = reader_u8(&reader);
		if (kind == 0) /* end of list */
			break;
		if (kind == 1) /* no operation */
			continue;
		uint8_t size = reader_u8(&reader);
		struct span value = reader_bytes(&reader, size < 2 ? UINT64_MAX : size - 2U);
		if (!reader_ok(&reader))
			break;
		if (kind == 2 && value.size == 2)
			found.maximum_segment = span_u16(value, 0, BYTE_ORDER_BIG);
		else if (kind == 3 && value.size == 1)
			found.window_scale = span_u8(value, 0) > 14 ? 14 : span_u8(value, 0);
		else if (kind == 4)
			found.may_sack = true;
		else if (kind == 8 && value.size == 8) {
			found.has_timestamp = true;
			found.timestamp = span_u32(value, 0, BYTE_ORDER_BIG);
			found.timestamp_echo = span_u32(value, 4, BYTE_ORDER_BIG);
		}
	}
	*ret = found;
	return reader_ok(&reader);
}
