/* SPDX-License-Identifier: MIT */
#pragma once
/* The services behind session.h. */
#include "internet/session.h"

extern const struct service service_http;
extern const struct service service_dns;    /* DNS over TCP */
extern const struct service service_silent; /* reads on and says nothing */
extern const struct service service_tls;    /* for now: refuses the handshake with an alert */

/* A service of lines whose server speaks first at this port; NULL when there is none. Appends its
 * greeting to the session's output. */
const struct service *service_line_greet(struct session *session);
/* A service of lines that the client's first bytes name (IRC, SMTP); HTTP_MORE while unclear. */
enum http_state service_line_sniff(struct span bytes, const struct service **ret);

/* What an HTTP server gives for a request. */
struct http_content {
	unsigned status;
	const char *reason;
	const char *type;
	struct span body;
};
/* text: storage for a body made for this request. */
void http_content_for(struct span host, struct span target, const struct session_world *world,
		      char text[IP_ADDRESS_TEXT_SIZE], struct http_content *ret);
