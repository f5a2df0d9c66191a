/* SPDX-License-Identifier: MIT */
#pragma once
/* A session on its socket: reads, writes, closes in order. */
#include "internet/log.h"

enum {
	CONNECTION_MAX_BYTES = 64 * 1024 * 1024, /* from the guest, then it is closed */
	CONNECTION_PAUSE_OUTPUT = 256 * 1024,    /* no more is read while this much waits */
	CONNECTION_IDLE_MS = 300 * 1000,
	CONNECTION_LINGER_MS = 2000, /* after our end is closed */
};

struct connection {
	int fd;
	struct session session;
	struct log_peer peer;
	uint64_t sent;
	uint64_t used_ms;         /* monotonic, of the last byte either way */
	bool is_half_closed;      /* our side was shut down */
	struct connection *older; /* by used_ms, kept by the loop */
	struct connection *newer;
};

/* Takes the descriptor. */
struct connection *connection_new(int fd, const struct session_world *world,
				  const struct log_peer *peer);
void connection_free(struct connection *connection);
/* Moves bytes both ways until the socket gives no more. NULL: it lives on; else how it ended. */
const char *connection_work(struct connection *connection);
/* EPOLLIN and EPOLLOUT as they are wanted now. */
uint32_t connection_events(const struct connection *connection);
