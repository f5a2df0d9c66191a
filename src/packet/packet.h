/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * One captured frame, decoded from the link layer to the transport's payload. Nothing is allocated:
 * spans point into the frame. A frame that breaks a rule is decoded as far as it goes and the
 * `anomalies` say what was wrong.
 *
 * Formats: RFC 791, 8200, 9293, 768, 792, 4443, 826; IEEE 802.1Q; libpcap's LINKTYPE_LINUX_SLL.
 */
#include "packet/address.h"

/* LINKTYPE_ values of libpcap (not DLT_). */
enum packet_link {
	PACKET_LINK_ETHERNET = 1,
	PACKET_LINK_RAW_IP = 101,
	PACKET_LINK_LINUX_COOKED = 113,
};

enum packet_layer { /* how far decoding went */
		    PACKET_LAYER_NONE,
		    PACKET_LAYER_LINK,
		    PACKET_LAYER_ARP,
		    PACKET_LAYER_IP, /* another protocol, or a later fragment */
		    PACKET_LAYER_TCP,
		    PACKET_LAYER_UDP,
		    PACKET_LAYER_ICMP, /* ICMP and ICMPv6 */
};

enum packet_anomaly {
	PACKET_CUT = 1 << 0,              /* the capture holds less than the headers claim */
	PACKET_BAD_LENGTH = 1 << 1,       /* a length field contradicts another */
	PACKET_TOO_MANY_HEADERS = 1 << 2, /* IPv6 extension headers beyond a ceiling */
};

enum tcp_flag {
	TCP_FIN = 1 << 0,
	TCP_SYN = 1 << 1,
	TCP_RST = 1 << 2,
	TCP_PSH = 1 << 3,
	TCP_ACK = 1 << 4,
	TCP_URG = 1 << 5,
	TCP_ECE = 1 << 6,
	TCP_CWR = 1 << 7,
	TCP_AE = 1 << 8,
};

struct tcp_header {
	uint32_t sequence;
	uint32_t acknowledgment;
	uint16_t flags; /* enum tcp_flag */
	uint16_t window;
	uint16_t urgent;
	struct span options;
};

struct icmp_header {
	uint8_t type;
	uint8_t code;
	uint16_t identifier; /* echo */
	uint16_t sequence;
};

struct arp_header {
	uint16_t operation;
	uint8_t sender_mac[6];
	struct ip_address sender;
	struct ip_address target;
};

struct packet {
	uint64_t time_ns;    /* set by whoever read the capture, as the two below */
	uint32_t frame_size; /* on the wire */
	uint32_t captured_size;

	enum packet_layer layer;
	unsigned anomalies; /* enum packet_anomaly */
	uint8_t source_mac[6];
	uint8_t target_mac[6];
	uint16_t ether_type;

	struct ip_address source;
	struct ip_address target;
	uint8_t protocol; /* IPPROTO_ of the innermost header that was reached */
	uint8_t ttl;
	bool is_fragment; /* any part of a fragmented datagram but one that is whole */
	uint16_t source_port;
	uint16_t target_port;
	union {
		struct tcp_header tcp;
		struct icmp_header icmp;
		struct arp_header arp;
	};
	/* Behind the transport header, without padding; payload_size is what the headers claim, so
	 * payload.size is smaller when the capture was cut. */
	struct span payload;
	uint32_t payload_size;
};

/* Decodes a frame. *ret is filled whatever the bytes are; its first three members are the caller's
 * to set afterwards. */
void packet_decode(struct span frame, enum packet_link link, struct packet *ret);

struct tcp_options {
	uint16_t maximum_segment; /* 0: not given */
	uint8_t window_scale;     /* shift; 0xff: not given */
	bool may_sack;
	bool has_timestamp;
	uint32_t timestamp;
	uint32_t timestamp_echo;
};
/* False when an option runs over the end; what came before it is in *ret. */
bool tcp_options_decode(struct span options, struct tcp_options *ret);
