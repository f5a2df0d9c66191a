/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Flows: packets of one protocol between the same two ends. Bounded: when FLOW_MAX are known, those that
 * carried nothing are folded into the groups (protocol, port, outcome), which count every flow.
 */
#include "packet/conversation.h"
#include "packet/flow_group.h"

enum {
	FLOW_MAX = 65536,
	FLOW_MAX_CONVERSATIONS = 4096,
	FLOW_FIRST_BYTES = 256,
	FLOW_MAX_LISTED = 4096,
};

/* One end of a flow: [0] the end that sent first, [1] the other. */
struct flow_side {
	uint64_t packets;
	uint64_t bytes; /* of payload */
	uint8_t *first; /* heap; at most FLOW_FIRST_BYTES */
	size_t first_size;
	uint32_t base; /* TCP: its initial sequence number */
	bool has_base;
	bool has_fin;
	uint8_t window_scale; /* 0xff: none given */
};

struct flow {
	uint64_t number;
	struct ip_address source;
	struct ip_address target;
	uint16_t source_port;
	uint16_t target_port;
	uint8_t protocol;
	bool is_from_guest;
	bool has_syn;
	bool has_syn_ack;
	bool has_rst;
	enum flow_state state;
	uint64_t first_time_ns;
	uint64_t last_time_ns;
	struct flow_side sides[2];
	const char *domain;
	const char *service;
	char *detail; /* heap */
	struct conversation *conversation;
	bool is_understood; /* its conversation is over */
};

struct flow_table {
	struct gather *gather;
	vec(struct flow) flows;
	struct key_index by_ends;
	uint64_t next_number;
	size_t conversation_count;
	bool has_guest_mac;
	uint8_t guest_mac[6];
	struct flow_groups groups;
};

void flow_table_init(struct flow_table *table, struct gather *gather);
void flow_table_deinit(struct flow_table *table);
/* Takes a packet of layer IP or above. */
void flow_table_add(struct flow_table *table, const struct packet *packet);
/* The packet on one line, with what its connection tells; to be called after flow_table_add(). */
void flow_table_detail(const struct flow_table *table, const struct packet *packet,
		       struct buffer *out);
/* Closes all, and writes flows and groups into the report. */
void flow_table_finish(struct flow_table *table, struct network_report *report);
