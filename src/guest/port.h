/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * One virtio-serial port: frames in, frames out, never blocking. What the host does not take yet
 * waits in `out`; whoever produces looks at port_pending() and holds back.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "wire/control.h"

struct port {
	int fd;
	uint64_t key;
	uint32_t sequence; /* of the next frame */
	uint64_t frames;   /* queued since the record began */
	struct buffer out;
	size_t sent; /* bytes of out that the host has */
	struct frame_reader in;
};

/* Opens /dev/virtio-ports/NAME, or finds the port of that name in sysfs. */
MUST_USE struct error *port_open(const char *name, struct port *ret);
void port_close(struct port *port);

/* Starts numbering anew under a key: the host has said HELLO. */
void port_restart(struct port *port, uint64_t key);

void port_send(struct port *port, const struct control_message *message);
void port_send_bytes(struct port *port, uint16_t type, struct span payload);
/* Bytes that wait. */
size_t port_pending(const struct port *port);
/* Writes what the host takes now. */
void port_flush(struct port *port);
/* Reads what is there; false when the host's side is closed. */
bool port_read(struct port *port);
