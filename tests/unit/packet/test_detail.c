/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "packet/detail.h"
#include "unit/packet/frames.h"

static void assert_detail(const struct buffer *frame, const struct detail_connection *connection,
			  const char *expected)
{
	cleanup_buffer struct buffer line = {0};
	struct packet packet;

	packet_decode(buffer_span(frame), PACKET_LINK_ETHERNET, &packet);
	packet.frame_size = (uint32_t)frame->size;
	packet_detail(&packet, connection, &line);
	assert_string_equal(buffer_text(&line), expected);
}

static void a_query_reads_as_in_tshark(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0}, query = {0};

	append_dns_query(&query, "\3bei\7game918\2me", 16, 1);
	append_udp(&frame, true, 40000, 53, buffer_span(&query));
	assert_detail(&frame, NULL,
		      "10.11.12.77 → 8.8.8.8 DNS 74 Standard query 0x16e9 A bei.game918.me");
}

static void a_syn_reads_as_in_tshark(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0};
	struct segment syn = {.is_from_guest = true,
			      .guest_port = 60159,
			      .server_port = 21351,
			      .sequence = 99,
			      .flags = TCP_SYN,
			      .window = 29200,
			      .options = span_of(linux_syn_options, 20)};
	struct detail_connection connection = {.sequence_base = 99};

	append_tcp_segment(&frame, &syn);
	assert_detail(&frame, &connection,
		      "10.11.12.77 → 8.8.8.8 TCP 74 60159 → 21351 [SYN] Seq=0 Win=29200 Len=0 "
		      "MSS=1460 SACK_PERM TSval=12750 TSecr=0 WS=128");
}

static void windows_are_scaled_and_numbers_relative(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0};
	struct segment data = {.guest_port = 5,
			       .server_port = 6,
			       .sequence = 11,
			       .acknowledgment = 3,
			       .flags = TCP_PSH | TCP_ACK,
			       .window = 10,
			       .payload = span_text("hello")};
	struct detail_connection connection = {
		.sequence_base = 10, .acknowledgment_base = 0xffffffff, .window_shift = 7};

	append_tcp_segment(&frame, &data);
	assert_detail(&frame, &connection,
		      "8.8.8.8 → 10.11.12.77 TCP 59 6 → 5 [PSH, ACK] Seq=1 Ack=4 Win=1280 Len=5");
}

static void other_packets_have_a_line_too(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0};
	static const uint8_t echo[] = {8, 0, 0, 0, 0, 0x2c, 0, 1, 'x'};

	append_ipv4(&frame, true, 1, span_of(echo, sizeof(echo)));
	assert_detail(&frame, NULL,
		      "10.11.12.77 → 8.8.8.8 ICMP 43 Echo (ping) request  id=0x002c, "
		      "seq=1/256, ttl=64");
	buffer_clear(&frame);
	append_ipv4(&frame, true, 47, span_text("gre"));
	assert_detail(&frame, NULL, "10.11.12.77 → 8.8.8.8 IPv4 37 Protocol 47");
	buffer_clear(&frame);
	append_ethernet(&frame, true, 0x88cc);
	assert_detail(&frame, NULL,
		      "52:54:00:01:02:03 → fe:54:00:09:09:09 Ethernet 14 Type 0x88cc");
	buffer_clear(&frame);
	append_udp(&frame, true, 7, 8, span_text("abc"));
	assert_detail(&frame, NULL, "10.11.12.77 → 8.8.8.8 UDP 45 7 → 8 Len=3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_reads_as_in_tshark),
		cmocka_unit_test(a_syn_reads_as_in_tshark),
		cmocka_unit_test(windows_are_scaled_and_numbers_relative),
		cmocka_unit_test(other_packets_have_a_line_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
