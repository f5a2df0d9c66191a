/* SPDX-License-Identifier: MIT */
#pragma once
/* Counts of flows by protocol, target port and outcome: what a scan or a flood looks like. */
#include "model/model.h"
#include "packet/key_index.h"
#include "packet/packet.h"

enum {
	FLOW_GROUPS_MAX = 1024,
	FLOW_GROUPS_MAX_TARGETS = 1 << 20, /* beyond, `targets` is a lower bound */
};

struct flow;

struct flow_groups {
	struct network_group *groups; /* the last one takes what has no room: port 0 */
	size_t count;
	struct key_index by_kind;
	struct key_index targets; /* (group, address): each counts once */
};

void flow_groups_init(struct flow_groups *groups);
void flow_groups_deinit(struct flow_groups *groups);
void flow_groups_add(struct flow_groups *groups, const struct flow *flow);
/* Largest first. */
void flow_groups_finish(struct flow_groups *groups, struct arena *arena,
			struct network_report *report);
/* "tcp", "udp", "icmp", "icmpv6", or "ip-47" written to out. */
const char *flow_protocol_text(uint8_t protocol, char out[16]);
