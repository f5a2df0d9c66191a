/* SPDX-License-Identifier: MIT */
#include "guest/agent.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "guest/clock_set.h"

enum {
	/* Above the first the hot ring is left to itself, above the second the others are too. */
	PENDING_HOT_MAX = 4 * 1024 * 1024,
	PENDING_MAX = 16 * 1024 * 1024,
	DRAIN_BUDGET = 1024 * 1024,
	EVENTS_FRAME_SIZE = 256 * 1024,
	TERMINAL_CHUNK = 16 * 1024,
	DRAIN_ROUNDS_MAX = 64,
};

bool stream_is_full(const struct agent *agent)
{
	return port_pending(&agent->stream) > PENDING_HOT_MAX;
}

static void send_events(struct agent *agent)
{
	if (!agent->events.size)
		return;
	port_send_bytes(&agent->stream, FRAME_EVENTS, buffer_span(&agent->events));
	buffer_clear(&agent->events);
}

/* Gathers records into frames. */
static void take_record(void *context, const void *bytes, size_t size)
{
	struct agent *agent = context;

	if (agent->events.size + size > EVENTS_FRAME_SIZE)
		send_events(agent);
	buffer_append(&agent->events, bytes, size);
}

static void take_file_record(void *context, const void *bytes, size_t size)
{
	struct agent *agent = context;
	struct reader reader = reader_of(span_of(bytes, size), BYTE_ORDER_LITTLE);
	struct event_record record;
	uint64_t anomalies = 0;

	if (event_next(&reader, &record, &anomalies))
		changes_note(&agent->changes, &record);
	take_record(context, bytes, size);
}

bool stream_drain(struct agent *agent)
{
	size_t pending = port_pending(&agent->stream);
	size_t got = 0;

	if (pending <= PENDING_MAX) {
		got += capture_drain(agent->capture, CAPTURE_RING_RARE, DRAIN_BUDGET, take_record,
				     agent);
		got += capture_drain(agent->capture, CAPTURE_RING_FILE, DRAIN_BUDGET,
				     take_file_record, agent);
	}
	if (pending <= PENDING_HOT_MAX)
		got += capture_drain(agent->capture, CAPTURE_RING_HOT, DRAIN_BUDGET, take_record,
				     agent);
	send_events(agent);
	return got > 0;
}

void stream_drain_all(struct agent *agent)
{
	for (int round = 0; round < DRAIN_ROUNDS_MAX && stream_drain(agent); round++)
		port_flush(&agent->stream);
}

void stream_counters(struct agent *agent)
{
	struct control_message message = {.type = FRAME_COUNTERS};
	struct capture_counters counters;

	capture_counters(agent->capture, &counters);
	message.counters.time_ns = clock_monotonic_ns();
	memcpy(message.counters.happened, counters.happened, sizeof(counters.happened));
	memcpy(message.counters.lost, counters.lost, sizeof(counters.lost));
	message.counters.mark_failures = counters.mark_failures;
	message.counters.planted_overflow = counters.planted_overflow;
	message.counters.writes_overflow = counters.writes_overflow;
	port_send(&agent->stream, &message);
}

void stream_clock(struct agent *agent)
{
	struct control_message message = {.type = FRAME_CLOCK};

	clock_anchor(&message.clock);
	port_send(&agent->stream, &message);
}

void stream_problem(struct agent *agent, const char *code, struct error *err)
{
	struct control_message message = {
		.type = FRAME_PROBLEM,
		.problem = {.error = (uint32_t)error_errnum(err),
			    .code = span_text(code),
			    .text = span_text(error_message(err))},
	};

	port_send(&agent->stream, &message);
	error_free(err);
}

bool stream_terminal(struct agent *agent, int fd, uint32_t which)
{
	static char bytes[TERMINAL_CHUNK];

	/* A full stream holds the writer back, as a slow terminal would. */
	while (!stream_is_full(agent)) {
		ssize_t got = read(fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return true;
		/* EIO: nobody has the other side of the pty open. */
		if (got <= 0)
			return false;
		struct control_message message = {
			.type = FRAME_TERMINAL,
			.terminal = {.time_ns = clock_monotonic_ns(),
				     .stream = which,
				     .data = span_of(bytes, (size_t)got)},
		};
		port_send(&agent->stream, &message);
	}
	return true;
}
