/* SPDX-License-Identifier: MIT */
#pragma once
/* Conversations of the sample's processes, one for each socket and peer: what joins the flows that
 * are seen outside the guest to processes. */
#include "base/vec.h"
#include "model/model.h"
#include "trace/id_map.h"
#include "trace/store.h"
#include "wire/event_read.h"

enum { CONNECTIONS_MAX = 10000 };

struct connections {
	struct store *store;
	struct id_map ids; /* socket and peer → index */
	vec(struct connection) list;
	uint64_t not_kept;
};

void connections_init(struct connections *connections, struct store *store, uint64_t seed);
void connections_deinit(struct connections *connections);
void connections_take(struct connections *connections, const struct event_socket *socket,
		      const struct event *event);
