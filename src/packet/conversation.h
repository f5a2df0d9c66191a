/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What is said on one TCP connection: both directions put in order, recognized by their first bytes, and read
 * as HTTP/1, TLS or DNS into the gathered records.
 */
#include "packet/gather.h"
#include "packet/http.h"
#include "packet/stream.h"

enum { CONVERSATION_MAX_REQUESTS = 32 };

enum conversation_kind {
	CONVERSATION_UNKNOWN,
	CONVERSATION_HTTP,
	CONVERSATION_TLS,
	CONVERSATION_DNS,
	CONVERSATION_OVER, /* nothing more to learn */
};

/* How far one direction of HTTP is. */
struct http_side {
	bool is_in_body;
	enum http_body_kind body;
	uint64_t left;
	struct http_chunks chunks;
	uint32_t record; /* index in gather->http, of the message whose body this is */
};

struct conversation {
	uint64_t flow;
	enum conversation_kind kind;
	unsigned client; /* which direction asks: 0 or 1 */
	struct stream streams[2];
	struct http_side http[2];
	/* Requests whose response is still to come, oldest first. */
	uint32_t waiting[CONVERSATION_MAX_REQUESTS];
	size_t waiting_count;
	uint32_t tls_record;
	bool has_tls_record;
};

struct conversation *conversation_new(uint64_t flow);
void conversation_free(struct conversation *conversation);
/* Takes a TCP packet's payload. direction: 0 from the flow's source, 1 from its target. Once `kind` is
 * CONVERSATION_OVER it can be freed. Returns the service's name once it is known, else NULL. */
const char *conversation_add(struct conversation *conversation, struct gather *gather,
			     const struct packet *packet, unsigned direction);
