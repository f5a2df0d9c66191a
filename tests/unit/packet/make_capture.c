/* SPDX-License-Identifier: MIT */
/* make_capture FILE: a capture with something of everything, for the comparison with tshark. */
#include <fcntl.h>
#include <stdio.h>

#include "unit/packet/frames.h"
#include "unit/packet/hello.h"

static void add_dns(struct capture_file *capture)
{
	static const uint16_t types[] = {1, 2, 5, 6, 12, 15, 16, 28, 33, 65, 255, 257};
	cleanup_buffer struct buffer query = {0};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		buffer_clear(&query);
		append_dns_query(&query, "\3bei\7game918\2me", 16, types[i]);
		query.data[1] = (char)i;
		capture_udp(capture, true, (uint16_t)(40000 + i), 53, buffer_span(&query));
		query.data[2] = (char)0x81; /* and a response that has nothing */
		query.data[3] = (char)(0x80 | (i % 6));
		capture_udp(capture, false, (uint16_t)(40000 + i), 53, buffer_span(&query));
	}
	buffer_clear(&query);
	append_dns_query(&query, "", 1, 2); /* the root */
	capture_udp(capture, true, 41000, 53, buffer_span(&query));
}

static void add_answers(struct capture_file *capture)
{
	static const struct {
		uint16_t type;
		const char *data;
		size_t size;
	} rows[] = {{1, "\x08\x08\x08\x08", 4},
		    {28, " \x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16},
		    {15, "\0\x0a\4mail\xc0\x0c", 9},
		    {5, "\5other\xc0\x0c", 8},
		    {2, "\3ns1\xc0\x0c", 6},
		    {12, "\3ptr\xc0\x0c", 6},
		    {16, "\2ab\1c", 5},
		    {33, "\0\1\0\2\1\xbb\1s\xc0\x0c", 10}};
	cleanup_buffer struct buffer answer = {0}, query = {0};

	append_dns_query(&query, "\3bei\7game918\2me", 16, 255);
	append_dns_query(&answer, "\3bei\7game918\2me", 16, 255);
	memcpy(answer.data + 2, "\x81\x80\0\1\0\x08", 6);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		append_be16(&answer, 0xc00c);
		append_be16(&answer, rows[i].type);
		append_be16(&answer, 1);
		append_be32(&answer, 300);
		append_be16(&answer, (uint16_t)rows[i].size);
		buffer_append(&answer, rows[i].data, rows[i].size);
	}
	capture_udp(capture, true, 42000, 53, buffer_span(&query));
	capture_udp(capture, false, 42000, 53, buffer_span(&answer));
}

static void add_tcp_oddities(struct capture_file *capture)
{
	struct segment segment = {.is_from_guest = true,
				  .guest_port = 60159,
				  .server_port = 21351,
				  .sequence = 0xfffffff0,
				  .window = 29200,
				  .flags = TCP_SYN,
				  .options = span_of(linux_syn_options, 20),
				  .payload = span_empty()};
	struct segment reset = {.guest_port = 60159,
				.server_port = 21351,
				.acknowledgment = 0xfffffff1,
				.flags = TCP_RST | TCP_ACK,
				.options = span_empty(),
				.payload = span_empty()};

	capture_tcp(capture, &segment);
	capture_tcp(capture, &reset);
	for (uint16_t flags = 0; flags < 0x200; flags = (uint16_t)(flags + 37)) {
		/* Each on a port of its own: a scanner's packets of all kinds. */
		segment.guest_port++;
		segment.flags = flags;
		segment.acknowledgment = flags & TCP_ACK ? 77 : 0;
		segment.options = span_empty();
		capture_tcp(capture, &segment);
	}
}

static void add_others(struct capture_file *capture)
{
	static const uint8_t echo[] = {8, 0, 0, 0, 0, 0x2c, 1, 2, 'x'};
	static const uint8_t reply[] = {0, 0, 0, 0, 0, 0x2c, 1, 3, 'x'};
	cleanup_buffer struct buffer frame = {0};

	append_ipv4(&frame, true, 1, span_of(echo, sizeof(echo)));
	capture_add(capture, true, &frame);
	append_ipv4(&frame, false, 1, span_of(reply, sizeof(reply)));
	capture_add(capture, false, &frame);
	capture_udp(capture, true, 7000, 4444, span_text("hello, c2"));
	capture_udp(capture, true, 7000, 4445, span_empty());
	append_ethernet(&frame, true, 0x0806);
	append_be32(&frame, 0x00010800);
	append_be32(&frame, 0x06040001);
	buffer_append(&frame, "\x52\x54\0\1\2\3\x0a\x0b\x0c\x4d\0\0\0\0\0\0\x0a\x0b\x0c\1", 20);
	capture_add(capture, true, &frame);
}

static void add_talks(struct capture_file *capture)
{
	static const char requests[] = "POST /gate.php?a=1 HTTP/1.1\r\nHost: c2.example:8080\r\n"
				       "User-Agent: bot/1.0\r\nContent-Length: 3\r\n\r\nabc"
				       "GET /x.sh HTTP/1.1\r\nHost: c2.example:8080\r\n\r\n";
	static const char replies[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
				      "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
	cleanup_buffer struct buffer body = {0}, client = {0}, answer = {0}, server = {0};

	capture_connection(capture, 50000, 8080, span_text(requests), span_text(replies), 57);
	append_client_hello(&body);
	append_handshake(&client, 1, &body, 4000);
	append_server_hello(&answer);
	append_handshake(&server, 2, &answer, 4000);
	capture_connection(capture, 50001, 443, buffer_span(&client), buffer_span(&server), 400);
}

int main(int argc, char **argv)
{
	struct capture_file capture;

	if (argc != 2)
		return 2;
	capture_begin(&capture);
	add_dns(&capture);
	add_answers(&capture);
	add_tcp_oddities(&capture);
	add_others(&capture);
	add_talks(&capture);
	struct error *err = file_write(argv[1], capture.bytes.data, capture.bytes.size, 0644);
	buffer_deinit(&capture.bytes);
	if (!err)
		return 0;
	fprintf(stderr, "%s\n", error_message(err));
	error_free(err);
	return 1;
}
