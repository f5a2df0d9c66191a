/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * HTTP/1 heads (RFC 9112), read from hostile bytes: the first line and the headers, and how the body
 * behind them is framed. Bare line feeds are taken as line ends, as servers do.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum {
	HTTP_MAX_HEAD_SIZE = 16 * 1024,
	HTTP_MAX_HEADERS = 64,
};

struct http_header {
	struct span name;
	struct span value;
};

struct http_head {
	bool is_request;
	struct span method; /* of a request */
	struct span target;
	struct span version;
	unsigned status; /* of a response */
	struct span reason;
	struct http_header headers[HTTP_MAX_HEADERS];
	size_t header_count; /* those beyond the table are dropped */
	size_t size;         /* with the empty line */
};

enum http_state {
	HTTP_MORE, /* the head is not whole yet */
	HTTP_DONE,
	HTTP_NOT, /* these bytes are not HTTP */
};

/* Spans of *ret point into bytes. */
enum http_state http_head_parse(struct span bytes, struct http_head *ret);
/* Could these first bytes be a request? HTTP_MORE while there are too few to tell. */
enum http_state http_request_sniff(struct span bytes);
/* A header's value by its name in lower case; empty when there is none. */
struct span http_head_find(const struct http_head *head, const char *name);

enum http_body_kind {
	HTTP_BODY_NONE,
	HTTP_BODY_SIZED,
	HTTP_BODY_CHUNKED,
	HTTP_BODY_TO_END, /* a response that lasts until the connection closes */
};
/* request_method may be empty for a request; of a response it tells HEAD and CONNECT. */
enum http_body_kind http_head_body(const struct http_head *head, struct span request_method,
				   uint64_t *ret_size);

/* Takes a chunked body as it comes. */
struct http_chunks {
	uint64_t left; /* bytes of the running chunk, its line end included */
	bool is_last;
};
/* Bytes of `bytes` that were used up; *ret_data (may be NULL) counts the body's own bytes. *ret is
 * HTTP_DONE behind the last chunk, HTTP_NOT when this is no chunked body. */
size_t http_chunks_take(struct http_chunks *chunks, struct span bytes, enum http_state *ret,
			uint64_t *ret_data);
