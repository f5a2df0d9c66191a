/* SPDX-License-Identifier: MIT */
#include "packet/http.h"

#include <string.h>
#include <strings.h>

#include "base/macro.h"

enum { MAX_CHUNK_LINE = 128, MAX_TRAILER_LINE = 4096 };

static const char *const methods[] = {"GET",       "POST",     "HEAD",    "PUT",   "DELETE",
				      "CONNECT",   "TRACE",    "OPTIONS", "PATCH", "PROPFIND",
				      "SUBSCRIBE", "M-SEARCH", "NOTIFY"};

/* The line at `offset` without its end; *ret_next is where the next begins. */
static bool take_line(struct span bytes, size_t offset, struct span *ret, size_t *ret_next)
{
	size_t end = span_find(bytes, span_text("\n"), offset);

	if (end == SIZE_MAX)
		return false;
	size_t size = end - offset;
	if (size && span_u8(bytes, end - 1) == '\r')
		size--;
	*ret = span_clip(bytes, offset, size);
	*ret_next = end + 1;
	return true;
}

static struct span trim(struct span text)
{
	while (text.size && (span_u8(text, 0) == ' ' || span_u8(text, 0) == '\t'))
		text = span_clip(text, 1, text.size);
	while (text.size &&
	       (span_u8(text, text.size - 1) == ' ' || span_u8(text, text.size - 1) == '\t'))
		text = span_clip(text, 0, text.size - 1);
	return text;
}

/* The word before the next space; *rest begins behind the space. */
static struct span take_word(struct span *rest)
{
	size_t end = span_find(*rest, span_text(" "), 0);

	end = min_of(end, rest->size);
	struct span word = span_clip(*rest, 0, end);
	*rest = trim(span_clip(*rest, end, rest->size));
	return word;
}

static bool parse_response_line(struct span line, struct http_head *head)
{
	head->version = take_word(&line);
	struct span status = take_word(&line);
	head->reason = line;
	head->status = 0;
	if (status.size != 3)
		return false;
	for (size_t i = 0; i < status.size; i++) {
		unsigned digit = span_u8(status, i) - (unsigned)'0';
		if (digit > 9)
			return false;
		head->status = head->status * 10 + digit;
	}
	return true;
}

static bool parse_first_line(struct span line, struct http_head *head)
{
	head->is_request = !span_starts_with(line, "HTTP/");
	if (!head->is_request)
		return parse_response_line(line, head);
	head->method = take_word(&line);
	/* The version is the last word: hostile targets hold spaces. */
	size_t last = line.size;
	while (last && span_u8(line, last - 1) != ' ')
		last--;
	struct span version = span_clip(line, last, line.size);
	if (span_starts_with(version, "HTTP/")) {
		head->version = version;
		head->target = trim(span_clip(line, 0, last));
	} else { /* HTTP/0.9 */
		head->version = span_empty();
		head->target = line;
	}
	return head->target.size > 0;
}

static void parse_header(struct span line, struct http_head *head)
{
	size_t colon = span_find(line, span_text(":"), 0);

	if (colon == SIZE_MAX || head->header_count == HTTP_MAX_HEADERS)
		return;
	head->headers[head->header_count++] = (struct http_header){
		.name = span_clip(line, 0, colon),
		.value = trim(span_clip(line, colon + 1, line.size)),
	};
}

enum http_state http_request_sniff(struct span bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		struct span method = span_text(methods[i]);
		size_t common = min_of(bytes.size, method.size);
		if (!span_equal(span_clip(bytes, 0, common), span_clip(method, 0, common)))
			continue;
		if (bytes.size <= method.size)
			return HTTP_MORE;
		if (span_u8(bytes, method.size) == ' ')
			return HTTP_DONE;
	}
	return HTTP_NOT;
}

enum http_state http_head_parse(struct span bytes, struct http_head *ret)
{
	struct span response = span_text("HTTP/");
	size_t common = min_of(bytes.size, response.size);
	struct span line;
	size_t next;

	*ret = (struct http_head){.method = span_empty(),
				  .target = span_empty(),
				  .version = span_empty(),
				  .reason = span_empty()};
	if (!span_equal(span_clip(bytes, 0, common), span_clip(response, 0, common))) {
		enum http_state sniffed = http_request_sniff(bytes);
		if (sniffed != HTTP_DONE)
			return sniffed;
	}
	bytes = span_clip(bytes, 0, HTTP_MAX_HEAD_SIZE);
	enum http_state unfinished = bytes.size == HTTP_MAX_HEAD_SIZE ? HTTP_NOT : HTTP_MORE;
	if (!take_line(bytes, 0, &line, &next))
		return unfinished;
	if (!parse_first_line(line, ret))
		return HTTP_NOT;
	if (ret->is_request && !ret->version.size) {
		ret->size = next;
		return HTTP_DONE;
	}
	while (take_line(bytes, next, &line, &next)) {
		if (!line.size) {
			ret->size = next;
			return HTTP_DONE;
		}
		parse_header(line, ret);
	}
	return unfinished;
}

static bool equal_ignoring_case(struct span text, const char *lower)
{
	return text.size == strlen(lower) &&
	       strncasecmp((const char *)text.data, lower, text.size) == 0;
}

struct span http_head_find(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->header_count; i++)
		if (equal_ignoring_case(head->headers[i].name, name))
			return head->headers[i].value;
	return span_empty();
}

static bool parse_size(struct span text, unsigned base, uint64_t *ret)
{
	uint64_t value = 0;

	if (!text.size || text.size > 16)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = span_u8(text, i);
		unsigned digit = c >= '0' && c <= '9' ? c - (unsigned)'0' : (c | 0x20U) - 'a' + 10;
		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

enum http_body_kind http_head_body(const struct http_head *head, struct span request_method,
				   uint64_t *ret_size)
{
	*ret_size = 0;
	if (!head->is_request &&
	    (head->status / 100 == 1 || head->status == 204 || head->status == 304 ||
	     span_equal_text(request_method, "HEAD") ||
	     (span_equal_text(request_method, "CONNECT") && head->status / 100 == 2)))
		return HTTP_BODY_NONE;
	if (equal_ignoring_case(http_head_find(head, "transfer-encoding"), "chunked"))
		return HTTP_BODY_CHUNKED;
	if (parse_size(http_head_find(head, "content-length"), 10, ret_size))
		return *ret_size ? HTTP_BODY_SIZED : HTTP_BODY_NONE;
	return head->is_request ? HTTP_BODY_NONE : HTTP_BODY_TO_END;
}

/* Reads "1a;extension\r\n". False when it is not whole, or (then *ret is HTTP_NOT) not such a line. */
static bool take_chunk_line(struct http_chunks *chunks, struct span bytes, size_t *used,
			    enum http_state *ret)
{
	struct span line;
	size_t next;
	uint64_t size;

	if (!take_line(bytes, *used, &line, &next)) {
		if (bytes.size - *used > MAX_CHUNK_LINE)
			*ret = HTTP_NOT;
		return false;
	}
	size_t end = span_find(line, span_text(";"), 0);
	if (!parse_size(trim(span_clip(line, 0, min_of(end, line.size))), 16, &size) ||
	    size > UINT64_MAX - 2) {
		*ret = HTTP_NOT;
		return false;
	}
	*used = next;
	chunks->is_last = size == 0;
	chunks->left = size ? size + 2 : 0;
	return true;
}

/* Trailer fields up to the empty line. */
static void take_trailers(struct span bytes, size_t *used, enum http_state *ret)
{
	struct span line;

	while (*ret == HTTP_MORE && take_line(bytes, *used, &line, used))
		if (!line.size)
			*ret = HTTP_DONE;
	if (*ret == HTTP_MORE && bytes.size - *used > MAX_TRAILER_LINE)
		*ret = HTTP_NOT;
}

size_t http_chunks_take(struct http_chunks *chunks, struct span bytes, enum http_state *ret,
			uint64_t *ret_data)
{
	size_t used = 0;

	*ret = HTTP_MORE;
	while (used < bytes.size && !chunks->is_last) {
		if (!chunks->left && !take_chunk_line(chunks, bytes, &used, ret))
			return used;
		size_t step = (size_t)min_of(chunks->left, (uint64_t)(bytes.size - used));
		uint64_t data = chunks->left > 2 ? chunks->left - 2 : 0;
		if (ret_data)
			*ret_data += min_of(data, (uint64_t)step);
		chunks->left -= step;
		used += step;
	}
	if (chunks->is_last)
		take_trailers(bytes, &used, ret);
	return used;
}
