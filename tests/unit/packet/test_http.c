/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "packet/http.h"
#include "unit/packet/frames.h"

static const char request[] = "POST /gate.php?id=1 HTTP/1.1\r\nHost: c2.example:8080\r\n"
			      "USER-AGENT:  curl/7.0 \r\nContent-Length: 5\r\n\r\nhello";

static void a_request_is_read(void **state UNUSED)
{
	struct http_head head;
	uint64_t size;

	assert_int_equal(http_head_parse(span_text(request), &head), HTTP_DONE);
	assert_true(head.is_request);
	assert_true(span_equal_text(head.method, "POST"));
	assert_true(span_equal_text(head.target, "/gate.php?id=1"));
	assert_true(span_equal_text(head.version, "HTTP/1.1"));
	assert_true(span_equal_text(http_head_find(&head, "user-agent"), "curl/7.0"));
	assert_int_equal(http_head_find(&head, "cookie").size, 0);
	assert_int_equal(head.size, sizeof(request) - 1 - 5);
	assert_int_equal(http_head_body(&head, span_empty(), &size), HTTP_BODY_SIZED);
	assert_int_equal(size, 5);
}

static void a_response_is_read(void **state UNUSED)
{
	static const struct {
		const char *text;
		const char *method;
		unsigned status;
		enum http_body_kind kind;
	} rows[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", 200, HTTP_BODY_SIZED},
		{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD", 200, HTTP_BODY_NONE},
		{"HTTP/1.1 200 OK\r\n\r\n", "CONNECT", 200, HTTP_BODY_NONE},
		{"HTTP/1.0 200 OK\r\n\r\n", "GET", 200, HTTP_BODY_TO_END},
		{"HTTP/1.1 204 No Content\r\n\r\n", "GET", 204, HTTP_BODY_NONE},
		{"HTTP/1.1 404\r\nTransfer-Encoding: Chunked\r\n\r\n", "GET", 404,
		 HTTP_BODY_CHUNKED},
		{"HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n\n", "GET", 200,
		 HTTP_BODY_TO_END},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct http_head head;
		uint64_t size;
		assert_int_equal(http_head_parse(span_text(rows[i].text), &head), HTTP_DONE);
		assert_false(head.is_request);
		assert_int_equal(head.status, rows[i].status);
		assert_int_equal(http_head_body(&head, span_text(rows[i].method), &size),
				 rows[i].kind);
	}
}

static void what_is_not_http_is_said_early(void **state UNUSED)
{
	static const char *const rows[] = {
		"\x16\x03\x01",         "GETX / HTTP/1.1\r\n\r\n", "hello",
		"HTTP/1.1 abc\r\n\r\n", "get / http/1.1\r\n",      "HTTX",
		"POST  \r\n\r\n"};
	struct http_head head;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(http_head_parse(span_text(rows[i]), &head), HTTP_NOT);
}

static void every_truncation_wants_more(void **state UNUSED)
{
	size_t head_size = sizeof(request) - 1 - 5;
	struct http_head head;

	for (size_t size = 0; size < head_size; size++) {
		struct guarded cut = guarded_copy(span_of(request, size));
		assert_int_equal(http_head_parse(cut.span, &head), HTTP_MORE);
		guarded_free(&cut);
	}
}

static void a_head_without_end_is_given_up(void **state UNUSED)
{
	cleanup_buffer struct buffer text = {0};
	struct http_head head;

	buffer_append_text(&text, "GET / HTTP/1.1\r\n");
	while (text.size < HTTP_MAX_HEAD_SIZE)
		buffer_append_text(&text, "A: b\r\n");
	assert_int_equal(http_head_parse(buffer_span(&text), &head), HTTP_NOT);
	assert_int_equal(head.header_count, HTTP_MAX_HEADERS);
}

static void chunks_are_taken_in_any_pieces(void **state UNUSED)
{
	static const char body[] =
		"5;x=y\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: t\r\n\r\nNEXT";

	for (size_t piece = 1; piece < sizeof(body); piece++) {
		cleanup_buffer struct buffer have = {0};
		struct http_chunks chunks = {0};
		enum http_state state_now = HTTP_MORE;
		uint64_t data = 0;
		size_t fed = 0;
		while (state_now == HTTP_MORE && fed < sizeof(body) - 1) {
			struct span next = span_clip(span_text(body), fed, piece);
			buffer_append(&have, next.data, next.size);
			fed += next.size;
			size_t used =
				http_chunks_take(&chunks, buffer_span(&have), &state_now, &data);
			buffer_consume(&have, used);
		}
		assert_int_equal(state_now, HTTP_DONE);
		assert_int_equal(data, 21);
		assert_true(have.size <= 4);
	}
}

static void a_broken_chunk_is_refused(void **state UNUSED)
{
	static const char *const rows[] = {"xyz\r\n", "\r\n", "fffffffffffffffff\r\n",
					   "ffffffffffffffff\r\n"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct http_chunks chunks = {0};
		enum http_state result;
		(void)http_chunks_take(&chunks, span_text(rows[i]), &result, NULL);
		assert_int_equal(result, HTTP_NOT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read),
		cmocka_unit_test(a_response_is_read),
		cmocka_unit_test(what_is_not_http_is_said_early),
		cmocka_unit_test(every_truncation_wants_more),
		cmocka_unit_test(a_head_without_end_is_given_up),
		cmocka_unit_test(chunks_are_taken_in_any_pieces),
		cmocka_unit_test(a_broken_chunk_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
