/* SPDX-License-Identifier: MIT */
#include "internet/dns_server.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum {
	CLASS_IN = 1,
	CLASS_ANY = 255,
	RESULT_FORMAT_ERROR = 1,
	RESULT_NO_SUCH_NAME = 3,
	RESULT_NOT_IMPLEMENTED = 4,
	RESULT_REFUSED = 5,
	POINTER_TO_QUESTION = 0xc000 | DNS_HEADER_SIZE,
};

/* The message under construction. */
struct response {
	const struct dns_server *server;
	struct buffer *out;
	const struct dns_question *question;
	uint16_t answers;
	uint16_t authorities;
	char *value; /* of struct dns_answer */
};

/* A name of ours: plain labels, no escapes. */
static void append_name(struct buffer *out, const char *name)
{
	while (*name && *name != '.') {
		size_t size = strcspn(name, ".");
		buffer_append_u8(out, (uint8_t)min_of(size, (size_t)63));
		buffer_append(out, name, min_of(size, (size_t)63));
		name += size;
		if (*name == '.')
			name++;
	}
	buffer_append_u8(out, 0);
}

/* A label and then the question's own name, by pointer. */
static void append_host(struct buffer *out, const char *label)
{
	buffer_append_u8(out, (uint8_t)strlen(label));
	buffer_append_text(out, label);
	append_be16(out, POINTER_TO_QUESTION);
}

/* The record's head up to its size, which record_end() sets. */
static size_t record_begin(struct response *response, uint16_t type)
{
	append_be16(response->out, POINTER_TO_QUESTION);
	append_be16(response->out, type);
	append_be16(response->out, CLASS_IN);
	append_be32(response->out, DNS_ANSWER_TTL);
	append_be16(response->out, 0);
	return response->out->size;
}

static void record_end(struct response *response, size_t start)
{
	size_t size = response->out->size - start;

	response->out->data[start - 2] = (char)(size >> 8);
	response->out->data[start - 1] = (char)size;
}

static void answer_a(struct response *response)
{
	struct ip_address address =
		names_address(response->server->names, response->question->name);
	size_t start = record_begin(response, DNS_TYPE_A);

	buffer_append(response->out, address.bytes, 4);
	record_end(response, start);
	ip_address_text(&address, response->value);
	response->answers++;
}

static void answer_aaaa(struct response *response)
{
	if (!response->server->has_ipv6)
		return;
	struct ip_address address =
		names_address_v6(response->server->names, response->question->name);
	size_t start = record_begin(response, DNS_TYPE_AAAA);
	buffer_append(response->out, address.bytes, 16);
	record_end(response, start);
	ip_address_text(&address, response->value);
	response->answers++;
}

static void answer_ns(struct response *response)
{
	static const char *const labels[] = {"ns1", "ns2"};

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		size_t start = record_begin(response, DNS_TYPE_NS);
		append_host(response->out, labels[i]);
		record_end(response, start);
		response->answers++;
	}
}

static void answer_mx(struct response *response)
{
	size_t start = record_begin(response, DNS_TYPE_MX);

	append_be16(response->out, 10);
	append_host(response->out, "mail");
	record_end(response, start);
	response->answers++;
}

static void answer_txt(struct response *response)
{
	static const char text[] = "v=spf1 mx ~all";
	size_t start = record_begin(response, DNS_TYPE_TXT);

	buffer_append_u8(response->out, sizeof(text) - 1);
	buffer_append(response->out, text, sizeof(text) - 1);
	record_end(response, start);
	response->answers++;
}

static void answer_srv(struct response *response)
{
	size_t start = record_begin(response, DNS_TYPE_SRV);

	append_be16(response->out, 10);
	append_be16(response->out, 5);
	append_be16(response->out, 443);
	append_host(response->out, "srv");
	record_end(response, start);
	response->answers++;
}

static void append_soa(struct response *response)
{
	size_t start = record_begin(response, DNS_TYPE_SOA);

	append_host(response->out, "ns1");
	append_host(response->out, "hostmaster");
	append_be32(response->out, 2024031501);
	append_be32(response->out, 7200);
	append_be32(response->out, 900);
	append_be32(response->out, 1209600);
	append_be32(response->out, DNS_ANSWER_TTL);
	record_end(response, start);
}

static void answer_soa(struct response *response)
{
	append_soa(response);
	response->answers++;
}

/* "4.3.2.1.in-addr.arpa" → 1.2.3.4 */
static bool parse_reverse_v4(const char *name, struct ip_address *ret)
{
	unsigned part[4];
	int end = 0;

	if (sscanf(name, "%3u.%3u.%3u.%3u%n", &part[3], &part[2], &part[1], &part[0], &end) != 4 ||
	    strcasecmp(name + end, ".in-addr.arpa") != 0)
		return false;
	uint32_t value = 0;
	for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
		if (part[i] > 255)
			return false;
		value = value << 8 | part[i];
	}
	*ret = ip_address_v4(value);
	return true;
}

/* 32 nibbles, the last one first, and ".ip6.arpa" */
static bool parse_reverse_v6(const char *name, struct ip_address *ret)
{
	char hex[33] = {0};
	uint8_t bytes[16];

	if (strlen(name) != 64 + strlen("ip6.arpa") || strcasecmp(name + 64, "ip6.arpa") != 0)
		return false;
	for (size_t i = 0; i < 32; i++) {
		if (name[2 * i + 1] != '.')
			return false;
		hex[31 - i] = name[2 * i];
	}
	if (!text_unhex(hex, bytes, sizeof(bytes)))
		return false;
	*ret = ip_address_of(span_of(bytes, sizeof(bytes)));
	return true;
}

static void answer_ptr(struct response *response)
{
	struct ip_address address;
	char generic[IP_ADDRESS_TEXT_SIZE + 32];

	if (!parse_reverse_v4(response->question->name, &address) &&
	    !parse_reverse_v6(response->question->name, &address))
		return;
	const char *name = names_find(response->server->names, &address);
	/* A name with an escape in it cannot be written back label by label. */
	if (!name || strchr(name, '\\')) {
		char text[IP_ADDRESS_TEXT_SIZE];
		ip_address_text(&address, text);
		for (char *c = text; *c; c++)
			if (*c == '.' || *c == ':')
				*c = '-';
		snprintf(generic, sizeof(generic), "static-%s.example.net", text);
		name = generic;
	}
	size_t start = record_begin(response, DNS_TYPE_PTR);
	append_name(response->out, name);
	record_end(response, start);
	response->answers++;
}

static void answer_any(struct response *response)
{
	answer_a(response);
	answer_mx(response);
	answer_ns(response);
	answer_txt(response);
}

static const struct {
	uint16_t type;
	void (*answer)(struct response *response);
} answerers[] = {
	{DNS_TYPE_A, answer_a},     {DNS_TYPE_AAAA, answer_aaaa}, {DNS_TYPE_NS, answer_ns},
	{DNS_TYPE_MX, answer_mx},   {DNS_TYPE_TXT, answer_txt},   {DNS_TYPE_SRV, answer_srv},
	{DNS_TYPE_SOA, answer_soa}, {DNS_TYPE_PTR, answer_ptr},   {DNS_TYPE_ANY, answer_any},
};

static bool is_below(const char *name, const char *zone)
{
	size_t name_size = strlen(name), zone_size = strlen(zone);

	return name_size >= zone_size && strcasecmp(name + name_size - zone_size, zone) == 0 &&
	       (name_size == zone_size || name[name_size - zone_size - 1] == '.');
}

static bool is_missing(const struct dns_server *server, const char *name)
{
	for (size_t i = 0; i < server->missing_count; i++)
		if (is_below(name, server->missing_names[i]))
			return true;
	return false;
}

static uint16_t fill(struct response *response)
{
	const struct dns_question *question = response->question;
	uint16_t result = 0;

	if (question->class != CLASS_IN && question->class != CLASS_ANY)
		return RESULT_REFUSED;
	if (is_missing(response->server, question->name))
		result = RESULT_NO_SUCH_NAME;
	for (size_t i = 0; !result && i < ARRAY_SIZE(answerers); i++)
		if (answerers[i].type == question->type)
			answerers[i].answer(response);
	if (!response->answers) {
		append_soa(response);
		response->authorities = 1;
	}
	return result;
}

/* Whether one of the records behind the question is EDNS0's. */
static bool has_edns(struct dns_parser *parser)
{
	const struct dns_header *header = &parser->header;
	unsigned count =
		(unsigned)header->answer_count + header->authority_count + header->additional_count;
	struct dns_record record;

	for (unsigned i = 0; i < min_of(count, 16U) && dns_parser_record(parser, &record); i++)
		if (record.type == DNS_TYPE_OPT)
			return true;
	return false;
}

static void append_edns(struct buffer *out)
{
	buffer_append_u8(out, 0);
	append_be16(out, DNS_TYPE_OPT);
	append_be16(out, DNS_MAX_ANSWER_SIZE);
	append_be32(out, 0);
	append_be16(out, 0);
}

static void put_be16(struct buffer *out, size_t offset, uint16_t value)
{
	out->data[offset] = (char)(value >> 8);
	out->data[offset + 1] = (char)value;
}

/* A response without records: for what is no plain question. */
static void append_bare(const struct dns_header *header, uint16_t result, struct buffer *out)
{
	append_be16(out, header->id);
	append_be16(out, (uint16_t)(DNS_FLAG_RESPONSE | (header->flags & 0x7900) | result));
	append_be32(out, 0);
	append_be32(out, 0);
}

/* Whether the question's name is spelled out: a pointer into the header would mean something else in the
 * answer, whose header is another. */
static bool is_spelled_out(struct span question)
{
	size_t offset = 0;

	while (span_u8(question, offset) != 0 && span_u8(question, offset) < 0xc0)
		offset += span_u8(question, offset) + 1U;
	return span_u8(question, offset) == 0;
}

bool dns_server_answer(const struct dns_server *server, struct span query, struct buffer *out,
		       struct dns_answer *ret)
{
	struct dns_parser parser;

	*ret = (struct dns_answer){0};
	if (!dns_parser_init(&parser, query) || parser.header.flags & DNS_FLAG_RESPONSE)
		return false;
	const struct dns_header *header = &parser.header;
	if (dns_flags_operation(header->flags) != 0)
		ret->result = RESULT_NOT_IMPLEMENTED;
	else if (header->question_count != 1 || !dns_parser_question(&parser, &ret->question))
		ret->result = RESULT_FORMAT_ERROR;
	struct span question =
		span_clip(query, DNS_HEADER_SIZE, parser.reader.offset - DNS_HEADER_SIZE);
	if (!ret->result && !is_spelled_out(question))
		ret->result = RESULT_FORMAT_ERROR;
	if (ret->result) {
		append_bare(header, ret->result, out);
		return true;
	}
	size_t start = out->size;
	append_bare(header, 0, out);
	put_be16(out, start + 4, 1);
	buffer_append(out, question.data, question.size);
	struct response response = {
		.server = server, .out = out, .question = &ret->question, .value = ret->value};
	ret->result = fill(&response);
	uint16_t flags = (uint16_t)(DNS_FLAG_RESPONSE | DNS_FLAG_RECURSION_AVAILABLE |
				    (header->flags & DNS_FLAG_RECURSION_DESIRED) | ret->result);
	put_be16(out, start + 2, flags);
	put_be16(out, start + 6, response.answers);
	put_be16(out, start + 8, response.authorities);
	if (has_edns(&parser)) {
		append_edns(out);
		put_be16(out, start + 10, 1);
	}
	return true;
}
