/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What is found in the packets' payloads, as model records. Texts live in the arena of the result. Counts go
 * on where lists are full.
 */
#include "base/vec.h"
#include "model/model.h"
#include "packet/key_index.h"
#include "packet/packet.h"
#include "packet/tls.h"

enum {
	GATHER_MAX_DNS = 4096,
	GATHER_MAX_HTTP = 2048,
	GATHER_MAX_TLS = 2048,
	GATHER_MAX_NAMES = 65536,
	GATHER_NONE = UINT32_MAX, /* index of what was only counted */
};

enum gather_anomaly {
	GATHER_PACKET_CUT,
	GATHER_PACKET_LENGTH,
	GATHER_PACKET_OPTIONS,
	GATHER_PACKET_HEADERS,
	GATHER_DNS_MALFORMED,
	GATHER_STREAM_LIMIT,
	GATHER_FLOW_LIMIT,
	GATHER_FILE_MALFORMED,
	GATHER_ANOMALIES,
};

struct gather {
	struct arena *arena;
	vec(struct dns_exchange) dns;
	vec(struct http_exchange) http;
	vec(struct tls_session) tls;
	uint64_t dns_count;
	uint64_t http_count;
	uint64_t tls_count;
	struct key_index open_queries; /* → dns */
	struct key_index names_by_address;
	vec(const char *) names;
	uint64_t packet_number; /* of the packet that is being looked at, from 1 */
	struct {
		uint64_t count;
		uint64_t first_packet;
	} anomalies[GATHER_ANOMALIES];
};

void gather_init(struct gather *gather, struct arena *arena);
void gather_deinit(struct gather *gather);
void gather_note(struct gather *gather, enum gather_anomaly anomaly);
/* The name whose DNS answer held this address last, or NULL. */
const char *gather_name(const struct gather *gather, const struct ip_address *address);
/* Bytes as text in the arena; what is behind a NUL is lost. NULL for none. */
const char *gather_text(struct gather *gather, struct span bytes);

/* A DNS message, in a packet of the flow or (detail NULL) out of a TCP stream. */
void gather_dns(struct gather *gather, const struct packet *packet, uint64_t flow,
		struct span message);
/* Moves the lists into the report. */
void gather_finish(struct gather *gather, struct network_report *report);
