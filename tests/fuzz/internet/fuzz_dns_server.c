/* SPDX-License-Identifier: MIT */
/* A datagram to the simulated internet, at a port that the first two bytes name; the answer must be readable. */
#include <stdlib.h>
#include <string.h>

#include "internet/udp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const missing[] = {"missing.example"};
	static struct names *names;
	struct span bytes = span_of(data, size);
	cleanup_buffer struct buffer out = {0};
	struct udp_request request = {.port = span_u16(bytes, 0, BYTE_ORDER_BIG),
				      .payload = span_clip(bytes, 2, size)};
	struct dns_answer answer;
	struct dns_parser parser;
	struct dns_record record;

	if (!names)
		names = names_new();
	struct dns_server server = {
		.names = names, .missing_names = missing, .missing_count = 1, .has_ipv6 = true};
	const char *service = udp_answer(&server, &request, &out, &answer);
	if (!service || strcmp(service, "dns") != 0)
		return 0;
	if (!dns_parser_init(&parser, buffer_span(&out)))
		abort();
	for (unsigned i = 0; i < parser.header.question_count; i++)
		if (!dns_parser_question(&parser, &answer.question))
			abort();
	for (unsigned i = parser.header.answer_count + parser.header.authority_count + 0U +
			  parser.header.additional_count;
	     i > 0; i--)
		if (!dns_parser_record(&parser, &record))
			abort();
	if (reader_left(&parser.reader) != 0 || out.size > size + DNS_MAX_ANSWER_SIZE)
		abort();
	return 0;
}
