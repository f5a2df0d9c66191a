/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/port.h"

/* A port whose host side is the other end of a socket pair. */
static int make_port(struct port *port)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*port = (struct port){.fd = ends[0]};
	frame_reader_init(&port->in);
	return ends[1];
}

static void a_host_that_reads_nothing_never_blocks_and_loses_nothing(void **state)
{
	(void)state;
	enum { FRAMES = 100, SIZE = 64 * 1024 };
	static char payload[SIZE];
	static char bytes[SIZE];
	struct port port;
	struct frame_reader reader;
	struct frame frame;
	unsigned count = 0;
	int host = make_port(&port);

	for (int i = 0; i < FRAMES; i++) {
		port_send_bytes(&port, FRAME_EVENTS, span_of(payload, SIZE));
		port_flush(&port);
	}
	assert_true(port_pending(&port) > SIZE);
	assert_int_equal(port.frames, FRAMES);
	frame_reader_init(&reader);
	fcntl(host, F_SETFL, O_NONBLOCK);
	while (count < FRAMES) {
		ssize_t got = read(host, bytes, sizeof(bytes));
		if (got > 0)
			frame_reader_feed(&reader, bytes, (size_t)got);
		while (frame_reader_next(&reader, &frame))
			count++;
		port_flush(&port);
	}
	assert_int_equal(port_pending(&port), 0);
	assert_int_equal(reader.missing_frames, 0);
	assert_int_equal(reader.skipped_bytes, 0);
	frame_reader_deinit(&reader);
	close(host);
	port_close(&port);
}

static void hello_starts_the_numbers_anew_under_its_key(void **state)
{
	(void)state;
	char bytes[256];
	struct control_message message = {.type = FRAME_GO};
	struct frame_reader reader;
	struct frame frame;
	struct port port;
	int host = make_port(&port);

	port_send(&port, &message);
	port_flush(&port);
	assert_true(read(host, bytes, sizeof(bytes)) > 0);
	port_restart(&port, 99);
	port_send(&port, &message);
	port_flush(&port);
	ssize_t got = read(host, bytes, sizeof(bytes));
	frame_reader_init(&reader);
	reader.key = 99;
	frame_reader_feed(&reader, bytes, (size_t)got);
	assert_true(frame_reader_next(&reader, &frame));
	assert_int_equal(frame.sequence, 0);
	assert_int_equal(reader.forged_frames, 0);
	frame_reader_deinit(&reader);
	close(host);
	port_close(&port);
}

static void what_the_host_sends_is_read_and_its_end_noticed(void **state)
{
	(void)state;
	cleanup_buffer struct buffer bytes = {0};
	struct frame frame;
	struct port port;
	int host = make_port(&port);

	frame_append(&bytes, FRAME_GO, 7, 0, NULL, 0);
	assert_int_equal(write(host, bytes.data, bytes.size), (ssize_t)bytes.size);
	assert_true(port_read(&port));
	assert_true(frame_reader_next(&port.in, &frame));
	assert_int_equal(frame.sequence, 7);
	assert_true(port_read(&port));
	close(host);
	assert_false(port_read(&port));
	port_close(&port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_that_reads_nothing_never_blocks_and_loses_nothing),
		cmocka_unit_test(hello_starts_the_numbers_anew_under_its_key),
		cmocka_unit_test(what_the_host_sends_is_read_and_its_end_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
