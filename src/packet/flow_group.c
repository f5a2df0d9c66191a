/* SPDX-License-Identifier: MIT */
#include "packet/flow_group.h"

#include <netinet/in.h>
#include <stdio.h>

#include "base/alloc.h"
#include "packet/flow.h"

struct group_key {
	uint16_t port;
	uint8_t protocol;
	uint8_t state;
};

struct target_key {
	uint32_t group;
	struct ip_address address;
	uint8_t zero[3];
};
_Static_assert(sizeof(struct target_key) == 24, "compared as bytes: no padding");

void flow_groups_init(struct flow_groups *groups)
{
	*groups = (struct flow_groups){.groups = xcalloc(FLOW_GROUPS_MAX, sizeof(*groups->groups))};
	key_index_init(&groups->by_kind, sizeof(struct group_key));
	key_index_init(&groups->targets, sizeof(struct target_key));
}

void flow_groups_deinit(struct flow_groups *groups)
{
	free(groups->groups);
	key_index_deinit(&groups->by_kind);
	key_index_deinit(&groups->targets);
	*groups = (struct flow_groups){0};
}

const char *flow_protocol_text(uint8_t protocol, char out[16])
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	default:
		snprintf(out, 16, "ip-%u", protocol);
		return out;
	}
}

static const char *static_protocol_text(uint8_t protocol)
{
	char text[16];
	const char *name = flow_protocol_text(protocol, text);

	return name == text ? "other" : name;
}

static uint32_t find_group(struct flow_groups *groups, const struct flow *flow)
{
	struct group_key key = {.port = flow->target_port,
				.protocol = flow->protocol,
				.state = (uint8_t)flow->state};
	uint32_t index;

	if (key_index_get(&groups->by_kind, &key, &index))
		return index;
	if (groups->count >= FLOW_GROUPS_MAX - 1) {
		groups->count = FLOW_GROUPS_MAX;
		groups->groups[FLOW_GROUPS_MAX - 1].protocol = "other";
		return FLOW_GROUPS_MAX - 1;
	}
	index = (uint32_t)groups->count++;
	key_index_set(&groups->by_kind, &key, index);
	groups->groups[index] = (struct network_group){
		.protocol = static_protocol_text(flow->protocol),
		.target_port = flow->target_port,
		.state = flow->state,
	};
	return index;
}

void flow_groups_add(struct flow_groups *groups, const struct flow *flow)
{
	struct target_key target = {.group = find_group(groups, flow), .address = flow->target};
	struct network_group *group = &groups->groups[target.group];
	uint32_t seen;

	if (!key_index_get(&groups->targets, &target, &seen) &&
	    groups->targets.count < FLOW_GROUPS_MAX_TARGETS) {
		key_index_set(&groups->targets, &target, 0);
		group->targets++;
	}
	group->flows++;
	group->packets += flow->sides[0].packets + flow->sides[1].packets;
	if (!group->first_time_ns || flow->first_time_ns < group->first_time_ns)
		group->first_time_ns = flow->first_time_ns;
	group->last_time_ns = max_of(group->last_time_ns, flow->last_time_ns);
}

static int compare_groups(const void *a, const void *b)
{
	const struct network_group *left = a, *right = b;

	if (left->flows != right->flows)
		return left->flows > right->flows ? -1 : 1;
	return left->target_port < right->target_port ? -1 : left->target_port > right->target_port;
}

void flow_groups_finish(struct flow_groups *groups, struct arena *arena,
			struct network_report *report)
{
	qsort(groups->groups, groups->count, sizeof(*groups->groups), compare_groups);
	list_take(arena, &report->groups, groups->groups, groups->count);
}
