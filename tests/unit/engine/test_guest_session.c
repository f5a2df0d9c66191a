/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/guest_session.h"

/* A session whose agent is this test: what it says waits in the sockets before the session reads. */
struct talk {
	char folder[32];
	struct arena *arena;
	struct collector collector;
	struct guest_session session;
	int control[2], stream[2], events;
	uint32_t control_sequence, stream_sequence;
};

static void open_talk(struct talk *talk)
{
	*talk = (struct talk){.folder = "/tmp/session.XXXXXX"};
	assert_non_null(mkdtemp(talk->folder));
	talk->arena = arena_new(64 * 1024 * 1024);
	assert_null(collector_init(&talk->collector, talk->folder, 1000, talk->arena));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk->control), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk->stream), 0);
	talk->events = memfd_create("events", MFD_CLOEXEC);
	assert_true(talk->events >= 0);
	guest_session_init(&talk->session, talk->control[0], talk->stream[0], talk->events,
			   talk->arena, &talk->collector);
}

static void hang_up(struct talk *talk)
{
	close(talk->control[1]);
	close(talk->stream[1]);
	talk->control[1] = talk->stream[1] = -1;
}

static void close_talk(struct talk *talk)
{
	if (talk->control[1] >= 0)
		hang_up(talk);
	guest_session_deinit(&talk->session);
	collector_deinit(&talk->collector);
	arena_free(talk->arena);
	close(talk->control[0]);
	close(talk->stream[0]);
	close(talk->events);
	assert_null(file_remove_tree(talk->folder));
}

static void say_frame(struct talk *talk, bool is_stream, uint16_t type, struct span payload)
{
	cleanup_buffer struct buffer bytes = {0};
	uint32_t *sequence = is_stream ? &talk->stream_sequence : &talk->control_sequence;

	frame_append(&bytes, type, (*sequence)++, 0, payload.data, payload.size);
	assert_null(file_write_fd(is_stream ? talk->stream[1] : talk->control[1], bytes.data,
				  bytes.size));
}

static void say(struct talk *talk, const struct control_message *message)
{
	cleanup_buffer struct buffer payload = {0};

	control_encode(message, &payload);
	say_frame(talk, message->type >= FRAME_EVENTS, (uint16_t)message->type,
		  buffer_span(&payload));
}

static void say_done(struct talk *talk, uint32_t error, const char *text)
{
	say(talk, &(struct control_message){.type = FRAME_DONE,
					    .done = {.request = talk->session.requests_done,
						     .error = error,
						     .message = span_text(text)}});
}

static void say_terminal(struct talk *talk, struct span text)
{
	say(talk, &(struct control_message){
			  .type = FRAME_TERMINAL,
			  .terminal = {.stream = CONTROL_TERMINAL_ERROR, .data = text}});
}

static const struct control_message go = {.type = FRAME_GO};

static void assert_error(struct error *err, enum error_code code, const char *text)
{
	assert_non_null(err);
	assert_int_equal(error_code(err), code);
	assert_non_null(strstr(error_message(err), text));
	error_free(err);
}

static void a_request_is_done_when_the_agent_says_so(void **state)
{
	struct talk talk;
	char sent[FRAME_HEADER_SIZE + 1];

	(void)state;
	open_talk(&talk);
	say_done(&talk, 0, "");
	assert_null(guest_session_call(&talk.session, &go, 1000, "go"));
	assert_int_equal(read(talk.control[1], sent, sizeof(sent)), FRAME_HEADER_SIZE);
	assert_int_equal(talk.session.requests_done, 1);
	close_talk(&talk);
}

static void an_error_of_the_agent_names_what_was_asked(void **state)
{
	struct talk talk;

	(void)state;
	open_talk(&talk);
	say_done(&talk, ENOENT, "no such user");
	assert_error(guest_session_call(&talk.session, &go, 1000, "start it"), ERROR_NOT_FOUND,
		     "start it: no such user");
	say_done(&talk, ENOENT, "");
	assert_error(guest_session_call(&talk.session, &go, 1000, "start it"), ERROR_NOT_FOUND,
		     "start it: ");
	close_talk(&talk);
}

static void an_answer_that_nobody_waits_for_is_refused(void **state)
{
	struct talk talk;

	(void)state;
	open_talk(&talk);
	say(&talk, &(struct control_message){.type = FRAME_DONE, .done = {.request = 7}});
	assert_error(guest_session_call(&talk.session, &go, 50, "go"), ERROR_TIMEOUT, "go: ");
	assert_int_equal(talk.session.requests_done, 0);
	assert_int_equal(talk.session.malformed, 1);
	close_talk(&talk);
}

static void silence_is_a_timeout_and_a_hung_up_machine_is_gone(void **state)
{
	struct talk talk;

	(void)state;
	open_talk(&talk);
	assert_error(guest_session_call(&talk.session, &go, 10, "go"), ERROR_TIMEOUT, "go: ");
	hang_up(&talk);
	assert_error(guest_session_settle(&talk.session, 1000, "go"), ERROR_FAILED,
		     "the machine is gone");
	assert_true(talk.session.is_closed);
	assert_false(guest_session_drain(&talk.session, 1, 1000));
	close_talk(&talk);
}

static void terminal_output_over_the_limit_is_counted(void **state)
{
	struct talk talk;

	(void)state;
	open_talk(&talk);
	talk.session.terminal_bytes = SESSION_TERMINAL_LIMIT - 3;
	say_terminal(&talk, span_text("abc"));
	say_terminal(&talk, span_text("de"));
	assert_true(guest_session_drain(&talk.session, 2, 1000));
	assert_int_equal(talk.session.terminal.count, 1);
	assert_true(talk.session.terminal.data[0].is_error);
	assert_int_equal(talk.session.terminal_dropped, 2);
	close_talk(&talk);
}

static void events_hold_every_frame_and_leave_out_what_is_kept_elsewhere(void **state)
{
	struct talk talk;
	struct frame_reader reader;
	struct frame frame;
	char bytes[1024];
	uint32_t count = 0;

	(void)state;
	open_talk(&talk);
	say_frame(&talk, true, FRAME_EVENTS, span_text("events"));
	say_terminal(&talk, span_text("secret"));
	say(&talk, &(struct control_message){.type = FRAME_FILE_BEGIN,
					     .file_begin = {.id = 1, .path = span_text("/a")}});
	say(&talk, &(struct control_message){.type = FRAME_FILE_END, .file_end = {.id = 1}});
	say_frame(&talk, true, FRAME_EVENTS, span_text("events"));
	assert_true(guest_session_drain(&talk.session, 5, 1000));
	ssize_t got = pread(talk.events, bytes, sizeof(bytes), 0);
	assert_int_equal(got, 5 * FRAME_HEADER_SIZE + 12);
	assert_int_equal(talk.session.events_bytes, got);
	frame_reader_init(&reader);
	frame_reader_feed(&reader, bytes, (size_t)got);
	while (frame_reader_next(&reader, &frame)) {
		assert_int_equal(frame.sequence, count++);
		assert_int_equal(frame.payload.size, frame.type == FRAME_EVENTS ? 6 : 0);
	}
	assert_int_equal(count, 5);
	assert_int_equal(reader.missing_frames, 0);
	assert_int_equal(talk.collector.files.count, 1);
	frame_reader_deinit(&reader);
	close_talk(&talk);
}

static void the_limit_of_events_counts_headers_too(void **state)
{
	struct talk talk;

	(void)state;
	open_talk(&talk);
	talk.session.events_limit = FRAME_HEADER_SIZE + 10;
	for (int i = 0; i < 4; i++)
		say_frame(&talk, true, FRAME_EVENTS, span_text("0123456789"));
	assert_true(guest_session_drain(&talk.session, 4, 1000));
	assert_int_equal(talk.session.events_bytes, FRAME_HEADER_SIZE + 10);
	assert_int_equal(talk.session.events_dropped, 30);
	talk.session.events_limit += 10;
	say_frame(&talk, true, FRAME_EVENTS, span_text("0123456789"));
	say_frame(&talk, true, FRAME_EVENTS, span_text("0123456789"));
	assert_true(guest_session_drain(&talk.session, 6, 1000));
	assert_int_equal(talk.session.events_bytes, FRAME_HEADER_SIZE + 10);
	assert_int_equal(talk.session.events_dropped, 50);
	close_talk(&talk);
}

static void malformed_frames_are_counted(void **state)
{
	struct talk talk;

	(void)state;
	open_talk(&talk);
	say_frame(&talk, true, FRAME_TERMINAL, span_text("short"));
	say_frame(&talk, true, FRAME_DONE, span_empty());
	say_frame(&talk, true, 9999, span_empty());
	assert_true(guest_session_drain(&talk.session, 3, 1000));
	assert_int_equal(talk.session.malformed, 3);
	say_frame(&talk, false, FRAME_EVENTS, span_empty());
	say_frame(&talk, false, FRAME_GO, span_empty());
	assert_null(guest_session_step(&talk.session, 1000));
	assert_int_equal(talk.session.malformed, 5);
	assert_int_equal(talk.session.requests_done, 0);
	close_talk(&talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_done_when_the_agent_says_so),
		cmocka_unit_test(an_answer_that_nobody_waits_for_is_refused),
		cmocka_unit_test(an_error_of_the_agent_names_what_was_asked),
		cmocka_unit_test(silence_is_a_timeout_and_a_hung_up_machine_is_gone),
		cmocka_unit_test(terminal_output_over_the_limit_is_counted),
		cmocka_unit_test(events_hold_every_frame_and_leave_out_what_is_kept_elsewhere),
		cmocka_unit_test(the_limit_of_events_counts_headers_too),
		cmocka_unit_test(malformed_frames_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
