/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "confine/confine.h"
#include "packet/analyze.h"
#include "packet/flow.h"
#include "unit/packet/frames.h"
#include "unit/packet/hello.h"

/* Analyses a capture and frees it. */
static struct network_report analyze(struct capture_file *capture, struct arena *arena)
{
	cleanup_close int fd = capture_open(capture);
	struct network_report report;

	assert_null(packet_analyze(fd, arena, &report));
	buffer_deinit(&capture->bytes);
	return report;
}

static void append_answer(struct buffer *out, uint32_t address)
{
	append_dns_query(out, "\3bei\7game918\2me", 16, 1);
	memcpy(out->data + 2, "\x81\x80\0\1\0\1", 6);
	append_be16(out, 0xc00c);
	append_be32(out, 0x00010001);
	append_be32(out, 300);
	append_be16(out, 4);
	append_be32(out, address);
}

static void a_query_is_joined_with_its_answer_and_names_the_flow(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer query = {0}, answer = {0};
	struct capture_file capture;

	append_dns_query(&query, "\3bei\7game918\2me", 16, 1);
	append_answer(&answer, SERVER);
	capture_begin(&capture);
	capture_udp(&capture, true, 40000, 53, buffer_span(&query));
	capture_udp(&capture, true, 40000, 53, buffer_span(&query));
	capture_udp(&capture, false, 40000, 53, buffer_span(&answer));
	capture_udp(&capture, false, 40000, 53, buffer_span(&answer));
	struct segment syn = {.is_from_guest = true,
			      .guest_port = 60159,
			      .server_port = 21351,
			      .sequence = 99,
			      .flags = TCP_SYN,
			      .window = 29200,
			      .options = span_of(linux_syn_options, 20)};
	capture_tcp(&capture, &syn);
	struct segment reset = {.guest_port = 60159,
				.server_port = 21351,
				.acknowledgment = 100,
				.flags = TCP_RST | TCP_ACK};
	capture_tcp(&capture, &reset);
	struct network_report report = analyze(&capture, arena);

	assert_int_equal(report.packets, 6);
	assert_int_equal(report.dns_count, 1);
	const struct dns_exchange *dns = &report.dns.data[0];
	assert_string_equal(dns->name, "bei.game918.me");
	assert_string_equal(dns->type, "A");
	assert_string_equal(dns->server, "8.8.8.8");
	assert_string_equal(dns->result, "No error");
	assert_int_equal(dns->local_port, 40000);
	assert_int_equal(dns->time_ns, 1700000000000000123);
	assert_int_equal(dns->answer_time_ns, 1700000000002000123);
	assert_int_equal(dns->answers.count, 1);
	assert_string_equal(dns->answers.data[0].value, "8.8.8.8");
	assert_string_equal(dns->detail,
			    "10.11.12.77 → 8.8.8.8 DNS 74 Standard query 0x16e9 A bei.game918.me");
	assert_int_equal(report.flow_count, 2);
	const struct network_flow *flow = &report.flows.data[1];
	assert_string_equal(flow->domain, "bei.game918.me");
	assert_int_equal(flow->state, FLOW_REFUSED);
	assert_true(flow->is_from_guest && flow->has_syn && flow->has_rst && !flow->has_syn_ack);
	assert_string_equal(
		flow->detail,
		"10.11.12.77 → 8.8.8.8 TCP 74 60159 → 21351 [SYN] Seq=0 Win=29200 Len=0 "
		"MSS=1460 SACK_PERM TSval=12750 TSecr=0 WS=128");
	assert_int_equal(report.anomalies.count, 0);
	assert_true(report.is_uncounted);
}

static const char post[] =
	"POST /gate.php HTTP/1.1\r\nHost: c2.example\r\nUser-Agent: bot/1.0\r\n"
	"Content-Length: 11\r\n\r\nid=1&os=linGET /next HTTP/1.1\r\nHost: c2.example\r\n\r\n";
static const char replies[] =
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
	"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";

static void requests_and_responses_are_joined_whatever_the_segments(void **state UNUSED)
{
	for (size_t piece = 1; piece < sizeof(post) + 5; piece += 13) {
		cleanup_arena struct arena *arena = arena_new(0);
		struct capture_file capture;
		capture_begin(&capture);
		capture_connection(&capture, 50000, 8080, span_text(post), span_text(replies),
				   piece);
		struct network_report report = analyze(&capture, arena);
		assert_int_equal(report.http_count, 2);
		const struct http_exchange *first = &report.http.data[0], *second = first + 1;
		assert_string_equal(first->method, "POST");
		assert_string_equal(first->url, "http://c2.example:8080/gate.php");
		assert_string_equal(first->user_agent, "bot/1.0");
		assert_int_equal(first->headers.count, 3);
		assert_string_equal(first->headers.data[0], "Host: c2.example");
		assert_true(span_equal_text(first->body, "id=1&os=lin"));
		assert_int_equal(first->body_size, 11);
		assert_int_equal(first->status, 200);
		assert_string_equal(first->response_type, "text/plain");
		assert_int_equal(first->response_size, 2);
		assert_string_equal(second->target, "/next");
		assert_int_equal(second->status, 404);
		assert_int_equal(second->response_size, 4);
		const struct network_flow *flow = &report.flows.data[0];
		assert_string_equal(flow->service, "http");
		assert_int_equal(flow->state, FLOW_CLOSED);
		assert_int_equal(flow->bytes_sent, sizeof(post) - 1);
		assert_int_equal(flow->bytes_received, sizeof(replies) - 1);
	}
}

static void hellos_give_names_and_fingerprints(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer body = {0}, client = {0}, answer = {0}, server = {0};
	struct capture_file capture;

	append_client_hello(&body);
	append_handshake(&client, 1, &body, 4000);
	append_server_hello(&answer);
	append_handshake(&server, 2, &answer, 4000);
	capture_begin(&capture);
	capture_connection(&capture, 50001, 443, buffer_span(&client), buffer_span(&server), 60);
	struct network_report report = analyze(&capture, arena);
	assert_int_equal(report.tls_count, 1);
	const struct tls_session *tls = &report.tls.data[0];
	assert_string_equal(tls->server_name, "c2.example");
	assert_string_equal(tls->offered_version, "TLSv1.3");
	assert_string_equal(tls->version, "TLSv1.3");
	assert_string_equal(tls->cipher, "0x1301");
	assert_int_equal(tls->protocols.count, 2);
	assert_string_equal(tls->protocols.data[1], "http/1.1");
	assert_string_equal(tls->ja3_text, "771,4865-49195,0-10-11-16-43,29-23,0");
	/* printf %s … | md5sum */
	assert_string_equal(tls->ja3, "aca8edbe23c9bace945beb132f8ca2af");
	assert_string_equal(tls->ja3s, "cce84e7a8b742462e40afb585a3e3ccc");
	assert_string_equal(report.flows.data[0].service, "tls");
}

static void a_scan_is_counted_whole_and_does_not_hide_the_rest(void **state UNUSED)
{
	enum { SCANNED = FLOW_MAX + 5000 };
	cleanup_arena struct arena *arena = arena_new(0);
	struct capture_file capture;

	capture_begin(&capture);
	for (uint32_t i = 0; i < SCANNED; i++) {
		cleanup_buffer struct buffer frame = {0};
		struct segment syn = {.is_from_guest = true,
				      .guest_port = 1234,
				      .server_port = 23,
				      .flags = TCP_SYN};
		append_tcp_segment(&frame, &syn);
		frame.data[14 + 16 + 1] = (char)(i >> 16);
		frame.data[14 + 16 + 2] = (char)(i >> 8);
		frame.data[14 + 16 + 3] = (char)i;
		capture_add(&capture, true, &frame);
	}
	capture_connection(&capture, 50000, 6667, span_text("NICK bot\r\n"), span_empty(), 100);
	struct network_report report = analyze(&capture, arena);
	assert_int_equal(report.flow_count, SCANNED + 1);
	assert_int_equal(report.flows.count, FLOW_MAX_LISTED);
	const struct network_flow *last = &report.flows.data[FLOW_MAX_LISTED - 1];
	assert_string_equal(last->service, "irc");
	assert_int_equal(report.groups.count, 2);
	assert_int_equal(report.groups.data[0].flows, SCANNED);
	assert_int_equal(report.groups.data[0].targets, SCANNED);
	assert_int_equal(report.groups.data[0].target_port, 23);
	assert_int_equal(report.groups.data[0].state, FLOW_UNANSWERED);
}

static void a_port_that_is_used_again_is_another_flow(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct capture_file capture;

	capture_begin(&capture);
	for (int i = 0; i < 2; i++)
		capture_connection(&capture, 50000, 80, span_text("GET / HTTP/1.0\r\n\r\n"),
				   span_text("HTTP/1.0 200 OK\r\n\r\nx"), 100);
	struct network_report report = analyze(&capture, arena);
	assert_int_equal(report.flow_count, 2);
	assert_int_equal(report.http_count, 2);
	assert_int_equal(report.http.data[1].flow, 2);
}

static void drops_and_the_ceiling_are_reported(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct pcapng_statistics statistics = {.received = 100, .dropped = 7, .written = 1};
	struct capture_file capture;

	capture_begin(&capture);
	capture_udp(&capture, true, 1, 2, span_text("x"));
	pcapng_append_statistics(&capture.bytes, &statistics);
	struct network_report report = analyze(&capture, arena);
	assert_int_equal(report.dropped, 7);
	assert_int_equal(report.unwritten, 92);
	assert_false(report.is_uncounted || report.is_cut);
}

static void every_truncation_is_analyzed(void **state UNUSED)
{
	struct capture_file capture;

	capture_begin(&capture);
	capture_connection(&capture, 50000, 8080, span_text("GET / HTTP/1.1\r\n\r\n"), span_empty(),
			   100);
	for (size_t size = 0; size < capture.bytes.size; size += 3) {
		cleanup_arena struct arena *arena = arena_new(0);
		struct capture_file cut = {0};
		buffer_append(&cut.bytes, capture.bytes.data, size);
		struct network_report report = analyze(&cut, arena);
		assert_true(report.packets <= capture.count);
	}
	buffer_deinit(&capture.bytes);
}

static void an_oddly_named_host_stays_data(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer query = {0};
	struct capture_file capture;

	append_dns_query(&query, "\4a<b>\3\0\xff.", 10, 1);
	capture_begin(&capture);
	capture_udp(&capture, true, 40000, 53, buffer_span(&query));
	capture_udp(&capture, true, 40000, 53, span_text("no dns at all"));
	struct network_report report = analyze(&capture, arena);
	assert_int_equal(report.dns_count, 1);
	assert_string_equal(report.dns.data[0].name, "a\\060b\\062.\\000\\255\\046");
	assert_int_equal(report.anomalies.count, 1);
	assert_string_equal(report.anomalies.data[0].code, "dns_malformed");
}

static struct error *analyze_confined(const struct confine_child *child)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer bytes = {0};
	struct network_report report;

	struct error *err = packet_analyze(child->fds[0], arena, &report);
	if (err)
		return err;
	model_encode(&bytes, &record_network_report, &report);
	return file_write_fd(child->output, bytes.data, bytes.size);
}

static void a_confined_child_may_do_all_that_it_takes(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer output = {0};
	struct confine_policy policy = {0};
	struct confine_outcome outcome;
	struct network_report report = {0};
	struct capture_file capture;

	capture_begin(&capture);
	capture_connection(&capture, 50000, 8080, span_text(post), span_text(replies), 40);
	cleanup_close int fd = capture_open(&capture);
	struct confine_task task = {.function = analyze_confined, .fds = &fd, .fd_count = 1};
	assert_null(confine_run(&policy, &task, &output, &outcome));
	assert_int_equal(outcome.end, CONFINE_OK);
	assert_null(model_decode(buffer_span(&output), &record_network_report, arena, &report));
	assert_int_equal(report.http.count, 2);
	assert_int_equal(report.packets, capture.count);
	buffer_deinit(&capture.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_joined_with_its_answer_and_names_the_flow),
		cmocka_unit_test(requests_and_responses_are_joined_whatever_the_segments),
		cmocka_unit_test(hellos_give_names_and_fingerprints),
		cmocka_unit_test(a_scan_is_counted_whole_and_does_not_hide_the_rest),
		cmocka_unit_test(a_port_that_is_used_again_is_another_flow),
		cmocka_unit_test(drops_and_the_ceiling_are_reported),
		cmocka_unit_test(every_truncation_is_analyzed),
		cmocka_unit_test(an_oddly_named_host_stays_data),
		cmocka_unit_test(a_confined_child_may_do_all_that_it_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
