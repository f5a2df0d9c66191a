/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The host's side of the talk with the agent in the guest (wire/control.h). All that comes is
 * hostile: frames are bounded by wire, and what they claim is capped here.
 *
 * One call of guest_session_step() reads and writes what both ports hold, and files each frame away:
 * event frames go to events.bin as they came, terminal output into the list, files to the
 * collector, the rest into the fields below.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "engine/collector.h"
#include "wire/control.h"

enum {
	SESSION_TERMINAL_LIMIT = 16 * 1024 * 1024, /* bytes of terminal output that are kept */
	SESSION_PROBLEMS_MAX = 64,
};

struct guest_session_chunk {
	uint64_t time_ns; /* guest-monotonic */
	bool is_error;    /* stderr, where it is told apart */
	struct span data;
};

struct guest_session_problem {
	const char *code;
	const char *text;
};

/* Others that have something to say while the session waits: the machine, the analyst. */
struct guest_session_side {
	const int *fds;              /* -1: none */
	size_t fd_count;             /* at most SESSION_SIDE_MAX */
	void (*pump)(void *context); /* called after each wait */
	void *context;
};
enum { SESSION_SIDE_MAX = 8 };

struct guest_session {
	struct guest_session_side side;
	int control_fd; /* not owned, non-blocking from here on */
	int stream_fd;
	int events_fd; /* events.bin; not owned */
	uint64_t key;
	uint64_t events_limit; /* bytes of events.bin */
	struct arena *arena;
	struct collector *collector;

	struct frame_reader control;
	struct frame_reader stream;
	struct buffer outgoing;
	uint32_t next_sequence;
	uint32_t requests_done;

	/* What was said so far. */
	bool is_closed; /* the machine hung up */
	bool has_ready, has_started, has_exited, has_idle, has_frozen, has_collected;
	struct control_done done; /* the last one */
	struct control_started started;
	struct control_exited exited;
	struct control_idle idle;
	struct control_frozen frozen;
	struct control_collected collected;
	struct control_heartbeat heartbeat;
	uint64_t heartbeat_ns; /* host-monotonic, when the last one came */
	struct control_clock first_clock, last_clock;
	uint64_t first_clock_ns, last_clock_ns; /* host-monotonic, when they came */
	bool has_clock, has_heartbeat;
	char kernel[96];
	uint16_t machine;
	const char *missing_probes; /* "" when all were attached */

	uint64_t stream_frames; /* read so far */
	uint64_t events_bytes;
	uint64_t events_dropped; /* bytes over events_limit */
	vec(struct guest_session_chunk) terminal;
	uint64_t terminal_bytes;
	uint64_t terminal_dropped;
	vec(struct guest_session_problem) problems;
	uint64_t malformed;        /* frames that could not be read */
	struct error *write_error; /* of events.bin; the first */
};

/* arena and collector outlive the session. */
void guest_session_init(struct guest_session *session, int control_fd, int stream_fd, int events_fd,
			struct arena *arena, struct collector *collector);
void guest_session_deinit(struct guest_session *session);

/* Queues a request; the number that requests_done reaches when it is done. */
uint32_t guest_session_send(struct guest_session *session, const struct control_message *message);
/* Waits at most timeout_ms for something to happen and takes it in. */
MUST_USE struct error *guest_session_step(struct guest_session *session, int timeout_ms);
/* Sends, waits for the answer; an errno in it is an error that names `what`. */
MUST_USE struct error *guest_session_call(struct guest_session *session,
					  const struct control_message *message, int timeout_ms,
					  const char *what);
/* Waits until all requests so far are done. */
MUST_USE struct error *guest_session_settle(struct guest_session *session, int timeout_ms,
					    const char *what);
/* Reads until the stream holds the given count of frames; false when time is over. */
bool guest_session_drain(struct guest_session *session, uint64_t frames, int timeout_ms);

/* Sends a whole file in chunks, as guest_session_call for each. */
struct guest_session_put {
	const char *guest_path;
	uint32_t mode;
	uint32_t uid, gid;
	bool is_sample;
};
MUST_USE struct error *guest_session_put(struct guest_session *session,
					 const struct guest_session_put *put, struct span bytes,
					 int timeout_ms);
