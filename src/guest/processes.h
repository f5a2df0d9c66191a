/* SPDX-License-Identifier: MIT */
#pragma once
/* The agent's view of /proc, for the host to hold against what it reads from memory. */
#include <stddef.h>

#include "base/error.h"
#include "capture/shared.h"
#include "guest/port.h"

/* Sends one FRAME_PROCESS for each process, at most 4,096. Gives how many. */
MUST_USE struct error *processes_send(struct port *stream, const struct marked_task *marked,
				      size_t marked_count, size_t *ret_count);
