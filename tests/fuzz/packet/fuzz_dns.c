/* SPDX-License-Identifier: MIT */
/* A DNS message: all questions and records, and its line. */
#include "packet/detail.h"
#include "packet/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buffer struct buffer text = {.limit = 65536};
	struct dns_question question;
	struct dns_record record;
	struct dns_parser parser;

	(void)packet_dns_text(span_of(data, size), &text);
	if (!dns_parser_init(&parser, span_of(data, size)))
		return 0;
	for (unsigned i = 0; i < parser.header.question_count; i++)
		if (!dns_parser_question(&parser, &question))
			return 0;
	while (dns_parser_record(&parser, &record))
		dns_record_text(&parser, &record, &text);
	return 0;
}
