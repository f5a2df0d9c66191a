/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "internet/datagram.h"
#include "internet/udp.h"
#include "packet/packet.h"

#include <netinet/in.h>
#include <string.h>

static const char query[] = "\0\1\1\0\0\1\0\0\0\0\0\0\3www\7example\0\0\1\0\1";

static const char *answer(uint16_t port, struct span payload, struct buffer *out)
{
	struct names *names = names_new();
	struct dns_server dns = {.names = names};
	struct udp_request request = {.port = port, .payload = payload};
	struct dns_answer dns_answer;
	const char *service = udp_answer(&dns, &request, out, &dns_answer);

	names_free(names);
	return service;
}

static void queries_are_answered_on_any_port(void **state UNUSED)
{
	static const uint16_t ports[] = {53, 5300, 1};

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		cleanup_buffer struct buffer out = {0};
		assert_string_equal(answer(ports[i], span_of(query, sizeof(query) - 1), &out),
				    "dns");
		assert_int_equal(out.size, sizeof(query) - 1 + 16);
	}
}

static void other_datagrams_get_no_answer(void **state UNUSED)
{
	static const struct {
		uint16_t port;
		const char *bytes;
		size_t size;
	} rows[] = {{4444, "hello", 5},
		    {53, "hi", 2},
		    {123, "short", 5},
		    {4444, "", 0},
		    {4444, "\0\1\1\0\0\1\0\0\0\0\0\0\3www\7example\0\0\1\0\1X", 30}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buffer struct buffer out = {0};
		assert_null(answer(rows[i].port, span_of(rows[i].bytes, rows[i].size), &out));
		assert_int_equal(out.size, 0);
	}
}

static void a_clock_is_told_the_time(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	uint8_t request[48] = {0x23, [40] = 1, 2, 3, 4, 5, 6, 7, 8};

	assert_string_equal(answer(123, span_of(request, sizeof(request)), &out), "ntp");
	assert_int_equal(out.size, 48);
	assert_int_equal(out.data[0], 0x24);
	assert_memory_equal(out.data + 24, request + 40, 8);
}

/* RFC 1071: the sum over all with the checksum in place is ~0. */
static uint16_t sum(struct span bytes, uint32_t start)
{
	for (size_t i = 0; i < bytes.size; i++)
		start += i % 2 ? span_u8(bytes, i) : (uint32_t)span_u8(bytes, i) << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return (uint16_t)start;
}

static void datagrams_have_right_headers_and_sums(void **state UNUSED)
{
	static const char *const ends[][2] = {{"1.2.3.4", "192.0.2.77"},
					      {"2001:db8::1", "fd00::2"}};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		for (size_t size = 0; size < 9; size++) {
			cleanup_buffer struct buffer out = {0};
			struct datagram datagram = {.source_port = 53,
						    .target_port = 40000,
						    .payload = span_of("abcdefghi", size)};
			struct packet packet;
			assert_true(ip_address_parse(ends[i][0], &datagram.source));
			assert_true(ip_address_parse(ends[i][1], &datagram.target));
			datagram_append(&datagram, &out);
			packet_decode(buffer_span(&out), PACKET_LINK_RAW_IP, &packet);
			assert_int_equal(packet.layer, PACKET_LAYER_UDP);
			assert_int_equal(packet.anomalies, 0);
			assert_true(ip_address_equal(&packet.source, &datagram.source));
			assert_int_equal(packet.target_port, 40000);
			assert_int_equal(packet.payload_size, size);
			size_t header = i == 0 ? 20 : 40;
			if (i == 0)
				assert_int_equal(sum(span_clip(buffer_span(&out), 0, 20), 0),
						 0xffff);
			struct span body =
				span_clip(buffer_span(&out), header - (i ? 32 : 8), out.size);
			assert_int_equal(sum(body, (uint32_t)(IPPROTO_UDP + 8 + size)), 0xffff);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_answered_on_any_port),
		cmocka_unit_test(other_datagrams_get_no_answer),
		cmocka_unit_test(a_clock_is_told_the_time),
		cmocka_unit_test(datagrams_have_right_headers_and_sums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
