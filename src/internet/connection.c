/* SPDX-License-Identifier: MIT */
#include "internet/connection.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/alloc.h"

enum { READ_SIZE = 16 * 1024, READS_PER_TURN = 16 };

struct connection *connection_new(int fd, const struct session_world *world,
				  const struct log_peer *peer)
{
	struct connection *connection = xcalloc(1, sizeof(*connection));

	connection->fd = fd;
	connection->peer = *peer;
	session_init(&connection->session, world, &peer->local, peer->local_port);
	return connection;
}

void connection_free(struct connection *connection)
{
	if (!connection)
		return;
	close(connection->fd);
	session_deinit(&connection->session);
	free(connection);
}

static const char *write_output(struct connection *connection)
{
	struct buffer *output = &connection->session.output;

	while (output->size) {
		ssize_t done = send(connection->fd, output->data, output->size,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == EAGAIN ? NULL : "reset";
		connection->sent += (uint64_t)done;
		buffer_consume(output, (size_t)done);
	}
	if (connection->session.is_closing && !connection->is_half_closed) {
		(void)shutdown(connection->fd, SHUT_WR);
		connection->is_half_closed = true;
	}
	return NULL;
}

static const char *read_input(struct connection *connection)
{
	struct session *session = &connection->session;
	uint8_t bytes[READ_SIZE];

	for (int i = 0; i < READS_PER_TURN && session->output.size < CONNECTION_PAUSE_OUTPUT; i++) {
		ssize_t got = recv(connection->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? NULL : "reset";
		if (got == 0)
			return "closed";
		session_feed(session, span_of(bytes, (size_t)got));
		if (session->received > CONNECTION_MAX_BYTES)
			return "limit";
		const char *ended = write_output(connection);
		if (ended)
			return ended;
	}
	return NULL;
}

const char *connection_work(struct connection *connection)
{
	const char *ended = write_output(connection);

	return ended ? ended : read_input(connection);
}

uint32_t connection_events(const struct connection *connection)
{
	size_t waiting = connection->session.output.size;

	return (waiting ? (uint32_t)EPOLLOUT : 0) |
	       (waiting < CONNECTION_PAUSE_OUTPUT ? (uint32_t)EPOLLIN : 0);
}
