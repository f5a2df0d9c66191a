/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "internet/services.h"

enum http_step { STEP_HEAD, STEP_BODY };

static bool is_word(struct span text, const char *word)
{
	return text.size == strlen(word) &&
	       strncasecmp((const char *)text.data, word, text.size) == 0;
}

static bool wants_close(const struct http_head *head)
{
	struct span connection = http_head_find(head, "connection");

	if (span_equal_text(head->version, "HTTP/1.1"))
		return is_word(connection, "close");
	return !is_word(connection, "keep-alive");
}

static void append_date(struct buffer *out)
{
	time_t now = (time_t)(clock_realtime_ns() / 1000000000);
	struct tm parts;
	char text[64];

	if (gmtime_r(&now, &parts) &&
	    strftime(text, sizeof(text), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts))
		buffer_append_text(out, text);
}

static void append_reply(struct session *session, const struct http_head *head)
{
	char text[IP_ADDRESS_TEXT_SIZE];
	struct http_content content;
	struct buffer *out = &session->reply;

	http_content_for(http_head_find(head, "host"), head->target, session->world, text,
			 &content);
	buffer_printf(out, "HTTP/1.1 %u %s\r\nServer: nginx\r\n", content.status, content.reason);
	append_date(out);
	if (content.status != 204)
		buffer_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", content.type,
			      content.body.size);
	buffer_printf(out, "Connection: %s\r\n\r\n", wants_close(head) ? "close" : "keep-alive");
	if (!span_equal_text(head->method, "HEAD"))
		buffer_append(out, content.body.data, content.body.size);
}

static void begin_body(struct session *session, const struct http_head *head)
{
	uint64_t size;
	enum http_body_kind kind = http_head_body(head, span_empty(), &size);

	session->body_left = size;
	session->is_chunked = kind == HTTP_BODY_CHUNKED;
	session->chunks = (struct http_chunks){0};
	session->step = STEP_BODY;
	if (kind != HTTP_BODY_NONE && is_word(http_head_find(head, "expect"), "100-continue"))
		buffer_append_text(&session->output, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void take_head(struct session *session)
{
	struct http_head head;

	switch (http_head_parse(buffer_span(&session->input), &head)) {
	case HTTP_MORE:
		return;
	case HTTP_NOT:
		session->service = &service_silent;
		return;
	case HTTP_DONE:
		break;
	}
	if (!head.is_request) {
		session->service = &service_silent;
		return;
	}
	size_t size = head.size;
	if (span_equal_text(head.method, "CONNECT")) {
		/* A proxy's tunnel: whatever follows is a conversation of its own. */
		buffer_append_text(&session->output, "HTTP/1.1 200 Connection established\r\n\r\n");
		session->service = NULL;
	} else {
		append_reply(session, &head);
		session->closes_after_reply = wants_close(&head);
		begin_body(session, &head);
	}
	buffer_consume(&session->input, size);
}

/* True once the body is through. */
static bool take_body(struct session *session)
{
	if (session->is_chunked) {
		enum http_state state;
		size_t used = http_chunks_take(&session->chunks, buffer_span(&session->input),
					       &state, NULL);
		buffer_consume(&session->input, used);
		if (state == HTTP_NOT)
			session->service = &service_silent;
		return state == HTTP_DONE;
	}
	size_t step = (size_t)min_of(session->body_left, (uint64_t)session->input.size);
	buffer_consume(&session->input, step);
	session->body_left -= step;
	return session->body_left == 0;
}

/* One step; the session calls again for as long as bytes are used up. */
static void feed(struct session *session)
{
	if (session->step == STEP_HEAD)
		take_head(session);
	if (session->service != &service_http || session->step == STEP_HEAD || !take_body(session))
		return;
	buffer_append(&session->output, session->reply.data, session->reply.size);
	buffer_clear(&session->reply);
	session->step = STEP_HEAD;
	session->is_closing = session->closes_after_reply;
}

const struct service service_http = {.name = "http", .feed = feed};
