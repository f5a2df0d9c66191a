/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * One TCP conversation of the simulated internet, without its socket: bytes go in, bytes come out.
 * Which service speaks is told by the port, for those where the server speaks first, else by the
 * first bytes of the client; what nobody knows is read in silence.
 *
 * Everything is bounded: what a service has not yet used (SESSION_MAX_INPUT), what waits to be sent
 * (SESSION_MAX_OUTPUT), what is kept for the log.
 */
#include "internet/dns_server.h"
#include "packet/http.h"

enum {
	SESSION_MAX_INPUT = 64 * 1024,
	SESSION_MAX_OUTPUT = 1024 * 1024,
	SESSION_FIRST_BYTES = 512,
	SESSION_NICK_SIZE = 32,
};

struct session;

struct service {
	const char *name;
	/* Uses up bytes of session->input and appends to session->output. */
	void (*feed)(struct session *session);
	const void *table; /* what the function goes by */
};

/* What all sessions know. */
struct session_world {
	const struct dns_server *dns;
	struct ip_address public_address; /* what "what is my address" services tell the guest */
};

struct session {
	const struct session_world *world;
	struct ip_address local; /* the address that the guest asked for */
	uint16_t local_port;
	const struct service *service; /* NULL: not known yet */
	struct buffer input;
	struct buffer output;
	struct buffer first; /* the first bytes from the client */
	uint64_t received;
	bool is_closing; /* close once the output is sent */

	unsigned step; /* the service's own state from here on */
	char nick[SESSION_NICK_SIZE];
	struct buffer reply; /* HTTP: the answer, until the request's body is in */
	uint64_t body_left;
	struct http_chunks chunks;
	bool is_chunked;
	bool closes_after_reply;
};

void session_init(struct session *session, const struct session_world *world,
		  const struct ip_address *local, uint16_t local_port);
void session_deinit(struct session *session);
void session_feed(struct session *session, struct span bytes);
/* "http", "smtp"…; "unknown" for one that nobody has recognized. */
const char *session_service_name(const struct session *session);
