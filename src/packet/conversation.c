/* SPDX-License-Identifier: MIT */
#include "packet/conversation.h"

#include <stdio.h>
#include <string.h>

#include "digest/digest.h"
#include "packet/detail.h"

enum {
	DNS_PORT = 53,
	HTTP_PORT = 80,
	MAX_BODY_KEPT = 512,
	MAX_HEADER_TEXT = 2048,
	MAX_PROTOCOLS = 32,
	MD5_SIZE = 16,
};

struct conversation *conversation_new(uint64_t flow)
{
	struct conversation *conversation = xcalloc(1, sizeof(*conversation));

	conversation->flow = flow;
	conversation->http[0].record = conversation->http[1].record = GATHER_NONE;
	return conversation;
}

void conversation_free(struct conversation *conversation)
{
	if (!conversation)
		return;
	stream_deinit(&conversation->streams[0]);
	stream_deinit(&conversation->streams[1]);
	free(conversation);
}

/* ---- HTTP ---- */

static const char *join_header(struct gather *gather, const struct http_header *header)
{
	struct span name = span_clip(header->name, 0, MAX_HEADER_TEXT);
	struct span value = span_clip(header->value, 0, MAX_HEADER_TEXT);
	cleanup_buffer struct buffer text = {0};

	buffer_append(&text, name.data, name.size);
	buffer_append_text(&text, ": ");
	buffer_append(&text, value.data, value.size);
	return gather_text(gather, buffer_span(&text));
}

static const char *make_url(struct gather *gather, const struct packet *packet,
			    const struct http_exchange *exchange)
{
	char port[8] = "";

	if (strstr(exchange->target, "://"))
		return exchange->target;
	if (packet->target_port != HTTP_PORT && !strrchr(exchange->host, ':'))
		snprintf(port, sizeof(port), ":%u", packet->target_port);
	return arena_printf(gather->arena, "http://%s%s%s", exchange->host, port, exchange->target);
}

static const char *request_detail(struct gather *gather, const struct packet *packet,
				  const struct http_head *head)
{
	cleanup_buffer struct buffer text = {0};
	cleanup_buffer struct buffer line = {0};

	buffer_append(&text, head->method.data, head->method.size);
	buffer_append_char(&text, ' ');
	buffer_append(&text, head->target.data, head->target.size);
	buffer_append_char(&text, ' ');
	buffer_append(&text, head->version.data, head->version.size);
	packet_detail_as(packet, "HTTP", buffer_span(&text), &line);
	return gather_text(gather, buffer_span(&line));
}

static uint32_t add_request(struct conversation *conversation, struct gather *gather,
			    const struct packet *packet, const struct http_head *head)
{
	char address[IP_ADDRESS_TEXT_SIZE];

	gather->http_count++;
	if (gather->http.count >= GATHER_MAX_HTTP)
		return GATHER_NONE;
	ip_address_text(&packet->target, address);
	struct http_exchange *exchange = vec_push(&gather->http);
	exchange->flow = conversation->flow;
	exchange->time_ns = packet->time_ns;
	exchange->method = gather_text(gather, head->method);
	exchange->target = gather_text(gather, head->target);
	exchange->version = gather_text(gather, head->version);
	exchange->host = gather_text(gather, http_head_find(head, "host"));
	if (!exchange->host)
		exchange->host = arena_strdup(gather->arena, address);
	exchange->url = make_url(gather, packet, exchange);
	exchange->user_agent = gather_text(gather, http_head_find(head, "user-agent"));
	exchange->headers.data =
		arena_alloc(gather->arena, (head->header_count + 1) * sizeof(char *));
	for (size_t i = 0; i < head->header_count; i++)
		exchange->headers.data[exchange->headers.count++] =
			join_header(gather, &head->headers[i]);
	exchange->detail = request_detail(gather, packet, head);
	exchange->body = span_empty();
	return (uint32_t)(gather->http.count - 1);
}

static void begin_request(struct conversation *conversation, struct gather *gather,
			  const struct packet *packet, const struct http_head *head)
{
	struct http_side *side = &conversation->http[conversation->client];

	side->record = add_request(conversation, gather, packet, head);
	side->body = http_head_body(head, span_empty(), &side->left);
	if (conversation->waiting_count < CONVERSATION_MAX_REQUESTS)
		conversation->waiting[conversation->waiting_count++] = side->record;
}

static void begin_response(struct conversation *conversation, struct gather *gather,
			   const struct http_head *head)
{
	struct http_side *side = &conversation->http[!conversation->client];
	struct http_exchange *exchange = NULL;

	side->record = GATHER_NONE;
	if (conversation->waiting_count) {
		side->record = conversation->waiting[0];
		if (head->status / 100 != 1) { /* 100 Continue comes before the real one */
			conversation->waiting_count--;
			memmove(conversation->waiting, conversation->waiting + 1,
				conversation->waiting_count * sizeof(conversation->waiting[0]));
		}
	}
	if (side->record != GATHER_NONE)
		exchange = &gather->http.data[side->record];
	struct span method =
		exchange && exchange->method ? span_text(exchange->method) : span_empty();
	side->body = http_head_body(head, method, &side->left);
	if (!exchange)
		return;
	exchange->status = head->status;
	exchange->response_type = gather_text(gather, http_head_find(head, "content-type"));
	if (span_equal_text(method, "CONNECT") && head->status / 100 == 2)
		conversation->kind = CONVERSATION_OVER;
}

/* False when there is no whole head yet. */
static bool take_http_head(struct conversation *conversation, struct gather *gather,
			   const struct packet *packet, unsigned direction)
{
	struct stream *stream = &conversation->streams[direction];
	struct http_side *side = &conversation->http[direction];
	bool is_client = direction == conversation->client;
	struct http_head head;

	enum http_state state = http_head_parse(buffer_span(&stream->data), &head);
	if (state == HTTP_MORE)
		return false;
	if (state == HTTP_NOT || head.is_request != is_client) {
		conversation->kind = CONVERSATION_OVER;
		return false;
	}
	side->chunks = (struct http_chunks){0};
	if (is_client)
		begin_request(conversation, gather, packet, &head);
	else
		begin_response(conversation, gather, &head);
	side->is_in_body = side->body != HTTP_BODY_NONE;
	buffer_consume(&stream->data, head.size);
	return true;
}

static void count_body(struct conversation *conversation, struct gather *gather, unsigned direction,
		       struct span bytes, uint64_t size)
{
	uint32_t record = conversation->http[direction].record;

	if (record == GATHER_NONE)
		return;
	struct http_exchange *exchange = &gather->http.data[record];
	if (direction != conversation->client) {
		exchange->response_size += size;
		return;
	}
	exchange->body_size += size;
	size_t room = MAX_BODY_KEPT - exchange->body.size;
	struct span kept = span_clip(bytes, 0, room);
	if (!kept.size)
		return;
	uint8_t *joined = arena_alloc(gather->arena, exchange->body.size + kept.size);
	memcpy(joined, exchange->body.data, exchange->body.size);
	memcpy(joined + exchange->body.size, kept.data, kept.size);
	exchange->body = span_of(joined, exchange->body.size + kept.size);
}

static void take_http_body(struct conversation *conversation, struct gather *gather,
			   unsigned direction)
{
	struct stream *stream = &conversation->streams[direction];
	struct http_side *side = &conversation->http[direction];
	struct span data = buffer_span(&stream->data);
	uint64_t body_size = 0;
	size_t used = data.size;

	if (side->body == HTTP_BODY_CHUNKED) {
		enum http_state state;
		used = http_chunks_take(&side->chunks, data, &state, &body_size);
		side->is_in_body = state == HTTP_MORE;
		if (state == HTTP_NOT)
			conversation->kind = CONVERSATION_OVER;
	} else if (side->body == HTTP_BODY_SIZED) {
		used = (size_t)min_of(side->left, (uint64_t)data.size);
		body_size = used;
		side->left -= used;
		side->is_in_body = side->left > 0;
	} else {
		body_size = used;
	}
	count_body(conversation, gather, direction, span_clip(data, 0, used), body_size);
	buffer_consume(&stream->data, used);
}

static void take_http(struct conversation *conversation, struct gather *gather,
		      const struct packet *packet, unsigned direction)
{
	struct stream *stream = &conversation->streams[direction];
	size_t before;

	do {
		before = stream->data.size;
		if (conversation->http[direction].is_in_body)
			take_http_body(conversation, gather, direction);
		else if (!take_http_head(conversation, gather, packet, direction))
			return;
	} while (conversation->kind == CONVERSATION_HTTP && stream->data.size &&
		 stream->data.size < before);
}

/* ---- TLS ---- */

static const char *md5_text(struct gather *gather, const struct buffer *bytes)
{
	struct digest_set digests;
	char text[DIGEST_TEXT_SIZE];

	digest_compute(buffer_span(bytes), DIGEST_MD5, &digests);
	digest_text(digests.md5, MD5_SIZE, text);
	return arena_strdup(gather->arena, text);
}

static void take_protocols(struct gather *gather, struct span protocols,
			   struct tls_session *session)
{
	struct reader reader = reader_of(protocols, BYTE_ORDER_BIG);

	session->protocols.data = arena_alloc(gather->arena, MAX_PROTOCOLS * sizeof(char *));
	while (reader_left(&reader) > 0 && session->protocols.count < MAX_PROTOCOLS) {
		struct span name = reader_bytes(&reader, reader_u8(&reader));
		if (!reader_ok(&reader))
			return;
		session->protocols.data[session->protocols.count++] =
			arena_strndup(gather->arena, name.data, name.size);
	}
}

static const char *version_text(struct gather *gather, uint16_t version)
{
	char text[8];

	return arena_strdup(gather->arena, tls_version_text(version, text));
}

static void take_client_hello(struct conversation *conversation, struct gather *gather,
			      const struct packet *packet, const struct tls_hello *hello)
{
	cleanup_buffer struct buffer ja3 = {0};
	cleanup_buffer struct buffer line = {0};
	cleanup_buffer struct buffer text = {0};

	gather->tls_count++;
	if (gather->tls.count >= GATHER_MAX_TLS)
		return;
	struct tls_session *session = vec_push(&gather->tls);
	conversation->tls_record = (uint32_t)(gather->tls.count - 1);
	conversation->has_tls_record = true;
	session->flow = conversation->flow;
	session->time_ns = packet->time_ns;
	session->server_name = gather_text(gather, hello->server_name);
	session->offered_version = version_text(gather, hello->best_version);
	take_protocols(gather, hello->protocols, session);
	tls_ja3_text(hello, &ja3);
	session->ja3_text = gather_text(gather, buffer_span(&ja3));
	session->ja3 = md5_text(gather, &ja3);
	buffer_append_text(&text, "Client Hello");
	if (session->server_name)
		buffer_printf(&text, " (SNI=%s)", session->server_name);
	packet_detail_as(packet, session->offered_version, buffer_span(&text), &line);
	session->detail = gather_text(gather, buffer_span(&line));
}

static void take_server_hello(struct conversation *conversation, struct gather *gather,
			      const struct tls_hello *hello)
{
	cleanup_buffer struct buffer ja3s = {0};

	if (!conversation->has_tls_record)
		return;
	struct tls_session *session = &gather->tls.data[conversation->tls_record];
	session->version = version_text(gather, hello->best_version);
	session->cipher = arena_printf(gather->arena, "0x%04x",
				       hello->ciphers.count ? hello->ciphers.values[0] : 0);
	tls_ja3_text(hello, &ja3s);
	session->ja3s = md5_text(gather, &ja3s);
}

static void take_tls(struct conversation *conversation, struct gather *gather,
		     const struct packet *packet, unsigned direction)
{
	struct stream *stream = &conversation->streams[direction];
	bool is_client = direction == conversation->client;
	cleanup_buffer struct buffer scratch = {0};
	struct tls_hello hello;

	if (is_client && conversation->has_tls_record) {
		buffer_clear(&stream->data); /* only the server's hello is still of interest */
		return;
	}
	enum tls_state state = tls_hello_parse(buffer_span(&stream->data), &scratch, &hello);
	if (state == TLS_MORE)
		return;
	if (state == TLS_DONE && hello.is_client && is_client)
		take_client_hello(conversation, gather, packet, &hello);
	else if (state == TLS_DONE && !hello.is_client && !is_client)
		take_server_hello(conversation, gather, &hello);
	if (state == TLS_NOT || !is_client || !conversation->has_tls_record)
		conversation->kind = CONVERSATION_OVER;
}

/* ---- DNS ---- */

static void take_dns(struct conversation *conversation, struct gather *gather,
		     const struct packet *packet, unsigned direction)
{
	struct stream *stream = &conversation->streams[direction];

	for (;;) {
		struct reader reader = reader_of(buffer_span(&stream->data), BYTE_ORDER_BIG);
		struct span message = reader_bytes(&reader, reader_u16(&reader));
		if (!reader_ok(&reader))
			return;
		gather_dns(gather, packet, conversation->flow, message);
		buffer_consume(&stream->data, reader.offset);
	}
}

/* ---- which of them ---- */

/* Beginnings that tell a service which is named and not read further. */
static const struct {
	const char *start;
	const char *service;
} beginnings[] = {
	{"SSH-", "ssh"},
	{"NICK ", "irc"},
	{"USER ", "irc"},
	{"CAP LS", "irc"},
	{"EHLO ", "smtp"},
	{"HELO ", "smtp"},
	{"220 ", "smtp-ftp"},
	{"+OK", "pop3"},
	{"* OK", "imap"},
	{"PING ", "irc"},
	{"\x13"
	 "BitTorrent",
	 "bittorrent"},
	{"RFB 0", "vnc"},
	{"{\"id\":", "json-rpc"},
	{"{\"jsonrpc\"", "json-rpc"},
	{"{\"method\":", "json-rpc"},
	{"*1\r\n$", "redis"},
	{"*2\r\n$", "redis"},
	{"\x05\x01", "socks"},
};

static const char *name_beginning(struct span data)
{
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (span_starts_with(data, beginnings[i].start))
			return beginnings[i].service;
	return NULL;
}

/* Sets the kind by the first bytes of one direction, and gives the service's name. */
static const char *recognize(struct conversation *conversation, const struct packet *packet,
			     unsigned direction)
{
	struct span data = buffer_span(&conversation->streams[direction].data);

	if (packet->source_port == DNS_PORT || packet->target_port == DNS_PORT) {
		conversation->kind = CONVERSATION_DNS;
		return "dns";
	}
	enum http_state http = http_request_sniff(data);
	enum tls_state tls = tls_sniff(data);
	if (http == HTTP_DONE || tls == TLS_DONE) {
		conversation->client = direction;
		conversation->kind = http == HTTP_DONE ? CONVERSATION_HTTP : CONVERSATION_TLS;
		return http == HTTP_DONE ? "http" : "tls";
	}
	if (http == HTTP_MORE || tls == TLS_MORE)
		return NULL;
	/* A server that speaks first may still be followed by anything. */
	const char *name = name_beginning(data);
	if (name || direction == 0)
		conversation->kind = CONVERSATION_OVER;
	return name;
}

const char *conversation_add(struct conversation *conversation, struct gather *gather,
			     const struct packet *packet, unsigned direction)
{
	const char *name = NULL;
	struct stream *stream = &conversation->streams[direction];
	bool is_whole = packet->payload.size == packet->payload_size;

	stream_add(stream, packet->tcp.sequence + (packet->tcp.flags & TCP_SYN ? 1 : 0),
		   packet->payload, is_whole);
	if (!stream->data.size)
		return NULL;
	if (conversation->kind == CONVERSATION_UNKNOWN)
		name = recognize(conversation, packet, direction);
	switch (conversation->kind) {
	case CONVERSATION_HTTP:
		take_http(conversation, gather, packet, direction);
		break;
	case CONVERSATION_TLS:
		take_tls(conversation, gather, packet, direction);
		break;
	case CONVERSATION_DNS:
		take_dns(conversation, gather, packet, direction);
		break;
	case CONVERSATION_UNKNOWN:
	case CONVERSATION_OVER:
		break;
	}
	if (conversation->streams[0].is_lost && conversation->streams[1].is_lost)
		conversation->kind = CONVERSATION_OVER;
	return name;
}
