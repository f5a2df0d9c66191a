/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * DNS messages, read from hostile bytes (RFC 1035, 3596, 2782, 6891).
 *
 * Names become text with dots between labels; bytes outside of letters, digits and the usual marks
 * become \DDD, a dot inside a label \046, so that text never claims a label boundary that is not
 * there. The root is ".". A compression pointer must point before the name that holds it, which
 * bounds every walk.
 */
#include "base/buffer.h"
#include "base/span.h"

enum {
	DNS_NAME_TEXT_SIZE = 1024, /* 255 bytes, each at most 4 characters */
	DNS_HEADER_SIZE = 12,
};

enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_NS = 2,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_SOA = 6,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_MX = 15,
	DNS_TYPE_TXT = 16,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_SRV = 33,
	DNS_TYPE_OPT = 41,
	DNS_TYPE_HTTPS = 65,
	DNS_TYPE_ANY = 255,
};

enum dns_flag {
	DNS_FLAG_RESPONSE = 0x8000,
	DNS_FLAG_AUTHORITATIVE = 0x0400,
	DNS_FLAG_TRUNCATED = 0x0200,
	DNS_FLAG_RECURSION_DESIRED = 0x0100,
	DNS_FLAG_RECURSION_AVAILABLE = 0x0080,
};

struct dns_header {
	uint16_t id;
	uint16_t flags;
	uint16_t question_count;
	uint16_t answer_count;
	uint16_t authority_count;
	uint16_t additional_count;
};

struct dns_question {
	char name[DNS_NAME_TEXT_SIZE];
	uint16_t type;
	uint16_t class;
};

struct dns_record {
	char name[DNS_NAME_TEXT_SIZE];
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	size_t data_offset; /* of data in the message, for names inside it */
	struct span data;
};

struct dns_parser {
	struct reader reader; /* over the whole message */
	struct dns_header header;
};

/* False when there is no whole header. */
bool dns_parser_init(struct dns_parser *parser, struct span message);
/* The next question or record; false at a malformed one, after which all later calls give false.
 * The caller counts by the header: questions first, then the records of the three sections. */
bool dns_parser_question(struct dns_parser *parser, struct dns_question *ret);
bool dns_parser_record(struct dns_parser *parser, struct dns_record *ret);

/* Reads a name at the reader's place in a whole message. False leaves the reader failed. */
bool dns_name_read(struct reader *reader, char out[DNS_NAME_TEXT_SIZE]);
/* A record's value: an address, a name, "10 mail.example", quoted text, hexadecimal for the rest. */
void dns_record_text(const struct dns_parser *parser, const struct dns_record *record,
		     struct buffer *out);

/* "A", "AAAA"…; "TYPE65280" for what has no name here, written to `out`. */
const char *dns_type_text(uint16_t type, char out[16]);
uint16_t dns_flags_operation(uint16_t flags);
uint16_t dns_flags_result(uint16_t flags);
/* "No error", "No such name"… (the words of Wireshark), NULL for one without a name. */
const char *dns_result_text(uint16_t result);
