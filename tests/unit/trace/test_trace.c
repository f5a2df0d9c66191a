/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "unit/trace/stream.h"

#include <arpa/inet.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include "trace/trace.h"

static const struct trace_options options = {.sample_path = "/root/sample"};

/* Reads a stream to its end; the events' JSON goes to out. */
static struct trace_summary run_bytes(struct span bytes, struct arena *arena, struct buffer *out,
				      struct trace **trace)
{
	struct trace_summary summary;
	struct json_writer writer;
	struct event event;

	*trace = trace_open_bytes(bytes, &options, arena);
	json_writer_init_buffer(&writer, out, false);
	json_array_begin(&writer);
	while (trace_next(*trace, &event))
		model_write_json(&writer, &record_event, &event);
	json_array_end(&writer);
	assert_null(json_writer_finish(&writer));
	assert_null(trace_finish(*trace, &summary));
	return summary;
}

static const struct problem *problem_of(struct trace_summary *summary, const char *code)
{
	list_foreach(&summary->problems, problem)
		if (text_equal(problem->code, code))
			return problem;
	return NULL;
}

static void a_run_becomes_processes_files_and_calls(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};
	static const uint32_t runs[][3] = {{0, 59, 1}, {0, 39, 5}, {1, 20, 2}};
	static const uint32_t later[][3] = {{0, 39, 1}};

	stream_exec(&stream, 10, EVENT_MARKED, "/root/sample", "sample\0-x", 10);
	stream_fork(&stream, 10, 11, EVENT_MARKED);
	stream_runs(&stream, 10, 0, runs, 3);
	stream_runs(&stream, 10, 10, later, 1); /* two were lost */
	stream_flush(&stream);
	stream_file(&stream, 11, EVENT_FILE_OPEN, 77, "/tmp/x", NULL);
	stream_file(&stream, 11, EVENT_FILE_WRITTEN, 77, "/tmp/x", NULL);
	stream_file(&stream, 11, EVENT_FILE_RENAME, 77, "/tmp/x", "/usr/bin/y");
	stream_file(&stream, 11, EVENT_FILE_UNLINK, 12, "/root/sample", NULL);
	struct event_record end =
		stream_record(&stream, EVENT_PROCESS_EXIT, EVENT_CLASS_PROCESS, 11, EVENT_MARKED);
	end.exit = (struct event_exit){.code = 11 | 0x80, .last = 1};
	stream_add(&stream, &end);
	stream_flush(&stream);

	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	assert_int_equal(summary.events, 11);
	assert_int_equal(summary.start_guest_ns, STREAM_START_NS);
	assert_int_equal(summary.processes.count, 2);
	struct process *first = &summary.processes.data[0], *second = &summary.processes.data[1];
	assert_string_equal(first->id, "p1");
	assert_string_equal(first->attributed_via, "started");
	assert_int_equal(first->executions.count, 1);
	assert_string_equal(first->executions.data[0].arguments.data[1], "-x");
	assert_string_equal(second->parent, "p1");
	assert_string_equal(second->attributed_via, "fork");
	assert_true(second->is_sample);
	assert_string_equal(second->end->signal_name, "SIGSEGV");

	/* The program, what it made, and itself again: the same inode as the program. */
	assert_int_equal(summary.files.count, 2);
	struct file_activity *sample = &summary.files.data[0], *made = &summary.files.data[1];
	assert_true(sample->is_of_sample);
	assert_true(sample->existed_before);
	assert_string_equal(sample->operations.data[0], "deleted");
	assert_string_equal(made->renamed_to, "/usr/bin/y");
	assert_false(made->existed_before);
	assert_int_equal(made->bytes_written, 100);
	assert_int_equal(made->events, 3);

	assert_int_equal(summary.syscalls->total, 9);
	assert_int_equal(summary.syscalls->counts.data[0].count, 6);
	assert_string_equal(summary.syscalls->counts.data[0].name, "getpid");
	assert_int_equal(summary.syscalls->abis.count, 2);
	assert_null(strstr(buffer_text(&json), "\"?\""));
	assert_non_null(strstr(buffer_text(&json), "\"is_of_sample\":true"));
}

static char *syscalls_of(struct trace *trace)
{
	cleanup_close int fd = memfd_create("calls", MFD_CLOEXEC);
	char *text;
	size_t size;

	assert_null(trace_write_syscalls(trace, 1 << 20, fd));
	lseek(fd, 0, SEEK_SET);
	assert_null(file_read_fd(fd, "calls", 1 << 20, &text, &size));
	return text;
}

static void the_order_of_calls_is_exact_with_losses_in_their_place(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};
	static const uint32_t first[][3] = {{0, 59, 1}, {0, 39, 2}, {1, 20, 1}};
	static const uint32_t second[][3] = {{1, 20, 1}, {0, 1, 5000}};
	static const uint32_t third[][3] = {{0, 60, 1}};

	stream_runs(&stream, 10, 0, first, 3);
	stream_runs(&stream, 10, 4, second, 2);
	stream_runs(&stream, 10, 5006 + 1, third, 1);
	stream_flush(&stream);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	cleanup_free char *text = syscalls_of(trace);
	assert_non_null(strstr(text, "\n[59,39,39,20,20,\"1*5000\",-2,60]\n"));
	assert_non_null(strstr(text, " calls=5006 lost=2 abi=x86_64*3,i386*2,x86_64*5001\n"));
	assert_non_null(strstr(text, "# architecture x86_64\n"));
	assert_int_equal(summary.syscalls->total, 5006);
	assert_int_equal(summary.counters.data[1].lost, 2);
}

/* Time order across classes: the file's record was drained before the exec that came first. */
static void records_are_put_into_the_order_of_time(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer late = {0};
	struct stream stream = {0};
	struct event event;

	stream_exec(&stream, 10, EVENT_MARKED, "/root/sample", "s", 2);
	buffer_append(&late, buffer_text(&stream.records), stream.records.size);
	buffer_clear(&stream.records);
	stream_file(&stream, 10, EVENT_FILE_OPEN, 77, "/tmp/x", NULL);
	stream_flush(&stream);
	frame_append(&stream.frames, FRAME_EVENTS, stream.frame++, 0, late.data, late.size);
	cleanup_trace struct trace *trace =
		trace_open_bytes(buffer_span(&stream.frames),
				 &(struct trace_options){.start_ns = STREAM_START_NS}, arena);
	assert_true(trace_next(trace, &event));
	assert_int_equal(event.type, EVENT_KIND_EXEC);
	assert_int_equal(event.number, 1);
	assert_int_equal(event.time_ns, 0);
	assert_true(trace_next(trace, &event));
	assert_int_equal(event.type, EVENT_KIND_FILE_CREATE);
	assert_false(trace_next(trace, &event));
	stream_deinit(&stream);
}

static void what_a_planted_file_starts_is_attributed_to_its_writer(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};
	char text[256];

	stream_exec(&stream, 10, EVENT_MARKED, "/root/sample", "s", 2);
	stream_file(&stream, 10, EVENT_FILE_OPEN, 77, "/etc/cron.hourly/x", NULL);
	stream_file(&stream, 10, EVENT_FILE_WRITTEN, 77, "/etc/cron.hourly/x", NULL);
	struct event_record mark =
		stream_record(&stream, EVENT_PROCESS_MARK, EVENT_CLASS_PROCESS, 900, EVENT_MARKED);
	mark.mark = (struct event_mark){
		.file = {.inode = 77, .device = 1}, .writer = 10000, .reason = EVENT_MARK_EXECUTED};
	stream_path(&mark, EVENT_TEXT_PATH, "/etc/cron.hourly/x", text);
	stream_add(&stream, &mark);
	stream_flush(&stream);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	const struct process *cron = &summary.processes.data[1];
	assert_true(cron->is_sample);
	assert_string_equal(cron->attributed_via, "executes a file that it wrote");
	assert_string_equal(cron->attributed_path, "/etc/cron.hourly/x");
	assert_string_equal(cron->attributed_process, "p1");
	assert_int_equal(cron->attributed_event, 3);
}

/* The exec tells of the interpreter; the file that execve opened before it is the script. */
static void a_script_of_the_sample_is_planted_too(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};
	char text[256];

	stream_exec(&stream, 10, EVENT_MARKED, "/root/sample", "s", 2);
	stream_file(&stream, 10, EVENT_FILE_OPEN, 77, "/tmp/x.sh", NULL);
	struct event_record opened =
		stream_record(&stream, EVENT_FILE_OPEN, EVENT_CLASS_ACCESS, 10, EVENT_MARKED);
	opened.file.file = (struct event_inode){.inode = 77, .device = 1};
	opened.file.file_flags = EVENT_FILE_PLANTED | EVENT_FILE_EXECUTABLE;
	stream_path(&opened, EVENT_TEXT_PATH, "/tmp/x.sh", text);
	stream_add(&stream, &opened);
	stream_exec(&stream, 10, EVENT_MARKED, "/usr/bin/dash", "sh", 3);
	stream_exec(&stream, 10, EVENT_MARKED, "/usr/bin/true", "true", 5);
	stream_flush(&stream);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	const struct process *process = &summary.processes.data[0];
	assert_false(process->executions.data[0].is_written_by_sample);
	assert_true(process->executions.data[1].is_written_by_sample);
	assert_false(process->executions.data[2].is_written_by_sample);
	const struct file_activity *script = &summary.files.data[1];
	assert_string_equal(script->path, "/tmp/x.sh");
	assert_string_equal(script->operations.data[script->operations.count - 1], "executed");
}

static void a_device_is_not_emptied(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};
	static const uint32_t modes[] = {0100644, 0020666};
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct event_record record =
			stream_record(&stream, EVENT_FILE_OPEN, EVENT_CLASS_FILE, 10, EVENT_MARKED);
		record.file.file = (struct event_inode){.inode = 7 + i, .device = 1};
		record.file.file_flags = EVENT_FILE_WRITABLE;
		record.file.open_flags = 01001; /* O_WRONLY | O_TRUNC */
		record.file.mode = modes[i];
		stream_path(&record, EVENT_TEXT_PATH, "/x", text);
		stream_add(&stream, &record);
	}
	stream_flush(&stream);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	assert_string_equal(summary.files.data[0].operations.data[0], "truncated");
	assert_string_equal(summary.files.data[1].operations.data[0], "opened");
	assert_false(summary.files.data[1].is_changed);
}

static void a_pid_that_is_used_again_is_another_process(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};

	stream_exec(&stream, 10, EVENT_MARKED, "/root/sample", "s", 2);
	struct event_record again = stream_record(&stream, EVENT_BPF, EVENT_CLASS_SYSTEM, 10, 0);
	again.header.task = again.header.process = 4711;
	stream_add(&stream, &again);
	stream_flush(&stream);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	assert_int_equal(summary.processes.count, 2);
	assert_int_equal(summary.processes.data[0].pid, summary.processes.data[1].pid);
	assert_true(summary.processes.data[0].is_sample);
	assert_false(summary.processes.data[1].is_sample);
}

static void a_process_from_before_gets_its_name_from_the_agent(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};
	struct control_message message = {.type = FRAME_PROCESS};

	stream_fork(&stream, 400, 401, 0);
	stream_flush(&stream);
	message.process.pid = 400;
	message.process.comm = span_text("cron");
	message.process.executable = message.process.argv = span_empty();
	control_append(&stream.frames, stream.frame++, 0, &message);
	message.process.pid = 9999;
	control_append(&stream.frames, stream.frame++, 0, &message);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	assert_string_equal(summary.processes.data[0].name, "cron");
	assert_int_equal(summary.processes.data[1].pid, 401);
}

static void a_connection_is_joined_from_its_records(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};

	struct event_record call =
		stream_record(&stream, EVENT_SOCKET_CONNECT, EVENT_CLASS_NETWORK, 10, EVENT_MARKED);
	call.socket = (struct event_socket){.cookie = 3,
					    .family = AF_INET,
					    .socket_type = SOCK_STREAM,
					    .remote = {.family = AF_INET, .port = 21351}};
	inet_pton(AF_INET, "203.0.113.7", call.socket.remote.bytes);
	stream_add(&stream, &call);
	struct event_record done = call;
	done.header.type = EVENT_SOCKET_CONNECTED;
	done.header.sequence = stream.sequence[EVENT_CLASS_NETWORK]++;
	done.socket.local = (struct event_address){.family = AF_INET, .port = 40000};
	done.socket.result = -111;
	stream_add(&stream, &done);
	stream_flush(&stream);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	assert_int_equal(summary.connections.count, 1);
	const struct connection *connection = &summary.connections.data[0];
	assert_string_equal(connection->address, "203.0.113.7");
	assert_int_equal(connection->port, 21351);
	assert_int_equal(connection->local_port, 40000);
	assert_int_equal(connection->result, -111);
	assert_string_equal(connection->protocol, "tcp");
}

static void losses_are_what_the_numbers_leave_open(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer json = {0};
	struct stream stream = {0};
	struct control_message message = {.type = FRAME_COUNTERS};

	stream_fork(&stream, 10, 11, EVENT_MARKED);
	stream.sequence[EVENT_CLASS_PROCESS] += 5;
	stream_fork(&stream, 10, 12, EVENT_MARKED);
	stream_flush(&stream);
	message.counters.happened[EVENT_CLASS_PROCESS] = 10;
	control_append(&stream.frames, stream.frame++, 0, &message);
	struct trace_summary summary = run_bytes(buffer_span(&stream.frames), arena, &json, &trace);
	stream_deinit(&stream);
	assert_int_equal(summary.counters.data[0].recorded, 2);
	assert_int_equal(summary.counters.data[0].lost, 8);
	assert_non_null(problem_of(&summary, "events_lost"));
	assert_null(problem_of(&summary, "stream_damaged"));
}

static void every_truncation_gives_what_is_whole_and_says_so(void **state UNUSED)
{
	struct stream stream = {0};

	stream_exec(&stream, 10, EVENT_MARKED, "/root/sample", "s", 2);
	stream_file(&stream, 10, EVENT_FILE_RENAME, 77, "/tmp/x", "/tmp/y");
	stream_flush(&stream);
	for (size_t size = 0; size < stream.frames.size; size++) {
		cleanup_arena struct arena *arena = arena_new(0);
		cleanup_trace struct trace *trace = NULL;
		cleanup_buffer struct buffer json = {0};
		struct trace_summary summary =
			run_bytes(span_of(stream.frames.data, size), arena, &json, &trace);
		assert_int_equal(summary.events, 0);
		assert_int_equal(problem_of(&summary, "stream_damaged") != NULL, size != 0);
	}
	stream_deinit(&stream);
}

static void a_file_is_read_as_its_bytes_are(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_close int fd = memfd_create("stream", MFD_CLOEXEC);
	struct stream stream = {0};
	struct event event;

	struct event_record before =
		stream_record(&stream, EVENT_BPF, EVENT_CLASS_SYSTEM, 9, EVENT_SETUP);
	stream_add(&stream, &before);
	stream_exec(&stream, 10, EVENT_MARKED, "/root/sample", "s", 2);
	stream_flush(&stream);
	assert_null(file_write_fd(fd, stream.frames.data, stream.frames.size));
	lseek(fd, 0, SEEK_SET);
	assert_null(trace_open(fd, &options, arena, &trace));
	assert_true(trace_next(trace, &event));
	assert_int_equal(event.phase, PHASE_SETUP);
	assert_int_equal(event.time_ns, -1000);
	assert_true(trace_next(trace, &event));
	assert_int_equal(event.time_ns, 0);
	assert_false(trace_next(trace, &event));
	stream_deinit(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_becomes_processes_files_and_calls),
		cmocka_unit_test(the_order_of_calls_is_exact_with_losses_in_their_place),
		cmocka_unit_test(records_are_put_into_the_order_of_time),
		cmocka_unit_test(what_a_planted_file_starts_is_attributed_to_its_writer),
		cmocka_unit_test(a_script_of_the_sample_is_planted_too),
		cmocka_unit_test(a_device_is_not_emptied),
		cmocka_unit_test(a_pid_that_is_used_again_is_another_process),
		cmocka_unit_test(a_process_from_before_gets_its_name_from_the_agent),
		cmocka_unit_test(a_connection_is_joined_from_its_records),
		cmocka_unit_test(losses_are_what_the_numbers_leave_open),
		cmocka_unit_test(every_truncation_gives_what_is_whole_and_says_so),
		cmocka_unit_test(a_file_is_read_as_its_bytes_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
