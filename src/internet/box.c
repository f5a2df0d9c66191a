/* SPDX-License-Identifier: MIT */
#include "internet/box.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "confine/confine.h"
#include "internet/connection.h"
#include "internet/datagram.h"
#include "internet/privilege.h"
#include "internet/udp.h"

enum {
	MAX_CONNECTIONS = 4096,
	SPARE_DESCRIPTORS = 32,
	EVENTS_PER_WAIT = 64,
	ACCEPTS_PER_TURN = 64,
	DATAGRAMS_PER_TURN = 64,
	SWEEP_MS = 1000,
};

/* What an epoll event belongs to. A connection's is the connection itself. */
enum source_kind {
	SOURCE_LISTENER,
	SOURCE_DATAGRAM,
	SOURCE_LOG,
	SOURCE_STOP,
	SOURCE_KINDS,
};

struct source {
	enum source_kind kind;
	int fd;
};

struct box {
	int epoll_fd;
	const struct internet_sockets *sockets;
	struct names *names;
	struct dns_server dns;
	struct session_world world;
	struct log log;
	struct log_summary summary;
	struct source sources[16];
	size_t source_count;
	struct connection *oldest;
	struct connection *newest;
	size_t connection_count;
	size_t connection_limit;
	bool is_ending;
};

/* ---- connections, ordered by when they were last used ---- */

static void unlink_connection(struct box *box, struct connection *connection)
{
	*(connection->older ? &connection->older->newer : &box->oldest) = connection->newer;
	*(connection->newer ? &connection->newer->older : &box->newest) = connection->older;
	connection->older = connection->newer = NULL;
}

static void link_newest(struct box *box, struct connection *connection)
{
	connection->used_ms = clock_monotonic_ns() / 1000000;
	connection->older = box->newest;
	*(box->newest ? &box->newest->newer : &box->oldest) = connection;
	box->newest = connection;
}

static void drop_connection(struct box *box, struct connection *connection, const char *how)
{
	log_session(&box->log, &connection->peer, &connection->session, connection->sent, how);
	unlink_connection(box, connection);
	box->connection_count--;
	connection_free(connection);
}

static void work_connection(struct box *box, struct connection *connection)
{
	const char *ended = connection_work(connection);

	if (ended) {
		drop_connection(box, connection, ended);
		return;
	}
	unlink_connection(box, connection);
	link_newest(box, connection);
	struct epoll_event event = {.events = connection_events(connection),
				    .data.ptr = connection};
	(void)epoll_ctl(box->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

/* Closes what has been idle for long; a connection that we closed gets less time. */
static void sweep(struct box *box)
{
	uint64_t now = clock_monotonic_ns() / 1000000;
	struct connection *next;

	for (struct connection *c = box->oldest; c; c = next) {
		next = c->newer;
		uint64_t idle = now - c->used_ms;
		if (idle > CONNECTION_IDLE_MS)
			drop_connection(box, c, "idle");
		else if (c->is_half_closed && idle > CONNECTION_LINGER_MS)
			drop_connection(box, c, "closed");
		else if (idle < CONNECTION_LINGER_MS)
			break;
	}
}

static bool socket_end(const struct sockaddr_storage *address, struct ip_address *ret,
		       uint16_t *ret_port)
{
	if (address->ss_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		*ret = ip_address_of(span_of(&in.sin_addr, 4));
		*ret_port = ntohs(in.sin_port);
		return true;
	}
	if (address->ss_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, address, sizeof(in6));
		*ret = ip_address_of(span_of(&in6.sin6_addr, 16));
		*ret_port = ntohs(in6.sin6_port);
		return true;
	}
	return false;
}

static bool connection_peer(int fd, struct log_peer *ret)
{
	struct sockaddr_storage local = {0}, peer = {0};
	socklen_t local_size = sizeof(local), peer_size = sizeof(peer);
	struct ip_address peer_address;

	if (getsockname(fd, (struct sockaddr *)&local, &local_size) ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_size))
		return false;
	return socket_end(&local, &ret->local, &ret->local_port) &&
	       socket_end(&peer, &peer_address, &ret->peer_port);
}

static void add_connection(struct box *box, int fd)
{
	struct log_peer peer;

	if (!connection_peer(fd, &peer)) { /* reset already */
		close(fd);
		return;
	}
	struct connection *connection = connection_new(fd, &box->world, &peer);
	struct epoll_event event = {.events = connection_events(connection),
				    .data.ptr = connection};
	box->summary.connections++;
	box->connection_count++;
	link_newest(box, connection);
	if (epoll_ctl(box->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		drop_connection(box, connection, "limit");
}

static void take_connections(struct box *box, int listener)
{
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		if (box->connection_count >= box->connection_limit) {
			box->summary.evicted++;
			drop_connection(box, box->oldest, "evicted");
		}
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			add_connection(box, fd);
		else if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

/* ---- datagrams ---- */

/* Where a datagram was sent to, before TPROXY. */
static bool original_target(struct msghdr *message, struct ip_address *ret, uint16_t *ret_port)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct sockaddr_storage address = {0};
		bool is_v4 = c->cmsg_level == SOL_IP && c->cmsg_type == IP_ORIGDSTADDR;
		bool is_v6 = c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_ORIGDSTADDR;
		if (!is_v4 && !is_v6)
			continue;
		size_t size = is_v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
		if (c->cmsg_len < CMSG_LEN(size))
			continue;
		memcpy(&address, CMSG_DATA(c), size);
		return socket_end(&address, ret, ret_port);
	}
	return false;
}

static bool send_datagram(struct box *box, const struct datagram *datagram)
{
	cleanup_buffer struct buffer packet = {0};
	struct sockaddr_in to4 = {.sin_family = AF_INET};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6};
	bool is_v4 = datagram->source.family == 4;
	int fd = is_v4 ? box->sockets->raw4 : box->sockets->raw6;

	datagram_append(datagram, &packet);
	memcpy(&to4.sin_addr, datagram->target.bytes, 4);
	memcpy(&to6.sin6_addr, datagram->target.bytes, 16);
	const struct sockaddr *to =
		is_v4 ? (const struct sockaddr *)&to4 : (const struct sockaddr *)&to6;
	socklen_t size = is_v4 ? sizeof(to4) : sizeof(to6);
	return fd >= 0 && sendto(fd, packet.data, packet.size, MSG_DONTWAIT, to, size) >= 0;
}

static void answer_datagram(struct box *box, struct datagram *reply, struct span payload)
{
	cleanup_buffer struct buffer answer = {0};
	struct udp_request request = {.port = reply->source_port, .payload = payload};
	struct log_peer peer = {.local = reply->source,
				.local_port = reply->source_port,
				.peer_port = reply->target_port};
	struct dns_answer dns;

	box->summary.datagrams++;
	const char *service = udp_answer(&box->dns, &request, &answer, &dns);
	if (service) {
		reply->payload = buffer_span(&answer);
		if (!send_datagram(box, reply))
			box->summary.unanswered++;
	}
	if (service && strcmp(service, "dns") == 0) {
		box->summary.queries++;
		log_dns(&box->log, "udp", &dns);
	} else {
		log_datagram(&box->log, &peer, payload, service);
	}
}

static void take_datagrams(struct box *box, int fd)
{
	for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
		uint8_t bytes[65536];
		_Alignas(struct cmsghdr) uint8_t control[256];
		struct sockaddr_storage from = {0};
		struct iovec part = {.iov_base = bytes, .iov_len = sizeof(bytes)};
		struct msghdr message = {.msg_name = &from,
					 .msg_namelen = sizeof(from),
					 .msg_iov = &part,
					 .msg_iovlen = 1,
					 .msg_control = control,
					 .msg_controllen = sizeof(control)};
		ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return;
		struct datagram reply;
		if (socket_end(&from, &reply.target, &reply.target_port) &&
		    original_target(&message, &reply.source, &reply.source_port) &&
		    reply.source.family == reply.target.family)
			answer_datagram(box, &reply, span_of(bytes, (size_t)got));
	}
}

/* ---- the loop ---- */

static struct error *add_source(struct box *box, enum source_kind kind, int fd, uint32_t events)
{
	if (fd < 0)
		return NULL;
	struct source *source = &box->sources[box->source_count++];
	*source = (struct source){.kind = kind, .fd = fd};
	struct epoll_event event = {.events = events, .data.ptr = source};
	/* EPERM: a log that is a file, which needs no watching. */
	if (epoll_ctl(box->epoll_fd, EPOLL_CTL_ADD, fd, &event) && errno != EPERM)
		return error_os(errno, "watch descriptor %d", fd);
	return NULL;
}

static struct error *add_server_socket(struct box *box, enum source_kind kind, int fd)
{
	int flags = fd < 0 ? 0 : fcntl(fd, F_GETFL);

	if (fd >= 0 && (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK)))
		return error_os(errno, "set up descriptor %d", fd);
	return add_source(box, kind, fd, EPOLLIN);
}

static struct error *add_sources(struct box *box, int signal_fd)
{
	const struct internet_sockets *sockets = box->sockets;
	struct error *err = add_source(box, SOURCE_STOP, signal_fd, EPOLLIN);

	if (!err)
		err = add_source(box, SOURCE_STOP, sockets->stop, EPOLLIN);
	if (!err)
		err = add_source(box, SOURCE_LOG, sockets->log, 0); /* EPOLLERR: no reader */
	for (size_t i = 0; !err && i < 2; i++) {
		err = add_server_socket(box, SOURCE_LISTENER, sockets->tcp_listener[i]);
		if (!err)
			err = add_server_socket(box, SOURCE_DATAGRAM, sockets->udp_dns[i]);
		if (!err)
			err = add_server_socket(box, SOURCE_DATAGRAM, sockets->udp_any[i]);
	}
	return err;
}

static bool is_source(const struct box *box, const void *pointer)
{
	for (size_t i = 0; i < box->source_count; i++)
		if (pointer == &box->sources[i])
			return true;
	return false;
}

static void handle_source(struct box *box, const struct source *source, uint32_t events)
{
	switch (source->kind) {
	case SOURCE_LISTENER:
		take_connections(box, source->fd);
		break;
	case SOURCE_DATAGRAM:
		take_datagrams(box, source->fd);
		break;
	case SOURCE_LOG:
		box->is_ending = box->is_ending || (events & (EPOLLERR | EPOLLHUP));
		break;
	case SOURCE_STOP:
		box->is_ending = true;
		break;
	case SOURCE_KINDS:
		break;
	}
}

static struct error *loop(struct box *box)
{
	struct epoll_event events[EVENTS_PER_WAIT];

	while (!box->is_ending) {
		int count = epoll_wait(box->epoll_fd, events, EVENTS_PER_WAIT, SWEEP_MS);
		if (count < 0 && errno != EINTR)
			return error_os(errno, "wait for the guest");
		/* Connections first: a listener may drop one that has an event in this batch. */
		for (int i = 0; i < count; i++)
			if (!is_source(box, events[i].data.ptr))
				work_connection(box, events[i].data.ptr);
		for (int i = 0; i < count; i++)
			if (is_source(box, events[i].data.ptr))
				handle_source(box, events[i].data.ptr, events[i].events);
		sweep(box);
		log_flush(&box->log);
	}
	return NULL;
}

static void box_deinit(struct box *box)
{
	while (box->oldest)
		drop_connection(box, box->oldest, "stopped");
	box->summary.names = names_count(box->names);
	box->summary.shared_names = names_shared_count(box->names);
	log_summary(&box->log, &box->summary);
	log_deinit(&box->log);
	names_free(box->names);
	if (box->epoll_fd >= 0)
		close(box->epoll_fd);
}

/* As many connections as descriptors allow. */
static size_t raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 256;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur <= 2 * SPARE_DESCRIPTORS)
		return SPARE_DESCRIPTORS;
	return (size_t)min_of(limit.rlim_cur - SPARE_DESCRIPTORS, (rlim_t)MAX_CONNECTIONS);
}

static struct error *box_init(struct box *box, const struct internet_sockets *sockets,
			      const struct internet_options *options)
{
	*box = (struct box){.sockets = sockets, .epoll_fd = -1, .names = names_new()};
	box->dns = (struct dns_server){.names = box->names,
				       .missing_names = options->missing_names,
				       .missing_count = options->missing_count,
				       .has_ipv6 = options->has_ipv6};
	box->world =
		(struct session_world){.dns = &box->dns, .public_address = options->public_address};
	if (!box->world.public_address.family)
		box->world.public_address = ip_address_v4(0xc000024d);
	box->connection_limit = raise_descriptor_limit();
	struct error *err = log_init(&box->log, sockets->log);
	if (err)
		return err;
	box->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return box->epoll_fd < 0 ? error_os(errno, "make an epoll descriptor") : NULL;
}

struct error *internet_run(const struct internet_sockets *sockets,
			   const struct internet_options *options)
{
	sigset_t signals;

	struct error *err = privilege_check_none();
	if (err)
		return err;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGPIPE);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	sigdelset(&signals, SIGPIPE);
	cleanup_close int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	__attribute__((cleanup(box_deinit))) struct box box;
	err = box_init(&box, sockets, options);
	if (!err && signal_fd < 0)
		err = error_os(errno, "make a signal descriptor");
	if (!err)
		err = add_sources(&box, signal_fd);
	if (!err)
		err = confine_apply_box_filter();
	return err ? err : loop(&box);
}

int internet_box_main(const struct internet_sockets *sockets,
		      const struct internet_options *options)
{
	struct error *err = internet_run(sockets, options);

	if (err) {
		fprintf(stderr, "internet: %s\n", error_message(err));
		error_free(err);
		return 1;
	}
	return 0;
}
