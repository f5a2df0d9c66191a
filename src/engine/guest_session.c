/* SPDX-License-Identifier: MIT */
#include "engine/guest_session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"

enum { READ_SIZE = 256 * 1024, READS_PER_STEP = 16 };

void guest_session_init(struct guest_session *session, int control_fd, int stream_fd, int events_fd,
			struct arena *arena, struct collector *collector)
{
	*session = (struct guest_session){
		.control_fd = control_fd,
		.stream_fd = stream_fd,
		.events_fd = events_fd,
		.events_limit = UINT64_MAX,
		.arena = arena,
		.collector = collector,
		.missing_probes = "",
	};
	frame_reader_init(&session->control);
	frame_reader_init(&session->stream);
	fcntl(control_fd, F_SETFL, fcntl(control_fd, F_GETFL) | O_NONBLOCK);
	fcntl(stream_fd, F_SETFL, fcntl(stream_fd, F_GETFL) | O_NONBLOCK);
}

void guest_session_deinit(struct guest_session *session)
{
	frame_reader_deinit(&session->control);
	frame_reader_deinit(&session->stream);
	buffer_deinit(&session->outgoing);
	vec_deinit(&session->terminal);
	vec_deinit(&session->problems);
	error_free(session->write_error);
	session->write_error = NULL;
}

uint32_t guest_session_send(struct guest_session *session, const struct control_message *message)
{
	/* HELLO tells the key; it is the one frame that cannot carry it. */
	uint64_t key = message->type == FRAME_HELLO ? 0 : session->key;

	control_append(&session->outgoing, session->next_sequence++, key, message);
	if (message->type == FRAME_HELLO) {
		session->key = message->hello.key;
		session->control.key = 0;
	}
	return session->next_sequence;
}

static const char *keep(struct guest_session *session, struct span text)
{
	return arena_strndup(session->arena, text.data, min_of(text.size, (size_t)4096));
}

static void on_ready(struct guest_session *session, const struct control_ready *ready)
{
	cleanup_buffer struct buffer names = {0};
	struct span list = ready->missing_names, name;

	session->has_ready = true;
	session->machine = (uint16_t)ready->machine;
	snprintf(session->kernel, sizeof(session->kernel), "%.*s",
		 (int)min_of(ready->kernel.size, sizeof(session->kernel) - 1),
		 (const char *)ready->kernel.data);
	while (control_list_next(&list, &name) && names.size < 2048) {
		buffer_append_text(&names, names.size ? ", " : "");
		buffer_append(&names, name.data, min_of(name.size, (size_t)256));
	}
	session->missing_probes = arena_strdup(session->arena, buffer_text(&names));
}

static void on_done(struct guest_session *session, const struct control_done *done)
{
	/* Answers come in order; one that nobody waits for is forged. */
	if (done->request != session->requests_done ||
	    session->requests_done >= session->next_sequence) {
		session->malformed++;
		return;
	}
	session->requests_done++;
	session->done = *done;
	session->done.message = arena_copy(session->arena, span_clip(done->message, 0, 1024));
}

static void on_control_frame(struct guest_session *session, const struct frame *frame)
{
	struct control_message message;

	if (!control_decode(frame->type, frame->payload, &message)) {
		session->malformed++;
		return;
	}
	switch ((unsigned)message.type) {
	case FRAME_READY:
		on_ready(session, &message.ready);
		break;
	case FRAME_DONE:
		on_done(session, &message.done);
		break;
	case FRAME_STARTED:
		session->has_started = true;
		session->started = message.started;
		break;
	case FRAME_EXITED:
		session->has_exited = true;
		session->exited = message.exited;
		break;
	case FRAME_IDLE:
		session->has_idle = true;
		session->idle = message.idle;
		break;
	case FRAME_FROZEN:
		session->has_frozen = true;
		session->frozen = message.frozen;
		break;
	case FRAME_COLLECTED:
		session->has_collected = true;
		session->collected = message.collected;
		break;
	case FRAME_HEARTBEAT:
		session->has_heartbeat = true;
		session->heartbeat = message.heartbeat;
		session->heartbeat_ns = clock_monotonic_ns();
		break;
	default:
		session->malformed++;
	}
}

static void on_terminal(struct guest_session *session, const struct control_terminal *terminal)
{
	if (terminal->data.size > SESSION_TERMINAL_LIMIT - session->terminal_bytes) {
		session->terminal_dropped += terminal->data.size;
		return;
	}
	session->terminal_bytes += terminal->data.size;
	*vec_push(&session->terminal) = (struct guest_session_chunk){
		.time_ns = terminal->time_ns,
		.is_error = terminal->stream == CONTROL_TERMINAL_ERROR,
		.data = arena_copy(session->arena, terminal->data),
	};
}

static void on_problem(struct guest_session *session, const struct control_problem *problem)
{
	if (session->problems.count >= SESSION_PROBLEMS_MAX)
		return;
	*vec_push(&session->problems) = (struct guest_session_problem){
		.code = keep(session, problem->code), .text = keep(session, problem->text)};
}

static void on_clock(struct guest_session *session, const struct control_clock *clock)
{
	uint64_t now = clock_monotonic_ns();

	if (!session->has_clock) {
		session->first_clock = *clock;
		session->first_clock_ns = now;
	}
	session->has_clock = true;
	session->last_clock = *clock;
	session->last_clock_ns = now;
}

/* What is kept elsewhere: terminal.cast and files/. */
static bool is_kept_elsewhere(uint16_t type)
{
	return type == FRAME_TERMINAL || (type >= FRAME_FILE_BEGIN && type <= FRAME_FILE_SKIPPED);
}

/* Puts a frame into events.bin just as it was, or, when its content is kept elsewhere, empty: its
 * sequence number must not look like a gap. */
static void record_frame(struct guest_session *session, const struct frame *frame)
{
	cleanup_buffer struct buffer bytes = {0};
	struct span payload = is_kept_elsewhere(frame->type) ? span_empty() : frame->payload;

	if (FRAME_HEADER_SIZE + payload.size > session->events_limit - session->events_bytes) {
		session->events_dropped += payload.size;
		return;
	}
	frame_append(&bytes, frame->type, frame->sequence, frame->key, payload.data, payload.size);
	session->events_bytes += bytes.size;
	struct error *err = file_write_fd(session->events_fd, bytes.data, bytes.size);
	if (err && !session->write_error)
		session->write_error = error_wrap(err, "write events.bin");
	else
		error_free(err);
}

static void on_stream_message(struct guest_session *session, const struct control_message *message)
{
	switch ((unsigned)message->type) {
	case FRAME_TERMINAL:
		on_terminal(session, &message->terminal);
		break;
	case FRAME_FILE_BEGIN:
		collector_begin(session->collector, &message->file_begin);
		break;
	case FRAME_FILE_DATA:
		collector_data(session->collector, &message->file_data);
		break;
	case FRAME_FILE_END:
		collector_end(session->collector, &message->file_end);
		break;
	case FRAME_FILE_SKIPPED:
		collector_skipped(session->collector, &message->file_skipped);
		break;
	case FRAME_CLOCK:
		on_clock(session, &message->clock);
		break;
	case FRAME_PROBLEM:
		on_problem(session, &message->problem);
		break;
	case FRAME_COUNTERS:
	case FRAME_PROCESS:
		break;
	default:
		session->malformed++;
	}
}

static void on_stream_frame(struct guest_session *session, const struct frame *frame)
{
	struct control_message message;

	session->stream_frames++;
	record_frame(session, frame);
	if (frame->type == FRAME_EVENTS)
		return;
	if (control_decode(frame->type, frame->payload, &message))
		on_stream_message(session, &message);
	else
		session->malformed++;
}

typedef void guest_session_handler(struct guest_session *session, const struct frame *frame);

/* Takes in what a port holds, a bounded number of reads. */
static struct error *take_in(struct guest_session *session, int fd, struct frame_reader *reader,
			     guest_session_handler *handle)
{
	cleanup_free char *chunk = xmalloc(READ_SIZE);
	struct frame frame;

	for (int reads = 0; reads < READS_PER_STEP; reads++) {
		ssize_t got = read(fd, chunk, READ_SIZE);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return NULL;
		if (got < 0 && errno != ECONNRESET)
			return error_os(errno, "read from the machine");
		if (got <= 0) {
			session->is_closed = true;
			return NULL;
		}
		frame_reader_feed(reader, chunk, (size_t)got);
		while (frame_reader_next(reader, &frame))
			handle(session, &frame);
	}
	return NULL;
}

static struct error *send_out(struct guest_session *session)
{
	while (session->outgoing.size) {
		ssize_t put =
			write(session->control_fd, session->outgoing.data, session->outgoing.size);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			return NULL;
		if (put < 0 && (errno == EPIPE || errno == ECONNRESET)) {
			session->is_closed = true;
			return NULL;
		}
		if (put < 0)
			return error_os(errno, "write to the machine");
		buffer_consume(&session->outgoing, (size_t)put);
	}
	return NULL;
}

struct error *guest_session_step(struct guest_session *session, int timeout_ms)
{
	const struct guest_session_side *side = &session->side;
	struct pollfd polls[2 + SESSION_SIDE_MAX] = {
		{.fd = session->control_fd, .events = POLLIN},
		{.fd = session->stream_fd, .events = POLLIN},
	};
	size_t side_count = min_of(side->fd_count, (size_t)SESSION_SIDE_MAX);

	for (size_t i = 0; i < side_count; i++)
		polls[2 + i] = (struct pollfd){.fd = side->fds[i], .events = POLLIN};

	struct error *err = send_out(session);
	if (err)
		return err;
	if (session->outgoing.size)
		polls[0].events |= POLLOUT;
	if (poll(polls, 2 + side_count, timeout_ms) < 0) {
		if (errno == EINTR)
			return NULL;
		return error_os(errno, "poll");
	}
	if (side->pump)
		side->pump(side->context);
	if (polls[1].revents)
		err = take_in(session, session->stream_fd, &session->stream, on_stream_frame);
	if (!err && polls[0].revents & (POLLIN | POLLHUP | POLLERR))
		err = take_in(session, session->control_fd, &session->control, on_control_frame);
	return err;
}

static int left_ms(uint64_t deadline_ns)
{
	uint64_t now = clock_monotonic_ns();

	return now >= deadline_ns ? 0 : (int)((deadline_ns - now + 999999) / 1000000);
}

static uint64_t deadline_of(int timeout_ms)
{
	return clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000U;
}

struct error *guest_session_settle(struct guest_session *session, int timeout_ms, const char *what)
{
	uint64_t deadline = deadline_of(timeout_ms);

	while (session->requests_done < session->next_sequence) {
		int left = left_ms(deadline);
		if (session->is_closed)
			return error_new(ERROR_FAILED, "%s: the machine is gone", what);
		if (left == 0)
			return error_new(ERROR_TIMEOUT, "%s: the agent did not answer in %d ms",
					 what, timeout_ms);
		struct error *err = guest_session_step(session, left);
		if (err)
			return error_wrap(err, "%s", what);
	}
	if (session->done.error == 0)
		return NULL;
	if (session->done.message.size == 0)
		return error_os((int)session->done.error, "%s", what);
	return error_os((int)session->done.error, "%s: %.*s", what, (int)session->done.message.size,
			(const char *)session->done.message.data);
}

struct error *guest_session_call(struct guest_session *session,
				 const struct control_message *message, int timeout_ms,
				 const char *what)
{
	guest_session_send(session, message);
	return guest_session_settle(session, timeout_ms, what);
}

bool guest_session_drain(struct guest_session *session, uint64_t frames, int timeout_ms)
{
	uint64_t deadline = deadline_of(timeout_ms);

	while (session->stream_frames < frames && !session->is_closed) {
		int left = left_ms(deadline);
		if (left == 0)
			return false;
		struct error *err = guest_session_step(session, left);
		if (err) {
			error_free(err);
			return false;
		}
	}
	return session->stream_frames >= frames;
}

struct error *guest_session_put(struct guest_session *session, const struct guest_session_put *put,
				struct span bytes, int timeout_ms)
{
	cleanup_free char *what = xasprintf("put '%s' into the guest", put->guest_path);
	uint64_t offset = 0;

	do {
		struct span part = span_clip(bytes, offset, CONTROL_CHUNK_MAX);
		bool is_last = offset + part.size == bytes.size;
		struct control_message message = {
			.type = FRAME_PUT,
			.put = {.mode = put->mode,
				.uid = put->uid,
				.gid = put->gid,
				.flags = (is_last ? CONTROL_PUT_LAST : 0U) |
					 (put->is_sample ? CONTROL_PUT_SAMPLE : 0U),
				.offset = offset,
				.path = span_text(put->guest_path),
				.data = part},
		};
		struct error *err = guest_session_call(session, &message, timeout_ms, what);
		if (err)
			return err;
		offset += part.size;
	} while (offset < bytes.size);
	return NULL;
}
