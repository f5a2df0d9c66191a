/* SPDX-License-Identifier: MIT */
#include "packet/gather.h"

#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "packet/detail.h"
#include "packet/dns.h"

enum { MAX_ANSWERS = 64, MAX_VALUE = 1024, MAX_TEXT = 16 * 1024 };

/* What a query and its answer have in common. */
struct query_key {
	struct ip_address client;
	struct ip_address server;
	uint16_t client_port;
	uint16_t server_port;
	uint16_t id;
	uint8_t protocol;
	uint8_t zero;
};
_Static_assert(sizeof(struct query_key) == 42 && sizeof(struct query_key) <= KEY_INDEX_MAX_KEY,
	       "compared as bytes: no padding");

void gather_init(struct gather *gather, struct arena *arena)
{
	*gather = (struct gather){.arena = arena};
	key_index_init(&gather->open_queries, sizeof(struct query_key));
	key_index_init(&gather->names_by_address, sizeof(struct ip_address));
}

void gather_deinit(struct gather *gather)
{
	key_index_deinit(&gather->open_queries);
	key_index_deinit(&gather->names_by_address);
	vec_deinit(&gather->dns);
	vec_deinit(&gather->http);
	vec_deinit(&gather->tls);
	vec_deinit(&gather->names);
}

void gather_note(struct gather *gather, enum gather_anomaly anomaly)
{
	if (gather->anomalies[anomaly].count++ == 0)
		gather->anomalies[anomaly].first_packet = gather->packet_number;
}

const char *gather_text(struct gather *gather, struct span bytes)
{
	struct span cut = span_clip(bytes, 0, MAX_TEXT);

	return cut.size ? arena_strndup(gather->arena, cut.data, cut.size) : NULL;
}

const char *gather_name(const struct gather *gather, const struct ip_address *address)
{
	uint32_t index;

	return key_index_get(&gather->names_by_address, address, &index) ? gather->names.data[index]
									 : NULL;
}

static void learn_name(struct gather *gather, const struct ip_address *address, const char *name)
{
	uint32_t index;

	if (key_index_get(&gather->names_by_address, address, &index)) {
		gather->names.data[index] = name;
	} else if (gather->names.count < GATHER_MAX_NAMES) {
		vec_add(&gather->names, name);
		key_index_set(&gather->names_by_address, address,
			      (uint32_t)(gather->names.count - 1));
	}
}

static struct query_key make_key(const struct packet *packet, bool is_response, uint16_t id)
{
	struct query_key key = {.id = id, .protocol = packet->protocol};

	key.client = is_response ? packet->target : packet->source;
	key.server = is_response ? packet->source : packet->target;
	key.client_port = is_response ? packet->target_port : packet->source_port;
	key.server_port = is_response ? packet->source_port : packet->target_port;
	return key;
}

/* The line of a message; out of a stream, the packet is the one that completed it. */
static const char *make_detail(struct gather *gather, const struct packet *packet,
			       struct span message)
{
	cleanup_buffer struct buffer text = {.limit = 4096};
	cleanup_buffer struct buffer line = {.limit = 8192};

	if (packet_dns_text(message, &text))
		packet_detail_as(packet, "DNS", buffer_span(&text), &line);
	return gather_text(gather, buffer_span(&line));
}

static uint32_t add_exchange(struct gather *gather, const struct query_key *key,
			     const struct packet *packet, uint64_t flow,
			     const struct dns_question *question)
{
	char type[16], server[IP_ADDRESS_TEXT_SIZE];

	gather->dns_count++;
	if (gather->dns.count >= GATHER_MAX_DNS)
		return GATHER_NONE;
	ip_address_text(&key->server, server);
	struct dns_exchange *exchange = vec_push(&gather->dns);
	exchange->flow = flow;
	exchange->time_ns = packet->time_ns;
	exchange->transport = packet->protocol == IPPROTO_TCP ? "tcp" : "udp";
	exchange->server = arena_strdup(gather->arena, server);
	exchange->server_port = key->server_port;
	exchange->local_port = key->client_port;
	exchange->name = arena_strdup(gather->arena, question->name);
	exchange->type = arena_strdup(gather->arena, dns_type_text(question->type, type));
	uint32_t index = (uint32_t)(gather->dns.count - 1);
	key_index_set(&gather->open_queries, key, index);
	return index;
}

static struct dns_record_value *add_value(struct gather *gather, struct dns_exchange *exchange,
					  struct dns_record_value **values,
					  const struct dns_record *record, const char *value)
{
	char type[16];

	if (!*values)
		*values = arena_alloc(gather->arena, MAX_ANSWERS * sizeof(**values));
	struct dns_record_value *added = &(*values)[exchange->answers.count++];
	added->name = arena_strdup(gather->arena, record->name);
	added->type = arena_strdup(gather->arena, dns_type_text(record->type, type));
	added->value = value;
	added->ttl = record->ttl;
	exchange->answers.data = *values;
	return added;
}

static void take_answers(struct gather *gather, struct dns_parser *parser,
			 const struct dns_question *question, struct dns_exchange *exchange)
{
	struct dns_record_value *values = NULL;
	const char *asked = NULL;
	struct dns_record record;

	for (unsigned i = 0; i < parser->header.answer_count && i < MAX_ANSWERS; i++) {
		cleanup_buffer struct buffer value = {.limit = MAX_VALUE};
		if (!dns_parser_record(parser, &record)) {
			gather_note(gather, GATHER_DNS_MALFORMED);
			return;
		}
		dns_record_text(parser, &record, &value);
		if (exchange)
			add_value(gather, exchange, &values, &record,
				  arena_strndup(gather->arena, value.data ? value.data : "",
						value.size));
		if (record.type == DNS_TYPE_A || record.type == DNS_TYPE_AAAA) {
			struct ip_address address = ip_address_of(record.data);
			if (!asked && gather->names.count < GATHER_MAX_NAMES)
				asked = arena_strdup(gather->arena, question->name);
			if (asked && address.family)
				learn_name(gather, &address, asked);
		}
	}
}

static void take_response(struct gather *gather, const struct packet *packet, uint64_t flow,
			  struct dns_parser *parser, const struct dns_question *question)
{
	struct query_key key = make_key(packet, true, parser->header.id);
	const char *result = dns_result_text(dns_flags_result(parser->header.flags));
	uint32_t index = GATHER_NONE;

	if (!key_index_get(&gather->open_queries, &key, &index) ||
	    strcasecmp(gather->dns.data[index].name, question->name) != 0)
		index = add_exchange(gather, &key, packet, flow, question);
	struct dns_exchange *exchange = index == GATHER_NONE ? NULL : &gather->dns.data[index];
	if (exchange && exchange->answer_time_ns) /* answered already: the first one counts */
		return;
	if (exchange) {
		exchange->answer_time_ns = packet->time_ns;
		exchange->result = result ? result : "Unknown error";
		exchange->answer_detail = make_detail(gather, packet, parser->reader.span);
	}
	take_answers(gather, parser, question, exchange);
}

void gather_dns(struct gather *gather, const struct packet *packet, uint64_t flow,
		struct span message)
{
	struct dns_parser parser;
	struct dns_question question = {0};

	if (!dns_parser_init(&parser, message) ||
	    (parser.header.question_count && !dns_parser_question(&parser, &question))) {
		gather_note(gather, GATHER_DNS_MALFORMED);
		return;
	}
	for (unsigned i = 1; i < parser.header.question_count; i++) {
		struct dns_question other;
		if (!dns_parser_question(&parser, &other))
			break;
	}
	if (parser.header.flags & DNS_FLAG_RESPONSE) {
		take_response(gather, packet, flow, &parser, &question);
		return;
	}
	struct query_key key = make_key(packet, false, parser.header.id);
	uint32_t index;
	if (key_index_get(&gather->open_queries, &key, &index)) {
		const struct dns_exchange *before = &gather->dns.data[index];
		if (!before->answer_time_ns && strcasecmp(before->name, question.name) == 0)
			return; /* sent again */
	}
	index = add_exchange(gather, &key, packet, flow, &question);
	if (index != GATHER_NONE)
		gather->dns.data[index].detail = make_detail(gather, packet, message);
}

static const struct {
	const char *code;
	const char *text;
} anomaly_texts[GATHER_ANOMALIES] = {
	[GATHER_PACKET_CUT] = {"packet_cut", "shorter than its headers say"},
	[GATHER_PACKET_LENGTH] = {"packet_length", "a length field contradicts another"},
	[GATHER_PACKET_OPTIONS] = {"tcp_options", "TCP options run over their end"},
	[GATHER_PACKET_HEADERS] = {"ipv6_headers", "too many IPv6 extension headers"},
	[GATHER_DNS_MALFORMED] = {"dns_malformed", "a DNS message that cannot be read to its end"},
	[GATHER_STREAM_LIMIT] = {"stream_limit", "too many connections at once: not looked into"},
	[GATHER_FLOW_LIMIT] = {"flow_limit", "too many flows: counted as packets only"},
	[GATHER_FILE_MALFORMED] = {"capture_malformed", "the capture cannot be read further"},
};

static void finish_anomalies(struct gather *gather, struct network_report *report)
{
	struct anomaly *all = arena_alloc(gather->arena, GATHER_ANOMALIES * sizeof(*all));

	report->anomalies.data = all;
	for (size_t i = 0; i < GATHER_ANOMALIES; i++) {
		uint64_t count = gather->anomalies[i].count;
		if (!count)
			continue;
		struct anomaly *anomaly = &all[report->anomalies.count++];
		anomaly->code = anomaly_texts[i].code;
		anomaly->text =
			arena_printf(gather->arena, "%s (%llu packets, the first is number %llu)",
				     anomaly_texts[i].text, (unsigned long long)count,
				     (unsigned long long)gather->anomalies[i].first_packet);
	}
}

void gather_finish(struct gather *gather, struct network_report *report)
{
	report->dns_count = gather->dns_count;
	report->http_count = gather->http_count;
	report->tls_count = gather->tls_count;
	list_take(gather->arena, &report->dns, gather->dns.data, gather->dns.count);
	list_take(gather->arena, &report->http, gather->http.data, gather->http.count);
	list_take(gather->arena, &report->tls, gather->tls.data, gather->tls.count);
	finish_anomalies(gather, report);
}
