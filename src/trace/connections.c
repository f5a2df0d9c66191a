/* SPDX-License-Identifier: MIT */
#include "trace/connections.h"

#include <sys/socket.h>

void connections_init(struct connections *connections, struct store *store, uint64_t seed)
{
	*connections = (struct connections){.store = store};
	id_map_init(&connections->ids, seed);
}

void connections_deinit(struct connections *connections)
{
	vec_deinit(&connections->list);
	id_map_deinit(&connections->ids);
}

static uint64_t key_of(const struct event_socket *socket)
{
	struct span bytes = span_of(socket->remote.bytes, sizeof(socket->remote.bytes));
	uint64_t peer = id_mix(span_u64(bytes, 0, BYTE_ORDER_LITTLE),
			       span_u64(bytes, 8, BYTE_ORDER_LITTLE));

	return id_mix(peer ^ socket->cookie,
		      (uint64_t)socket->remote.port << 16 | socket->remote.family);
}

static const char *operation_of(enum event_kind kind)
{
	if (kind == EVENT_KIND_CONNECT || kind == EVENT_KIND_CONNECTED)
		return "connect";
	if (kind == EVENT_KIND_ACCEPT)
		return "accept";
	if (kind == EVENT_KIND_LISTEN)
		return "listen";
	return kind == EVENT_KIND_SEND ? "send" : NULL;
}

void connections_take(struct connections *connections, const struct event_socket *socket,
		      const struct event *event)
{
	const char *operation = operation_of(event->type);
	uint64_t key = key_of(socket);
	struct connection *connection;
	uint32_t index;

	if (!event->is_sample || !operation ||
	    (socket->family != AF_INET && socket->family != AF_INET6))
		return;
	if (id_map_get(&connections->ids, key, &index)) {
		connection = &connections->list.data[index];
	} else {
		if (connections->list.count >= CONNECTIONS_MAX) {
			connections->not_kept++;
			return;
		}
		id_map_put(&connections->ids, key, (uint32_t)connections->list.count);
		connection = vec_push(&connections->list);
		connection->event = event->number;
		connection->time_ns = event->time_ns;
		connection->process = event->process;
		connection->operation = operation;
		connection->protocol = store_text(connections->store, event->protocol);
		connection->address = store_text(connections->store, event->address);
		connection->port = event->port;
	}
	if (event->local_port && connection->local_port != event->local_port) {
		connection->local_address = store_text(connections->store, event->local_address);
		connection->local_port = event->local_port;
	}
	connection->result = event->result;
}
