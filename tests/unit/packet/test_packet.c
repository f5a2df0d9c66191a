/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "unit/packet/frames.h"

static void a_syn_is_decoded_whole(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0};
	struct segment syn = {.is_from_guest = true,
			      .guest_port = 60159,
			      .server_port = 21351,
			      .sequence = 7,
			      .flags = TCP_SYN,
			      .window = 29200,
			      .options = span_of(linux_syn_options, 20)};
	struct packet packet;
	struct tcp_options options;

	append_tcp_segment(&frame, &syn);
	packet_decode(buffer_span(&frame), PACKET_LINK_ETHERNET, &packet);
	assert_int_equal(packet.layer, PACKET_LAYER_TCP);
	assert_int_equal(packet.anomalies, 0);
	assert_int_equal(packet.source_port, 60159);
	assert_int_equal(packet.target_port, 21351);
	assert_int_equal(packet.tcp.sequence, 7);
	assert_int_equal(packet.tcp.flags, TCP_SYN);
	assert_int_equal(packet.ttl, 64);
	assert_int_equal(packet.payload_size, 0);
	assert_true(tcp_options_decode(packet.tcp.options, &options));
	assert_int_equal(options.maximum_segment, 1460);
	assert_int_equal(options.window_scale, 7);
	assert_true(options.may_sack && options.has_timestamp);
	assert_int_equal(options.timestamp, 12750);
}

static void padding_is_not_payload(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0};
	struct packet packet;

	append_udp(&frame, true, 4000, 53, span_text("ab"));
	buffer_append(&frame, "\0\0\0\0\0\0\0\0", 8);
	packet_decode(buffer_span(&frame), PACKET_LINK_ETHERNET, &packet);
	assert_int_equal(packet.layer, PACKET_LAYER_UDP);
	assert_true(span_equal_text(packet.payload, "ab"));
	assert_int_equal(packet.payload_size, 2);
}

static void vlan_tags_are_passed(void **state UNUSED)
{
	cleanup_buffer struct buffer plain = {0}, tagged = {0};
	struct packet packet;

	append_udp(&plain, true, 4000, 53, span_text("ab"));
	buffer_append(&tagged, plain.data, 12);
	append_be32(&tagged, 0x88a80007);
	append_be32(&tagged, 0x81000008);
	buffer_append(&tagged, plain.data + 12, plain.size - 12);
	packet_decode(buffer_span(&tagged), PACKET_LINK_ETHERNET, &packet);
	assert_int_equal(packet.layer, PACKET_LAYER_UDP);
	assert_int_equal(packet.target_port, 53);
}

static void append_ipv6(struct buffer *out, uint8_t next, struct span body)
{
	append_ethernet(out, true, 0x86dd);
	append_be32(out, 6U << 28);
	append_be16(out, (uint16_t)body.size);
	append_be16(out, (uint16_t)(next << 8 | 60));
	for (int i = 0; i < 8; i++)
		append_be32(out, i % 4 == 0 ? 0x20010db8 : (uint32_t)i);
	buffer_append(out, body.data, body.size);
}

static void extension_headers_lead_to_the_transport(void **state UNUSED)
{
	/* hop-by-hop (8 bytes), destination options (16), UDP */
	static const uint8_t body[] = {60,   0,    1, 4,  0, 0,  0, 0, 17,  1,  1, 12,
				       0,    0,    0, 0,  0, 0,  0, 0, 0,   0,  0, 0,
				       0x10, 0x92, 0, 53, 0, 10, 0, 0, 'h', 'i'};
	cleanup_buffer struct buffer frame = {0};
	struct packet packet;

	append_ipv6(&frame, 0, span_of(body, sizeof(body)));
	packet_decode(buffer_span(&frame), PACKET_LINK_ETHERNET, &packet);
	assert_int_equal(packet.layer, PACKET_LAYER_UDP);
	assert_int_equal(packet.anomalies, 0);
	assert_int_equal(packet.source_port, 4242);
	assert_true(span_equal_text(packet.payload, "hi"));
}

static void endless_extension_headers_are_given_up(void **state UNUSED)
{
	uint8_t body[8 * 40] = {0};
	cleanup_buffer struct buffer frame = {0};
	struct packet packet;

	append_ipv6(&frame, 0, span_of(body, sizeof(body)));
	packet_decode(buffer_span(&frame), PACKET_LINK_ETHERNET, &packet);
	assert_int_equal(packet.layer, PACKET_LAYER_IP);
	assert_int_equal(packet.anomalies, PACKET_TOO_MANY_HEADERS);
}

static void a_later_fragment_has_no_ports(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0};
	struct packet packet;

	append_udp(&frame, true, 4000, 53, span_text("0123456789"));
	frame.data[14 + 6] = 0;
	frame.data[14 + 7] = 5;
	packet_decode(buffer_span(&frame), PACKET_LINK_ETHERNET, &packet);
	assert_int_equal(packet.layer, PACKET_LAYER_IP);
	assert_true(packet.is_fragment);
	assert_int_equal(packet.source_port, 0);
}

static void lying_lengths_are_anomalies(void **state UNUSED)
{
	static const struct {
		size_t offset;
		uint8_t value;
		unsigned anomaly;
	} rows[] = {
		{14, 0x41, PACKET_BAD_LENGTH},           /* IP header of 4 bytes */
		{14 + 3, 200, PACKET_CUT},               /* more than there is */
		{14 + 3, 10, PACKET_BAD_LENGTH},         /* less than a header */
		{14 + 20 + 12, 0x10, PACKET_BAD_LENGTH}, /* TCP header of 4 bytes */
		{14 + 20 + 12, 0xf0, PACKET_BAD_LENGTH}, /* of 60, over the end */
		{14, 0x65, PACKET_BAD_LENGTH},           /* version 6 in an IPv4 frame */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buffer struct buffer frame = {0};
		struct segment segment = {.is_from_guest = true, .payload = span_text("x")};
		struct packet packet;
		append_tcp_segment(&frame, &segment);
		frame.data[rows[i].offset] = (char)rows[i].value;
		packet_decode(buffer_span(&frame), PACKET_LINK_ETHERNET, &packet);
		assert_true(packet.anomalies & rows[i].anomaly);
	}
}

static void every_truncation_is_taken(void **state UNUSED)
{
	cleanup_buffer struct buffer frame = {0};
	struct segment syn = {.is_from_guest = true,
			      .flags = TCP_SYN,
			      .options = span_of(linux_syn_options, 20),
			      .payload = span_text("payload")};
	struct packet packet;

	append_tcp_segment(&frame, &syn);
	for (size_t size = 0; size < frame.size; size++) {
		struct guarded cut = guarded_copy(span_clip(buffer_span(&frame), 0, size));
		packet_decode(cut.span, PACKET_LINK_ETHERNET, &packet);
		assert_true(packet.anomalies & PACKET_CUT || size == 14);
		assert_true(packet.payload.size <= packet.payload_size ||
			    packet.layer <= PACKET_LAYER_LINK);
		guarded_free(&cut);
	}
}

static void broken_tcp_options_end_the_list(void **state UNUSED)
{
	static const uint8_t long_one[] = {2, 4, 5, 0xb4, 8, 40, 0, 0};
	static const uint8_t zero_size[] = {2, 4, 5, 0xb4, 8, 0, 0, 0};
	struct tcp_options options;

	assert_false(tcp_options_decode(span_of(long_one, 8), &options));
	assert_int_equal(options.maximum_segment, 1460);
	assert_false(tcp_options_decode(span_of(zero_size, 8), &options));
	assert_true(tcp_options_decode(span_empty(), &options));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_decoded_whole),
		cmocka_unit_test(padding_is_not_payload),
		cmocka_unit_test(vlan_tags_are_passed),
		cmocka_unit_test(extension_headers_lead_to_the_transport),
		cmocka_unit_test(endless_extension_headers_are_given_up),
		cmocka_unit_test(a_later_fragment_has_no_ports),
		cmocka_unit_test(lying_lengths_are_anomalies),
		cmocka_unit_test(every_truncation_is_taken),
		cmocka_unit_test(broken_tcp_options_end_the_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
