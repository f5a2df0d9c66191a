/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "internet/session.h"

#include <string.h>

static struct names *names;
static struct dns_server dns;
static struct session_world world;

static int set_up(void **state UNUSED)
{
	names = names_new();
	dns = (struct dns_server){.names = names};
	world = (struct session_world){.dns = &dns, .public_address = ip_address_v4(0xc000024d)};
	return 0;
}

static int tear_down(void **state UNUSED)
{
	names_free(names);
	return 0;
}

static void begin(struct session *session, uint16_t port)
{
	struct ip_address local = ip_address_v4(0x01020304);

	session_init(session, &world, &local, port);
}

/* Feeds a whole talk in pieces of `piece` bytes; the output is the session's. */
static void talk(struct session *session, uint16_t port, struct span bytes, size_t piece)
{
	begin(session, port);
	for (size_t at = 0; at < bytes.size; at += piece)
		session_feed(session, span_clip(bytes, at, piece));
}

static bool says(const struct session *session, const char *text)
{
	return span_find(buffer_span(&session->output), span_text(text), 0) != SIZE_MAX;
}

static void requests_are_answered_whatever_the_pieces(void **state UNUSED)
{
	static const char bytes[] =
		"POST /a.php HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\n0\r\n\r\nGET /x.sh HTTP/1.1\r\nConnection: close\r\n\r\n";

	for (size_t piece = 1; piece <= sizeof(bytes); piece++) {
		struct session session;
		talk(&session, 8080, span_text(bytes), piece);
		assert_string_equal(session_service_name(&session), "http");
		assert_true(says(&session, "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: "));
		assert_true(says(&session, "<h1>It works</h1>"));
		assert_true(says(&session, "#!/bin/sh\nexit 0\n"));
		assert_true(session.is_closing);
		assert_int_equal(session.received, sizeof(bytes) - 1);
		session_deinit(&session);
	}
}

static void bodies_fit_what_is_asked_for(void **state UNUSED)
{
	static const struct {
		const char *request;
		const char *answer;
	} rows[] = {
		{"GET /bins/mirai.x86_64 HTTP/1.1\r\n\r\n",
		 "Content-Type: application/octet-stream\r\nContent-Length: 129\r\n"},
		{"GET /bins/mirai.x86_64 HTTP/1.1\r\n\r\n", "\x7f"
							    "ELF\2"},
		{"GET /i686?x=1 HTTP/1.1\r\n\r\n", "\x7f"
						   "ELF\1"},
		{"HEAD / HTTP/1.0\r\n\r\n", "Connection: close\r\n\r\n"},
		{"GET http://api.ipify.org/ HTTP/1.1\r\nHost: api.ipify.org\r\n\r\n",
		 "\r\n\r\n192.0.2.77"},
		{"GET http://h/generate_204 HTTP/1.1\r\nHost: h\r\n\r\n", "204 No Content"},
		{"GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", "text/html"},
		{"GET /a.JSON HTTP/1.1\r\n\r\n", "{}\n"},
		{"PUT /up HTTP/1.1\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
		 "HTTP/1.1 100 Continue"},
		{"CONNECT a:443 HTTP/1.1\r\n\r\n", "200 Connection established"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct session session;
		talk(&session, 80, span_text(rows[i].request), 1000);
		assert_true(says(&session, rows[i].answer));
		session_deinit(&session);
	}
}

static void a_tunnel_holds_another_conversation(void **state UNUSED)
{
	struct session session;

	talk(&session, 3128,
	     span_text("CONNECT irc:6667 HTTP/1.1\r\n\r\nNICK a\r\nUSER a b c d\r\n"), 7);
	assert_string_equal(session_service_name(&session), "irc");
	assert_true(says(&session, " 001 a :Welcome"));
	session_deinit(&session);
}

static void servers_that_speak_first_do(void **state UNUSED)
{
	static const struct {
		uint16_t port;
		const char *name;
		const char *greeting;
	} rows[] = {{25, "smtp", "220 "},
		    {21, "ftp", "220 "},
		    {22, "ssh", "SSH-2.0-"},
		    {2323, "telnet", "\r\nlogin: "},
		    {110, "pop3", "+OK"}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct session session;
		begin(&session, rows[i].port);
		assert_string_equal(session_service_name(&session), rows[i].name);
		assert_true(span_starts_with(buffer_span(&session.output), rows[i].greeting));
		session_deinit(&session);
	}
}

static void a_mail_is_taken(void **state UNUSED)
{
	static const char mail[] =
		"EHLO bot\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\n"
		"QUIT\r\n.\r\nXYZZY\r\nquit\r\n";

	for (size_t piece = 1; piece < 60; piece += 3) {
		struct session session;
		talk(&session, 25, span_text(mail), piece);
		assert_true(says(&session, "354 "));
		assert_true(says(&session, "queued as"));
		assert_true(says(&session, "502 5.5.2"));
		assert_true(says(&session, "221 2.0.0 Bye"));
		assert_true(session.is_closing);
		session_deinit(&session);
	}
}

static void a_login_is_let_in(void **state UNUSED)
{
	struct session session;

	talk(&session, 23, span_text("root\r\nxc3511\r\nenable\r\nexit\r\n"), 5);
	assert_true(says(&session, "Password: "));
	assert_true(says(&session, "BusyBox"));
	assert_true(session.is_closing);
	session_deinit(&session);
}

static void what_nobody_knows_is_read_in_silence(void **state UNUSED)
{
	struct session session;

	talk(&session, 21351, span_of("\1\0\0\0gates", 9), 1);
	assert_string_equal(session_service_name(&session), "silent");
	assert_int_equal(session.output.size, 0);
	assert_int_equal(session.input.size, 0);
	assert_memory_equal(session.first.data, "\1\0\0\0gates", 9);
	session_deinit(&session);
}

static void dns_over_tcp_takes_messages_one_by_one(void **state UNUSED)
{
	static const char query[] = "\0\x1d\0\1\1\0\0\1\0\0\0\0\0\0\3www\7example\0\0\1\0\1";
	cleanup_buffer struct buffer two = {0};
	struct session session;

	buffer_append(&two, query, sizeof(query) - 1);
	buffer_append(&two, query, sizeof(query) - 1);
	talk(&session, 53, buffer_span(&two), 11);
	assert_int_equal(session.output.size, 2 * (2 + 29 + 16));
	session_deinit(&session);
}

static void tls_gets_an_alert(void **state UNUSED)
{
	struct session session;

	talk(&session, 443, span_of("\x16\3\1\0\5\1", 6), 1);
	assert_memory_equal(session.output.data, "\x15\3\1\0\2\2\x28", 7);
	assert_true(session.is_closing);
	session_deinit(&session);
}

static void floods_stay_inside_their_bounds(void **state UNUSED)
{
	static const char *const starts[] = {
		"", "GET / HTTP/1.1\r\nX: ", "NICK ", "GET /a HTTP/1.1\r\n\r\n",
		"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"};
	static char block[8192];

	memset(block, 'A', sizeof(block));
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		for (uint16_t port = 20; port < 54; port++) {
			struct session session;
			begin(&session, port);
			session_feed(&session, span_text(starts[i]));
			for (int j = 0; j < 32; j++)
				session_feed(&session, span_of(block, sizeof(block)));
			assert_true(session.input.size <= SESSION_MAX_INPUT);
			assert_true(session.output.size <= SESSION_MAX_OUTPUT);
			assert_true(session.first.size <= SESSION_FIRST_BYTES);
			assert_false(session.input.overflow);
			session_deinit(&session);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_whatever_the_pieces),
		cmocka_unit_test(bodies_fit_what_is_asked_for),
		cmocka_unit_test(a_tunnel_holds_another_conversation),
		cmocka_unit_test(servers_that_speak_first_do),
		cmocka_unit_test(a_mail_is_taken),
		cmocka_unit_test(a_login_is_let_in),
		cmocka_unit_test(what_nobody_knows_is_read_in_silence),
		cmocka_unit_test(dns_over_tcp_takes_messages_one_by_one),
		cmocka_unit_test(tls_gets_an_alert),
		cmocka_unit_test(floods_stay_inside_their_bounds),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
