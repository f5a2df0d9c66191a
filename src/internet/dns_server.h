/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The DNS server that stands behind every address of the simulated internet. Every name exists but
 * those under a name that the analyst listed; types without an answer of their own get "no data".
 */
#include "internet/names.h"
#include "packet/dns.h"

enum { DNS_ANSWER_TTL = 300, DNS_MAX_ANSWER_SIZE = 1232 };

struct dns_server {
	struct names *names;
	const char *const *missing_names; /* a name, or any below it, gets "no such name" */
	size_t missing_count;
	bool has_ipv6; /* AAAA has addresses; else "no data" */
};

struct dns_answer {
	struct dns_question question;
	uint16_t result; /* 0 done, 1 format error, 3 no such name, 4 not implemented, 5 refused */
	char value[IP_ADDRESS_TEXT_SIZE]; /* an A or AAAA answer's address; else "" */
};

/* Appends the whole response message. False, and nothing appended, when the bytes are no query (too
 * short, or a response): such get no answer. */
bool dns_server_answer(const struct dns_server *server, struct span query, struct buffer *out,
		       struct dns_answer *ret);
