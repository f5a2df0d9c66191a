/* SPDX-License-Identifier: MIT */
#include "internet/session.h"

#include <string.h>

#include "internet/services.h"
#include "packet/tls.h"

enum { DNS_PORT = 53 };

void session_init(struct session *session, const struct session_world *world,
		  const struct ip_address *local, uint16_t local_port)
{
	*session = (struct session){
		.world = world,
		.local = *local,
		.local_port = local_port,
		.input = {.limit = SESSION_MAX_INPUT},
		.output = {.limit = SESSION_MAX_OUTPUT},
		.first = {.limit = SESSION_FIRST_BYTES},
		.reply = {.limit = SESSION_MAX_INPUT},
	};
	session->service = local_port == DNS_PORT ? &service_dns : service_line_greet(session);
}

void session_deinit(struct session *session)
{
	buffer_deinit(&session->input);
	buffer_deinit(&session->output);
	buffer_deinit(&session->first);
	buffer_deinit(&session->reply);
}

const char *session_service_name(const struct session *session)
{
	return session->service ? session->service->name : "unknown";
}

/* Chooses by the first bytes; stays NULL while there are too few. */
static const struct service *recognize(struct span bytes)
{
	const struct service *line;

	enum http_state http = http_request_sniff(bytes);
	if (http == HTTP_DONE)
		return &service_http;
	enum tls_state tls = tls_sniff(bytes);
	if (tls == TLS_DONE)
		return &service_tls;
	enum http_state lines = service_line_sniff(bytes, &line);
	if (lines == HTTP_DONE)
		return line;
	if (http == HTTP_MORE || tls == TLS_MORE || lines == HTTP_MORE)
		return NULL;
	return &service_silent;
}

/* Lets services take bytes for as long as they use any up: one may hand over to another. */
static void serve(struct session *session)
{
	size_t before;

	do {
		if (session->is_closing)
			buffer_clear(&session->input);
		if (!session->input.size)
			return;
		if (!session->service)
			session->service = recognize(buffer_span(&session->input));
		if (!session->service)
			return;
		before = session->input.size;
		session->service->feed(session);
	} while (session->input.size < before);
}

void session_feed(struct session *session, struct span bytes)
{
	struct span first = span_clip(bytes, 0, SESSION_FIRST_BYTES - session->first.size);

	buffer_append(&session->first, first.data, first.size);
	session->received += bytes.size;
	while (bytes.size) {
		size_t room = SESSION_MAX_INPUT - session->input.size;
		struct span part = span_clip(bytes, 0, room);
		if (!part.size) { /* a service that waits for more than it may have */
			session->service = &service_silent;
			serve(session);
			continue;
		}
		buffer_append(&session->input, part.data, part.size);
		bytes = span_clip(bytes, part.size, bytes.size);
		serve(session);
	}
}
