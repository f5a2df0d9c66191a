/* SPDX-License-Identifier: MIT */
#include "packet/flow.h"

#include <string.h>

#include "packet/detail.h"

struct flow_key {
	struct ip_address low;
	struct ip_address high;
	uint16_t low_port;
	uint16_t high_port;
	uint8_t protocol;
	uint8_t zero;
};
_Static_assert(sizeof(struct flow_key) == 40, "compared as bytes: no padding");

void flow_table_init(struct flow_table *table, struct gather *gather)
{
	*table = (struct flow_table){.gather = gather, .next_number = 1};
	key_index_init(&table->by_ends, sizeof(struct flow_key));
	flow_groups_init(&table->groups);
}

static void flow_deinit(struct flow *flow)
{
	free(flow->sides[0].first);
	free(flow->sides[1].first);
	free(flow->detail);
	conversation_free(flow->conversation);
	*flow = (struct flow){0};
}

void flow_table_deinit(struct flow_table *table)
{
	vec_foreach(&table->flows, flow)
		flow_deinit(flow);
	vec_deinit(&table->flows);
	key_index_deinit(&table->by_ends);
	flow_groups_deinit(&table->groups);
}

/* The same whichever end sent. */
static struct flow_key make_key(const struct packet *packet)
{
	int order = memcmp(&packet->source, &packet->target, sizeof(packet->source));
	bool is_source_low =
		order < 0 || (order == 0 && packet->source_port <= packet->target_port);

	return (struct flow_key){
		.low = is_source_low ? packet->source : packet->target,
		.high = is_source_low ? packet->target : packet->source,
		.low_port = is_source_low ? packet->source_port : packet->target_port,
		.high_port = is_source_low ? packet->target_port : packet->source_port,
		.protocol = packet->protocol,
	};
}

static struct flow_key key_of(const struct flow *flow)
{
	struct packet packet = {.source = flow->source,
				.target = flow->target,
				.source_port = flow->source_port,
				.target_port = flow->target_port,
				.protocol = flow->protocol};

	return make_key(&packet);
}

static bool is_over(const struct flow *flow)
{
	return flow->state == FLOW_REFUSED || flow->state == FLOW_CLOSED ||
	       flow->state == FLOW_RESET;
}

static bool is_worth_keeping(const struct flow *flow)
{
	return flow->sides[0].bytes || flow->sides[1].bytes || flow->state == FLOW_OPEN;
}

/* Moves flows that carried nothing into the groups; the others stay in their order. */
static void fold(struct flow_table *table)
{
	size_t kept = 0;

	key_index_deinit(&table->by_ends);
	key_index_init(&table->by_ends, sizeof(struct flow_key));
	for (size_t i = 0; i < table->flows.count; i++) {
		struct flow *flow = &table->flows.data[i];
		if (!is_worth_keeping(flow)) {
			flow_groups_add(&table->groups, flow);
			if (flow->conversation)
				table->conversation_count--;
			flow_deinit(flow);
			continue;
		}
		struct flow_key key = key_of(flow);
		if (kept != i)
			table->flows.data[kept] = *flow;
		key_index_set(&table->by_ends, &key, (uint32_t)kept++);
	}
	table->flows.count = kept;
}

static struct flow *add_flow(struct flow_table *table, const struct packet *packet,
			     const struct flow_key *key)
{
	if (table->flows.count >= FLOW_MAX)
		fold(table);
	if (table->flows.count >= FLOW_MAX) {
		gather_note(table->gather, GATHER_FLOW_LIMIT);
		return NULL;
	}
	key_index_set(&table->by_ends, key, (uint32_t)table->flows.count);
	struct flow *flow = vec_push(&table->flows);
	flow->number = table->next_number++;
	flow->source = packet->source;
	flow->target = packet->target;
	flow->source_port = packet->source_port;
	flow->target_port = packet->target_port;
	flow->protocol = packet->protocol;
	flow->is_from_guest =
		!table->has_guest_mac || memcmp(table->guest_mac, packet->source_mac, 6) == 0;
	flow->first_time_ns = packet->time_ns;
	flow->domain = gather_name(table->gather, &packet->target);
	flow->sides[0].window_scale = flow->sides[1].window_scale = 0xff;
	return flow;
}

static bool is_first_syn(const struct packet *packet)
{
	return packet->layer == PACKET_LAYER_TCP &&
	       (packet->tcp.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static struct flow *find_flow(struct flow_table *table, const struct packet *packet)
{
	struct flow_key key = make_key(packet);
	uint32_t index;

	if (key_index_get(&table->by_ends, &key, &index)) {
		struct flow *flow = &table->flows.data[index];
		if (!is_first_syn(packet) || !is_over(flow))
			return flow; /* else the port is used again */
	}
	return add_flow(table, packet, &key);
}

/* ---- what a packet changes ---- */

static void learn_syn(struct flow *flow, const struct packet *packet, unsigned direction)
{
	struct flow_side *side = &flow->sides[direction];
	struct tcp_options options;

	side->base = packet->tcp.sequence;
	side->has_base = true;
	(void)tcp_options_decode(packet->tcp.options, &options);
	side->window_scale = options.window_scale;
	if (packet->tcp.flags & TCP_ACK)
		flow->has_syn_ack = true;
	else
		flow->has_syn = true;
}

/* A connection that was there before the capture counts from the first bytes seen. */
static void guess_bases(struct flow *flow, const struct packet *packet, unsigned direction)
{
	struct flow_side *sender = &flow->sides[direction], *other = &flow->sides[!direction];

	if (!sender->has_base) {
		sender->base = packet->tcp.sequence - 1;
		sender->has_base = true;
	}
	if (!other->has_base && packet->tcp.flags & TCP_ACK) {
		other->base = packet->tcp.acknowledgment - 1;
		other->has_base = true;
	}
}

static void update_tcp_state(struct flow *flow, const struct packet *packet, unsigned direction)
{
	uint16_t flags = packet->tcp.flags;

	if (flags & TCP_SYN)
		learn_syn(flow, packet, direction);
	guess_bases(flow, packet, direction);
	if (flags & TCP_FIN)
		flow->sides[direction].has_fin = true;
	if (flags & TCP_RST) {
		flow->has_rst = true;
		if (flow->state == FLOW_UNANSWERED && direction == 1 && !flow->has_syn_ack)
			flow->state = FLOW_REFUSED;
		else if (flow->state != FLOW_CLOSED && flow->state != FLOW_REFUSED)
			flow->state = FLOW_RESET;
	} else if (flow->sides[0].has_fin && flow->sides[1].has_fin) {
		if (flow->state != FLOW_RESET)
			flow->state = FLOW_CLOSED;
	} else if (flow->state == FLOW_UNANSWERED && direction == 1) {
		flow->state = FLOW_OPEN;
	}
}

static void end_conversation(struct flow_table *table, struct flow *flow)
{
	if (!flow->conversation)
		return;
	conversation_free(flow->conversation);
	flow->conversation = NULL;
	flow->is_understood = true;
	table->conversation_count--;
}

static void listen_in(struct flow_table *table, struct flow *flow, const struct packet *packet,
		      unsigned direction)
{
	if (!packet->payload.size || flow->is_understood)
		return;
	if (!flow->conversation) {
		if (table->conversation_count >= FLOW_MAX_CONVERSATIONS) {
			gather_note(table->gather, GATHER_STREAM_LIMIT);
			flow->is_understood = true;
			return;
		}
		flow->conversation = conversation_new(flow->number);
		table->conversation_count++;
		for (unsigned i = 0; i < 2; i++)
			if (flow->sides[i].has_base)
				stream_start(&flow->conversation->streams[i],
					     flow->sides[i].base + 1);
	}
	const char *service =
		conversation_add(flow->conversation, table->gather, packet, direction);
	if (service)
		flow->service = service;
	if (flow->conversation->kind == CONVERSATION_OVER)
		end_conversation(table, flow);
}

static void keep_first_bytes(struct flow_side *side, struct span payload)
{
	struct span fresh = span_clip(payload, 0, FLOW_FIRST_BYTES - side->first_size);

	if (!fresh.size)
		return;
	side->first = xrealloc_array(side->first, side->first_size + fresh.size, 1);
	memcpy(side->first + side->first_size, fresh.data, fresh.size);
	side->first_size += fresh.size;
}

static void append_detail(const struct flow *flow, const struct packet *packet, unsigned direction,
			  struct buffer *out)
{
	const struct flow_side *sender = &flow->sides[direction], *other = &flow->sides[!direction];
	bool has_scales = sender->window_scale != 0xff && other->window_scale != 0xff;
	struct detail_connection connection = {
		.sequence_base = sender->base,
		.acknowledgment_base = other->base,
		.window_shift = has_scales ? sender->window_scale : 0,
	};

	packet_detail(packet, &connection, out);
}

static unsigned packet_direction(const struct flow *flow, const struct packet *packet)
{
	return ip_address_equal(&flow->source, &packet->source) &&
			       flow->source_port == packet->source_port
		       ? 0
		       : 1;
}

static void keep_detail(struct flow *flow, const struct packet *packet, unsigned direction)
{
	cleanup_buffer struct buffer line = {0};

	if (flow->detail)
		return;
	append_detail(flow, packet, direction, &line);
	flow->detail = buffer_steal(&line);
}

static void look_into_datagram(struct flow_table *table, struct flow *flow,
			       const struct packet *packet)
{
	static const struct {
		uint16_t port;
		const char *name;
	} services[] = {{67, "dhcp"}, {123, "ntp"}, {1900, "ssdp"}, {5353, "mdns"}};

	if (packet->is_fragment)
		return;
	if (packet->source_port == 53 || packet->target_port == 53) {
		flow->service = "dns";
		if (packet->payload.size)
			gather_dns(table->gather, packet, flow->number, packet->payload);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].port == flow->target_port)
			flow->service = services[i].name;
}

void flow_table_add(struct flow_table *table, const struct packet *packet)
{
	struct flow *flow = find_flow(table, packet);

	if (!flow)
		return;
	unsigned direction = packet_direction(flow, packet);
	struct flow_side *side = &flow->sides[direction];
	flow->last_time_ns = packet->time_ns;
	side->packets++;
	side->bytes += packet->payload_size;
	keep_first_bytes(side, packet->payload);
	if (packet->layer == PACKET_LAYER_TCP) {
		update_tcp_state(flow, packet, direction);
		keep_detail(flow, packet, direction);
		listen_in(table, flow, packet, direction);
		if (is_over(flow))
			end_conversation(table, flow);
	} else {
		keep_detail(flow, packet, direction);
		if (direction == 1)
			flow->state = FLOW_EXCHANGE;
		if (packet->layer == PACKET_LAYER_UDP)
			look_into_datagram(table, flow, packet);
	}
}

void flow_table_detail(const struct flow_table *table, const struct packet *packet,
		       struct buffer *out)
{
	struct flow_key key = make_key(packet);
	uint32_t index;

	if (packet->source.family && key_index_get(&table->by_ends, &key, &index)) {
		const struct flow *flow = &table->flows.data[index];
		append_detail(flow, packet, packet_direction(flow, packet), out);
	} else {
		packet_detail(packet, NULL, out);
	}
}

/* ---- the report ---- */

static const char *address_text(struct arena *arena, const struct ip_address *address)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	ip_address_text(address, text);
	return arena_strdup(arena, text);
}

static void export_flow(struct arena *arena, const struct flow *flow, struct network_flow *ret)
{
	char protocol[16];

	*ret = (struct network_flow){
		.number = flow->number,
		.protocol = arena_strdup(arena, flow_protocol_text(flow->protocol, protocol)),
		.state = flow->state,
		.source = address_text(arena, &flow->source),
		.source_port = flow->source_port,
		.target = address_text(arena, &flow->target),
		.target_port = flow->target_port,
		.is_from_guest = flow->is_from_guest,
		.domain = flow->domain,
		.service = flow->service,
		.first_time_ns = flow->first_time_ns,
		.last_time_ns = flow->last_time_ns,
		.packets_sent = flow->sides[0].packets,
		.packets_received = flow->sides[1].packets,
		.bytes_sent = flow->sides[0].bytes,
		.bytes_received = flow->sides[1].bytes,
		.has_syn = flow->has_syn,
		.has_syn_ack = flow->has_syn_ack,
		.has_fin = flow->sides[0].has_fin || flow->sides[1].has_fin,
		.has_rst = flow->has_rst,
		.first_sent =
			arena_copy(arena, span_of(flow->sides[0].first, flow->sides[0].first_size)),
		.first_received =
			arena_copy(arena, span_of(flow->sides[1].first, flow->sides[1].first_size)),
		.detail = arena_strdup(arena, flow->detail ? flow->detail : ""),
	};
}

void flow_table_finish(struct flow_table *table, struct network_report *report)
{
	struct arena *arena = table->gather->arena;
	size_t room = min_of(table->flows.count, (size_t)FLOW_MAX_LISTED);
	struct network_flow *list = arena_alloc(arena, (room + 1) * sizeof(*list));
	size_t kept = 0, listed = 0;

	vec_foreach(&table->flows, flow) {
		flow_groups_add(&table->groups, flow);
		kept += is_worth_keeping(flow);
	}
	/* Those that carried nothing get what room is left; all in the order of time. */
	size_t idle_room = room - min_of(kept, room);
	vec_foreach(&table->flows, flow) {
		bool is_kept = is_worth_keeping(flow);
		if (listed == room || (!is_kept && idle_room == 0))
			continue;
		idle_room -= !is_kept;
		export_flow(arena, flow, &list[listed++]);
	}
	report->flow_count = table->next_number - 1;
	report->flows.data = list;
	report->flows.count = listed;
	flow_groups_finish(&table->groups, arena, report);
}
