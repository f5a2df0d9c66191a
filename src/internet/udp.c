/* SPDX-License-Identifier: MIT */
#include "internet/udp.h"

#include "base/clock.h"

enum {
	NTP_SIZE = 48,
	NTP_TRANSMIT = 40,
	NTP_MODE_CLIENT = 3,
	MAX_DNS_NAME_BYTES = 512,
};

static const uint64_t ntp_epoch = 2208988800; /* seconds from 1900 to 1970 */

static void append_ntp_time(struct buffer *out, uint64_t realtime_ns)
{
	append_be32(out, (uint32_t)(realtime_ns / 1000000000 + ntp_epoch));
	append_be32(out, (uint32_t)(((realtime_ns % 1000000000) << 32) / 1000000000));
}

/* RFC 5905 7.3; a server of stratum 2 */
static bool answer_ntp(struct span query, struct buffer *out)
{
	uint8_t first = span_u8(query, 0);
	uint64_t now = clock_realtime_ns();

	if (query.size < NTP_SIZE || (first & 7) != NTP_MODE_CLIENT)
		return false;
	buffer_append_u8(out, (uint8_t)((first & 0x38) | 4)); /* version as asked, mode server */
	buffer_append_u8(out, 2);
	buffer_append_u8(out, span_u8(query, 2));
	buffer_append_u8(out, 0xe9); /* precision 2^-23 s */
	append_be32(out, 0x00000100);
	append_be32(out, 0x00000200);
	append_be32(out, 0xc0000201);
	append_ntp_time(out, now - 60000000000);
	struct span transmit = span_clip(query, NTP_TRANSMIT, 8);
	buffer_append(out, transmit.data, transmit.size);
	append_ntp_time(out, now);
	append_ntp_time(out, now);
	return true;
}

/* Whether these bytes, sent to any port, are a DNS query of the ordinary kind. */
static bool looks_like_dns(struct span query)
{
	struct dns_parser parser;
	struct dns_question question;

	if (query.size > MAX_DNS_NAME_BYTES || !dns_parser_init(&parser, query))
		return false;
	const struct dns_header *header = &parser.header;
	/* Query, standard operation, no reserved bit; then one question that parses. */
	if ((header->flags & 0xfe4f) || header->question_count != 1 || header->answer_count ||
	    header->authority_count || header->additional_count > 1)
		return false;
	return dns_parser_question(&parser, &question) && (question.class == 1) &&
	       (header->additional_count || reader_left(&parser.reader) == 0);
}

const char *udp_answer(const struct dns_server *dns, const struct udp_request *request,
		       struct buffer *out, struct dns_answer *ret_dns)
{
	if (request->port == 123 && answer_ntp(request->payload, out))
		return "ntp";
	if ((request->port == 53 || looks_like_dns(request->payload)) &&
	    dns_server_answer(dns, request->payload, out, ret_dns))
		return "dns";
	return NULL;
}
