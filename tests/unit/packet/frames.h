/* SPDX-License-Identifier: MIT */
#pragma once
/* Frames and captures made in code, and copies of bytes that end at an unmapped page. */
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/file.h"
#include "packet/packet.h"
#include "packet/pcapng.h"

struct guarded {
	void *map;
	size_t map_size;
	struct span span;
};

static inline struct guarded guarded_copy(struct span bytes)
{
	size_t page = 4096, room = (bytes.size + page - 1) / page * page;
	struct guarded copy = {.map_size = room + page};

	copy.map = mmap(NULL, copy.map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	if (copy.map == MAP_FAILED || mprotect((char *)copy.map + room, page, PROT_NONE))
		abort();
	char *start = (char *)copy.map + (room - bytes.size);
	memcpy(start, bytes.data, bytes.size);
	copy.span = span_of(start, bytes.size);
	return copy;
}

static inline void guarded_free(struct guarded *copy)
{
	munmap(copy->map, copy->map_size);
}

enum { GUEST = 0x0a0b0c4d, SERVER = 0x08080808 }; /* 10.11.12.77, 8.8.8.8 */

static inline void append_ethernet(struct buffer *out, bool is_from_guest, uint16_t type)
{
	static const uint8_t guest[6] = {0x52, 0x54, 0, 1, 2, 3},
			     host[6] = {0xfe, 0x54, 0, 9, 9, 9};

	buffer_append(out, is_from_guest ? host : guest, 6);
	buffer_append(out, is_from_guest ? guest : host, 6);
	append_be16(out, type);
}

/* An Ethernet frame with an IPv4 packet between guest and server. */
static inline void append_ipv4(struct buffer *out, bool is_from_guest, uint8_t protocol,
			       struct span body)
{
	append_ethernet(out, is_from_guest, 0x0800);
	append_be16(out, 0x4500);
	append_be16(out, (uint16_t)(20 + body.size));
	append_be32(out, 0x00014000);
	append_be16(out, (uint16_t)(64 << 8 | protocol));
	append_be16(out, 0);
	append_be32(out, is_from_guest ? GUEST : SERVER);
	append_be32(out, is_from_guest ? SERVER : GUEST);
	buffer_append(out, body.data, body.size);
}

static inline void append_udp(struct buffer *out, bool is_from_guest, uint16_t guest_port,
			      uint16_t server_port, struct span payload)
{
	cleanup_buffer struct buffer body = {0};

	append_be16(&body, is_from_guest ? guest_port : server_port);
	append_be16(&body, is_from_guest ? server_port : guest_port);
	append_be16(&body, (uint16_t)(8 + payload.size));
	append_be16(&body, 0);
	buffer_append(&body, payload.data, payload.size);
	append_ipv4(out, is_from_guest, IPPROTO_UDP, buffer_span(&body));
}

struct segment {
	bool is_from_guest;
	uint16_t guest_port;
	uint16_t server_port;
	uint32_t sequence;
	uint32_t acknowledgment;
	uint16_t flags;
	uint16_t window;
	struct span options; /* a multiple of 4 bytes */
	struct span payload;
};

static inline void append_tcp_segment(struct buffer *out, const struct segment *segment)
{
	cleanup_buffer struct buffer body = {0};
	size_t options = segment->options.data ? segment->options.size : 0;

	append_be16(&body, segment->is_from_guest ? segment->guest_port : segment->server_port);
	append_be16(&body, segment->is_from_guest ? segment->server_port : segment->guest_port);
	append_be32(&body, segment->sequence);
	append_be32(&body, segment->acknowledgment);
	append_be16(&body, (uint16_t)((5 + options / 4) << 12 | segment->flags));
	append_be16(&body, segment->window);
	append_be32(&body, 0);
	buffer_append(&body, segment->options.data, options);
	if (segment->payload.data)
		buffer_append(&body, segment->payload.data, segment->payload.size);
	append_ipv4(out, segment->is_from_guest, IPPROTO_TCP, buffer_span(&body));
}

/* MSS 1460, SACK permitted, timestamps 12750/0, window scale 7: what Linux sends. */
static const uint8_t linux_syn_options[20] = {2,    4,    5, 0xb4, 4, 2, 8, 10, 0, 0,
					      0x31, 0xce, 0, 0,    0, 0, 1, 3,  3, 7};

/* A query for `name` (labels as given), type A, id 0x16e9. */
static inline void append_dns_query(struct buffer *out, const char *wire_name, size_t size,
				    uint16_t type)
{
	append_be32(out, 0x16e90100);
	append_be32(out, 0x00010000);
	append_be32(out, 0);
	buffer_append(out, wire_name, size); /* with the root's zero */
	append_be16(out, type);
	append_be16(out, 1);
}

/* A capture under construction: packets get a time 1 ms apart. */
struct capture_file {
	struct buffer bytes;
	uint64_t time_ns;
	uint64_t count;
};

static inline void capture_begin(struct capture_file *capture)
{
	*capture = (struct capture_file){.time_ns = 1700000000000000123};
	pcapng_append_section(&capture->bytes);
	pcapng_append_interface(&capture->bytes, "tap", PACKET_LINK_ETHERNET, 262144);
}

/* Takes the frame and empties it. */
static inline void capture_add(struct capture_file *capture, bool is_from_guest,
			       struct buffer *frame)
{
	struct pcapng_packet packet = {
		.time_ns = capture->time_ns,
		.wire_size = (uint32_t)frame->size,
		.direction = is_from_guest ? PCAPNG_DIRECTION_INBOUND : PCAPNG_DIRECTION_OUTBOUND,
		.head = buffer_span(frame),
		.tail = span_empty(),
	};

	pcapng_append_packet(&capture->bytes, &packet);
	capture->time_ns += 1000000;
	capture->count++;
	buffer_clear(frame);
}

static inline void capture_udp(struct capture_file *capture, bool is_from_guest,
			       uint16_t guest_port, uint16_t server_port, struct span payload)
{
	cleanup_buffer struct buffer frame = {0};

	append_udp(&frame, is_from_guest, guest_port, server_port, payload);
	capture_add(capture, is_from_guest, &frame);
}

static inline void capture_tcp(struct capture_file *capture, const struct segment *segment)
{
	cleanup_buffer struct buffer frame = {0};

	append_tcp_segment(&frame, segment);
	capture_add(capture, segment->is_from_guest, &frame);
}

/* A whole connection: handshake, one message each way in pieces of `piece` bytes, FINs. */
static inline void capture_connection(struct capture_file *capture, uint16_t guest_port,
				      uint16_t server_port, struct span sent, struct span received,
				      size_t piece)
{
	struct segment up = {.is_from_guest = true,
			     .guest_port = guest_port,
			     .server_port = server_port,
			     .sequence = 1000,
			     .flags = TCP_SYN,
			     .window = 29200,
			     .options = span_of(linux_syn_options, 20),
			     .payload = span_empty()};
	struct segment down = {.guest_port = guest_port,
			       .server_port = server_port,
			       .sequence = 0xfffffff0,
			       .acknowledgment = 1001,
			       .flags = TCP_SYN | TCP_ACK,
			       .window = 28960,
			       .options = span_of(linux_syn_options, 20),
			       .payload = span_empty()};

	capture_tcp(capture, &up);
	capture_tcp(capture, &down);
	up.sequence++;
	down.sequence++;
	up.acknowledgment = down.sequence;
	up.options = down.options = span_empty();
	up.flags = down.flags = TCP_ACK;
	up.window = down.window = 229;
	capture_tcp(capture, &up);
	up.flags = down.flags = TCP_PSH | TCP_ACK;
	for (size_t at = 0; at < sent.size; at += up.payload.size) {
		up.payload = span_clip(sent, at, piece);
		capture_tcp(capture, &up);
		up.sequence += (uint32_t)up.payload.size;
	}
	down.acknowledgment = up.sequence;
	for (size_t at = 0; at < received.size; at += down.payload.size) {
		down.payload = span_clip(received, at, piece);
		capture_tcp(capture, &down);
		down.sequence += (uint32_t)down.payload.size;
	}
	up.acknowledgment = down.sequence;
	up.payload = down.payload = span_empty();
	up.flags = down.flags = TCP_FIN | TCP_ACK;
	capture_tcp(capture, &up);
	down.acknowledgment = ++up.sequence;
	capture_tcp(capture, &down);
}

/* The capture as a descriptor. */
static inline int capture_open(const struct capture_file *capture)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	struct error *err = file_write_fd(fd, capture->bytes.data, capture->bytes.size);

	if (err)
		abort();
	return fd;
}
