/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * pcapng as the capture box writes it (draft-ietf-opsawg-pcapng): a section header, one interface
 * with time in nanoseconds, enhanced packets, interface statistics. Written little-endian. Packets
 * are read back with libpcap (packet/analyze.h); libpcap hides the statistics, hence the reader here.
 */
#include "base/buffer.h"
#include "base/span.h"

enum pcapng_direction {
	PCAPNG_DIRECTION_UNKNOWN = 0,
	PCAPNG_DIRECTION_INBOUND = 1, /* towards the host: sent by the guest */
	PCAPNG_DIRECTION_OUTBOUND = 2,
};

struct pcapng_packet {
	uint64_t time_ns;
	uint32_t wire_size;
	enum pcapng_direction direction;
	struct span head; /* the captured bytes are head and then tail */
	struct span tail;
};

struct pcapng_statistics {
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t received; /* packets that reached the socket, dropped ones too */
	uint64_t dropped;  /* by the kernel, for want of room in the ring */
	uint64_t written;  /* packets in this file */
	bool is_present;   /* false: the file holds no statistics (the writer was killed) */
};

void pcapng_append_section(struct buffer *out);
void pcapng_append_interface(struct buffer *out, const char *name, uint16_t link,
			     uint32_t snap_size);
void pcapng_append_packet(struct buffer *out, const struct pcapng_packet *packet);
void pcapng_append_statistics(struct buffer *out, const struct pcapng_statistics *statistics);

/* What a walk over the blocks of a whole file finds: the last statistics, and whether its last block
 * is cut. *ret is filled even when this is no pcapng file (is_present false). */
struct pcapng_summary {
	struct pcapng_statistics statistics;
	uint64_t packet_count;
	bool is_cut;
	bool has_guest_mac;
	uint8_t guest_mac[6]; /* source of the first inbound Ethernet frame */
};
void pcapng_summarize(struct span file, struct pcapng_summary *ret);
