/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * QEMU's monitor protocol over a connected socket. A guest that took QEMU over speaks here too: lines
 * have a ceiling, answers a deadline, and what they say only ever ends or degrades this one run.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json_reader.h"

/* What the machine said of itself since the start. */
struct qmp_facts {
	bool is_resumed;
	bool is_shut_down; /* the guest powered off or reset; the machine stands still */
	bool is_reset;     /* … it was a reset */
	bool has_panicked;
	bool is_closed;         /* QEMU hung up */
	uint64_t ignored_bytes; /* what was no line of the protocol */
};

struct qmp {
	int fd; /* not owned */
	struct buffer input;
	struct qmp_facts facts;
	uint32_t next_id;
};

void qmp_init(struct qmp *qmp, int fd);
void qmp_deinit(struct qmp *qmp);
/* Reads the greeting and leaves the capabilities mode. */
MUST_USE struct error *qmp_greet(struct qmp *qmp, int timeout_ms);
/* `arguments` is a JSON object, or NULL. ret (may be NULL) gets the whole answer, to be freed. */
MUST_USE struct error *qmp_call(struct qmp *qmp, const char *command, const char *arguments,
				int timeout_ms, struct json_document **ret);
/* Takes in the events that came, without waiting. Poll fd for when. */
void qmp_take_events(struct qmp *qmp);
/* The device state is to hold no memory: that is a file of its own, on both sides. */
MUST_USE struct error *qmp_ignore_shared(struct qmp *qmp, int timeout_ms);
/* Waits until the migration (out or in) is over. */
MUST_USE struct error *qmp_wait_migration(struct qmp *qmp, int timeout_ms);
