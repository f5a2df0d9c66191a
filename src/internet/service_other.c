/* SPDX-License-Identifier: MIT */
#include "internet/services.h"

static void feed_silent(struct session *session)
{
	buffer_clear(&session->input);
}

const struct service service_silent = {.name = "silent", .feed = feed_silent};

/* RFC 1035 4.2.2: each message has its size before it. */
static void feed_dns(struct session *session)
{
	struct reader reader = reader_of(buffer_span(&session->input), BYTE_ORDER_BIG);
	struct dns_answer answer;

	struct span query = reader_bytes(&reader, reader_u16(&reader));
	if (!reader_ok(&reader))
		return;
	buffer_clear(&session->reply);
	if (dns_server_answer(session->world->dns, query, &session->reply, &answer)) {
		append_be16(&session->output, (uint16_t)session->reply.size);
		buffer_append(&session->output, session->reply.data, session->reply.size);
	}
	buffer_consume(&session->input, reader.offset);
}

const struct service service_dns = {.name = "dns", .feed = feed_dns};

/* Fatal handshake_failure (RFC 8446 6.2): the client learns at once that there will be no session. */
static void feed_tls(struct session *session)
{
	static const uint8_t alert[] = {21, 3, 1, 0, 2, 2, 40};

	buffer_append(&session->output, alert, sizeof(alert));
	buffer_clear(&session->input);
	session->is_closing = true;
}

const struct service service_tls = {.name = "tls", .feed = feed_tls};
