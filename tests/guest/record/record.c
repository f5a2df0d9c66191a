/* SPDX-License-Identifier: MIT */
/*
 * record STATE PROGRAM [ARGUMENT…]: runs a program of tests/programs in a restored guest and holds
 * its "expect" lines against the record. Prints what is missing and the times of the run; ends with
 * 0 when all is there, nothing was lost, and recorded + lost = happened.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "event_lines.h"
#include "vm/run.h"
#include "wire/control.h"

enum {
	RUN_LIMIT_MS = 120000,
	PROGRAM_LIMIT = 16 * 1024 * 1024,
	READ_SIZE = 256 * 1024,
	EXPECTED_MAX = 64,
};

struct session {
	struct vm_run *run;
	struct frame_reader control;
	struct frame_reader stream;
	uint64_t stream_frames;
	uint32_t sequence;
	uint64_t key;
	struct lines lines;
	struct buffer terminal;
	struct buffer problems;
	uint32_t status;
};

static struct error *send_message(struct session *session, const struct control_message *message)
{
	cleanup_buffer struct buffer bytes = {0};
	size_t sent = 0;

	control_append(&bytes, session->sequence++, session->key, message);
	while (sent < bytes.size) {
		ssize_t wrote = send(vm_run_control(session->run), bytes.data + sent,
				     bytes.size - sent, MSG_NOSIGNAL);
		if (wrote < 0 && errno != EINTR && errno != EAGAIN)
			return error_os(errno, "write to the control port");
		sent += wrote > 0 ? (size_t)wrote : 0;
	}
	return NULL;
}

static void take_stream(struct session *session)
{
	struct frame frame;
	struct control_message message;

	while (frame_reader_next(&session->stream, &frame)) {
		session->stream_frames++;
		if (frame.type == FRAME_EVENTS) {
			lines_add_events(&session->lines, frame.payload);
			continue;
		}
		if (!control_decode(frame.type, frame.payload, &message))
			continue;
		if (frame.type == FRAME_TERMINAL)
			buffer_append(&session->terminal, message.terminal.data.data,
				      message.terminal.data.size);
		if (frame.type == FRAME_COUNTERS)
			session->lines.counters = message.counters;
		if (frame.type == FRAME_PROBLEM)
			buffer_printf(&session->problems, "%.*s\n", (int)message.problem.text.size,
				      (const char *)message.problem.text.data);
	}
}

/* Reads both ports once, waiting at most timeout_ms. */
static struct error *pump(struct session *session, int timeout_ms)
{
	static char bytes[READ_SIZE];
	struct pollfd fds[2 + VM_RUN_FDS] = {
		{.fd = vm_run_control(session->run), .events = POLLIN},
		{.fd = vm_run_stream(session->run), .events = POLLIN},
	};
	int run_fds[VM_RUN_FDS];

	vm_run_fds(session->run, run_fds);
	for (size_t i = 0; i < VM_RUN_FDS; i++)
		fds[2 + i] = (struct pollfd){.fd = run_fds[i], .events = POLLIN};
	if (poll(fds, ARRAY_SIZE(fds), timeout_ms) < 0 && errno != EINTR)
		return error_os(errno, "poll");
	vm_run_pump(session->run);
	for (size_t i = 0; i < 2; i++) {
		struct frame_reader *reader = i ? &session->stream : &session->control;
		if (!fds[i].revents)
			continue;
		ssize_t got = recv(fds[i].fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (got == 0)
			return error_new(ERROR_FAILED, "the guest is gone");
		if (got > 0)
			frame_reader_feed(reader, bytes, (size_t)got);
	}
	take_stream(session);
	return NULL;
}

/* Waits for a frame of the type on the control port; a DONE with an error is an error. */
static struct error *wait_for(struct session *session, enum frame_type type, int timeout_ms,
			      struct control_message *ret)
{
	uint64_t end = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;
	struct frame frame;

	while (clock_monotonic_ns() < end) {
		while (frame_reader_next(&session->control, &frame)) {
			if (!control_decode(frame.type, frame.payload, ret))
				continue;
			if (ret->type == FRAME_EXITED)
				session->status = ret->exited.status;
			if (ret->type == FRAME_DONE && ret->done.error)
				return error_new(ERROR_FAILED, "the agent: %.*s",
						 (int)ret->done.message.size,
						 (const char *)ret->done.message.data);
			if (ret->type == type)
				return NULL;
		}
		struct error *err = pump(session, 100);
		if (err)
			return err;
	}
	return error_new(ERROR_TIMEOUT, "no frame of type %d came", (int)type);
}

/* Sends a request and waits for its end. */
static struct error *ask(struct session *session, const struct control_message *message)
{
	struct control_message answer;
	struct error *err = send_message(session, message);

	return err ? err : wait_for(session, FRAME_DONE, RUN_LIMIT_MS, &answer);
}

static struct error *hello(struct session *session)
{
	struct control_message message = {
		.type = FRAME_HELLO,
		.hello = {.version = CONTROL_VERSION,
			  .realtime_ns = clock_realtime_ns(),
			  .key = clock_monotonic_ns() | 1,
			  .entropy = span_text("not much of it")},
	};
	struct error *err = send_message(session, &message);

	session->key = message.hello.key;
	session->control.key = session->key;
	session->stream.key = session->key;
	struct control_message answer;
	return err ? err : wait_for(session, FRAME_DONE, RUN_LIMIT_MS, &answer);
}

static struct error *put(struct session *session, const char *path, const char *guest_path)
{
	cleanup_free char *bytes = NULL;
	size_t size;
	struct error *err = file_read(path, PROGRAM_LIMIT, &bytes, &size);

	if (err)
		return err;
	for (size_t at = 0; at == 0 || at < size; at += CONTROL_CHUNK_MAX) {
		struct span part = span_clip(span_of(bytes, size), at, CONTROL_CHUNK_MAX);
		struct control_message message = {
			.type = FRAME_PUT,
			.put = {.mode = 0755,
				.flags = CONTROL_PUT_SAMPLE |
					 (at + part.size == size ? CONTROL_PUT_LAST : 0U),
				.offset = at,
				.path = span_text(guest_path),
				.data = part},
		};
		err = ask(session, &message);
		if (err)
			return err;
	}
	return NULL;
}

static struct error *start(struct session *session, const char *path, char **arguments)
{
	cleanup_buffer struct buffer argv = {0};

	control_list_add(&argv, path);
	for (; *arguments; arguments++)
		control_list_add(&argv, *arguments);
	struct control_message message = {
		.type = FRAME_RUN,
		.run = {.flags = CONTROL_RUN_TERMINAL,
			.rows = 24,
			.columns = 200,
			.path = span_text(path),
			.argv = buffer_span(&argv),
			.environment = span_of("PATH=/usr/bin:/bin\0HOME=/root\0", 30),
			.folder = span_text("/tmp"),
			.user = span_empty(),
			.input = span_empty(),
			.monitors = span_empty()},
	};
	return ask(session, &message);
}

/* Runs to the end, or freezes what sleeps on for ever. */
static struct error *finish(struct session *session, uint64_t *ret_idle_ns)
{
	struct control_message answer;
	struct error *err = wait_for(session, FRAME_IDLE, RUN_LIMIT_MS, &answer);

	if (err && error_code(err) == ERROR_TIMEOUT) {
		error_free(err);
		err = NULL;
	}
	if (err)
		return err;
	*ret_idle_ns = clock_monotonic_ns();
	struct control_message freeze = {.type = FRAME_FREEZE, .freeze = {.timeout_ms = 3000}};
	err = send_message(session, &freeze);
	if (err)
		return err;
	err = wait_for(session, FRAME_FROZEN, RUN_LIMIT_MS, &answer);
	while (!err && session->stream_frames < answer.frozen.stream_frames)
		err = pump(session, 1000);
	return err;
}

/* Prints how long it took since *last, and makes now the new one. */
static void lap(const char *name, uint64_t *last)
{
	uint64_t now = clock_monotonic_ns();

	printf("%s %llu ms  ", name, (unsigned long long)(now - *last) / 1000000);
	*last = now;
}

static struct error *perform(struct session *session, const struct vm_template *template,
			     char **argv)
{
	struct vm_run_options options = {
		.network = JAIL_SIMULATED, .capture_fd = -1, .internet_fd = VM_NO_INTERNET};
	struct control_message go = {.type = FRAME_GO};
	uint64_t last = clock_monotonic_ns();
	uint64_t idle = 0;

	struct error *err = vm_run_start(template, &options, &session->run);
	if (!err)
		err = vm_run_resume(session->run);
	lap("restored", &last);
	if (!err)
		err = hello(session);
	lap("answered", &last);
	if (!err)
		err = put(session, argv[0], "/tmp/sample");
	lap("put", &last);
	if (!err)
		err = start(session, "/tmp/sample", argv + 1);
	lap("made", &last);
	if (!err)
		err = ask(session, &go);
	if (!err)
		err = finish(session, &idle);
	if (!err)
		printf("ran %llu ms  ", (unsigned long long)(idle - last) / 1000000);
	last = idle;
	lap("frozen", &last);
	printf("\n");
	return err;
}

static bool parse_call(const char *line, struct call_run *ret)
{
	char abi[16];
	unsigned number;
	unsigned long long count;

	if (sscanf(line, "calls %15s %u %llu", abi, &number, &count) != 3)
		return false;
	*ret = (struct call_run){
		number, text_equal(abi, "i386") ? EVENT_ABI_I386 : EVENT_ABI_NATIVE, count};
	return true;
}

/* Whether what one line expects is in the record. Lines of calls are gathered in `calls`. */
static bool check_line(const struct session *session, const char *line, struct call_run *calls,
		       size_t *call_count)
{
	unsigned long long total;
	unsigned long long files;
	unsigned code;

	if (*call_count < EXPECTED_MAX && parse_call(line, &calls[*call_count])) {
		(*call_count)++;
		return true;
	}
	if (sscanf(line, "flood %llu %llu", &total, &files) == 2)
		return lines_calls(&session->lines) >= total;
	if (sscanf(line, "exit %u", &code) == 1)
		return session->status == code << 8;
	return lines_have(&session->lines, line);
}

static unsigned check(const struct session *session)
{
	struct call_run calls[EXPECTED_MAX];
	size_t call_count = 0;
	unsigned expected = 0;
	unsigned missing = 0;
	cleanup_free char *text = xstrdup(buffer_text(&session->terminal));

	for (char *rest = text, *line; (line = strsep(&rest, "\r\n"));) {
		if (!text_starts_with(line, "expect "))
			continue;
		expected++;
		if (check_line(session, line + 7, calls, &call_count))
			continue;
		printf("missing: %s\n", line + 7);
		missing++;
	}
	if (call_count && !lines_have_calls(&session->lines, calls, call_count)) {
		printf("missing: the sequence of calls\n");
		missing++;
	}
	printf("%u expected, %u missing\n", expected, missing);
	return expected ? missing : 1;
}

static bool check_sums(const struct session *session)
{
	const struct lines *lines = &session->lines;
	uint64_t lost = 0;

	for (size_t i = 0; i < EVENT_CLASS_COUNT; i++)
		lost += lines->counters.lost[i];
	printf("%llu calls, %llu records lost, %llu gaps, %llu anomalies, %llu bytes skipped\n",
	       (unsigned long long)lines_calls(lines), (unsigned long long)lost,
	       (unsigned long long)lines->gaps, (unsigned long long)lines->anomalies,
	       (unsigned long long)session->stream.skipped_bytes);
	if (!lines_add_up(lines))
		printf("recorded + lost is not what happened\n");
	return lines_add_up(lines) && !lost && !lines->gaps && !lines->anomalies &&
	       !session->stream.skipped_bytes && !lines->counters.mark_failures;
}

int main(int argc, char **argv)
{
	static struct session session;
	struct vm_template template = {0};

	if (argc < 3) {
		fprintf(stderr, "usage: record STATE PROGRAM [ARGUMENT…]\n");
		return 2;
	}
	struct template_options options = {.state = argv[1][0] ? argv[1] : NULL};
	struct error *err = vm_template_find(&options, &template);
	if (err) {
		printf("skipped: %s\n", error_message(err));
		error_free(err);
		return 77;
	}
	frame_reader_init(&session.control);
	frame_reader_init(&session.stream);
	err = perform(&session, &template, argv + 2);
	bool is_good = !err && check(&session) == 0;
	is_good = !err && check_sums(&session) && is_good;
	if (err)
		printf("%s\n", error_message(err));
	if (!is_good)
		printf("--- terminal\n%s--- record\n%s%s", buffer_text(&session.terminal),
		       buffer_text(&session.lines.text), buffer_text(&session.problems));
	error_free(err);
	vm_run_free(session.run);
	vm_template_deinit(&template);
	lines_deinit(&session.lines);
	frame_reader_deinit(&session.control);
	frame_reader_deinit(&session.stream);
	buffer_deinit(&session.terminal);
	buffer_deinit(&session.problems);
	return is_good ? 0 : 1;
}
