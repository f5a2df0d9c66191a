/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "wire/event_read.h"

/* The decoder's tables lay fields one behind the other: the structs must have no holes. */
_Static_assert(sizeof(struct event_header) == EVENT_HEADER_SIZE, "");
_Static_assert(sizeof(struct event_fork) == 24, "");
_Static_assert(sizeof(struct event_exec) == 88, "");
_Static_assert(sizeof(struct event_exec_failed) == 16, "");
_Static_assert(sizeof(struct event_exit) == 40, "");
_Static_assert(sizeof(struct event_signal) == 40, "");
_Static_assert(sizeof(struct event_mark) == 32, "");
_Static_assert(sizeof(struct event_file) == 96, "");
_Static_assert(sizeof(struct event_written) == 96, "");
_Static_assert(sizeof(struct event_socket) == 88, "");
_Static_assert(sizeof(struct event_system) == 48, "");
_Static_assert(sizeof(struct event_syscalls) == 24, "");
_Static_assert(sizeof(struct event_run) == 12, "");

static struct event_record exec_event(void)
{
	struct event_record event = {
		.header = {.type = EVENT_PROCESS_EXEC,
			   .class = EVENT_CLASS_PROCESS,
			   .flags = EVENT_MARKED,
			   .sequence = 5,
			   .time_ns = 1234567890123,
			   .task = 77,
			   .process = 78,
			   .tid = 3,
			   .tgid = 2,
			   .ppid = 1,
			   .uid = 1000},
		.exec = {.file = {.inode = 99, .device = 8, .generation = 7},
			 .file_size = 4096,
			 .argv_size = 6,
			 .file_system = 0xef53},
		.runs = span_empty(),
	};
	for (size_t i = 0; i < EVENT_TEXT_COUNT; i++)
		event.texts[i] = span_empty();
	event.texts[EVENT_TEXT_PATH] = span_of("ls\0bin\0usr\0", 11);
	event.texts[EVENT_TEXT_ARGV] = span_of("ls\0-l\0", 6);
	event.text_mask = 1U << EVENT_TEXT_PATH | 1U << EVENT_TEXT_ARGV;
	return event;
}

static void a_record_reads_back_as_it_was_written(void **state)
{
	(void)state;
	struct event_record in = exec_event();
	struct event_record out;
	uint64_t anomalies = 0;
	cleanup_buffer struct buffer bytes = {0};
	event_append(&bytes, &in);
	event_append(&bytes, &in);

	struct reader reader = reader_of(buffer_span(&bytes), BYTE_ORDER_LITTLE);
	for (int i = 0; i < 2; i++) {
		assert_true(event_next(&reader, &out, &anomalies));
		in.header.size = out.header.size;
		assert_memory_equal(&out.header, &in.header, sizeof(in.header));
		assert_memory_equal(&out.exec, &in.exec, sizeof(in.exec));
		assert_true(span_equal(out.texts[EVENT_TEXT_ARGV], in.texts[EVENT_TEXT_ARGV]));
		assert_false(event_has_text(&out, EVENT_TEXT_ENVP));
	}
	assert_false(event_next(&reader, &out, &anomalies));
	assert_int_equal(anomalies, 0);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	struct event_record in = exec_event();
	struct event_record out;
	cleanup_buffer struct buffer bytes = {0};
	event_append(&bytes, &in);

	for (size_t size = 1; size < bytes.size; size++) {
		uint64_t anomalies = 0;
		struct reader reader = reader_of(span_of(bytes.data, size), BYTE_ORDER_LITTLE);
		assert_false(event_next(&reader, &out, &anomalies));
		assert_int_equal(anomalies, 1);
	}
}

static void a_record_of_unknown_type_is_skipped_and_the_next_one_read(void **state)
{
	(void)state;
	struct event_record in = exec_event();
	struct event_record out;
	uint64_t anomalies = 0;
	cleanup_buffer struct buffer bytes = {0};
	event_append(&bytes, &in);
	event_append(&bytes, &in);
	bytes.data[4] = 31;

	struct reader reader = reader_of(buffer_span(&bytes), BYTE_ORDER_LITTLE);
	assert_true(event_next(&reader, &out, &anomalies));
	assert_int_equal(anomalies, 1);
	assert_false(event_next(&reader, &out, &anomalies));
}

static void runs_of_calls_keep_number_abi_and_count(void **state)
{
	(void)state;
	static const uint8_t runs[24] = {59, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0, 0,
					 4,  0, 0, 0, 9, 0, 0, 0x10, 5, 0, 0, 0};
	struct event_record in = {
		.header = {.type = EVENT_SYSCALLS, .class = EVENT_CLASS_SYSCALL},
		.syscalls = {.index = 3, .count = 2},
		.runs = {.data = runs, .size = sizeof(runs)},
	};
	struct event_record out;
	uint64_t anomalies = 0;
	cleanup_buffer struct buffer bytes = {0};
	event_append(&bytes, &in);

	struct reader reader = reader_of(buffer_span(&bytes), BYTE_ORDER_LITTLE);
	assert_true(event_next(&reader, &out, &anomalies));
	struct event_run first = event_run_at(&out, 0);
	struct event_run second = event_run_at(&out, 1);
	assert_int_equal(first.number, 59);
	assert_int_equal(event_run_count(&first), 1);
	assert_int_equal(event_run_abi(&first), EVENT_ABI_NATIVE);
	assert_int_equal(second.number, 4);
	assert_int_equal(event_run_count(&second), 10);
	assert_int_equal(event_run_abi(&second), EVENT_ABI_I386);
	assert_int_equal(second.delta_ns, 5);
}

static void more_runs_than_the_ceiling_are_refused(void **state)
{
	(void)state;
	struct event_record in = {
		.header = {.type = EVENT_SYSCALLS, .class = EVENT_CLASS_SYSCALL},
		.syscalls = {.count = EVENT_RUNS_MAX + 1},
		.runs = span_empty(),
	};
	struct event_record out;
	uint64_t anomalies = 0;
	cleanup_buffer struct buffer bytes = {0};
	event_append(&bytes, &in);

	struct reader reader = reader_of(buffer_span(&bytes), BYTE_ORDER_LITTLE);
	assert_false(event_next(&reader, &out, &anomalies));
	assert_int_equal(anomalies, 1);
}

static void paths_turn_from_leaf_first_to_root_first(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
		const char *path;
		bool complete;
	} cases[] = {
		{"", 0, "/", true},
		{"a\0", 2, "/a", true},
		{"c\0b\0a\0", 6, "/a/b/c", true},
		{"c\0b\0\0", 5, "\xe2\x80\xa6/b/c", false},
		{"c\0b", 3, "\xe2\x80\xa6/b/c", false},
	};
	char out[EVENT_PATH_TEXT_SIZE];
	bool complete;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t size = event_path(span_of(cases[i].text, cases[i].size), out, &complete);
		assert_string_equal(out, cases[i].path);
		assert_int_equal(size, strlen(cases[i].path));
		assert_int_equal(complete, cases[i].complete);
	}
}

static void a_path_of_any_bytes_stays_in_its_buffer(void **state)
{
	(void)state;
	static char zeros[2 * EVENT_PATH_MAX];
	char out[EVENT_PATH_TEXT_SIZE];
	bool complete;

	assert_true(event_path(span_of(zeros, sizeof(zeros)), out, &complete) < sizeof(out));
	memset(zeros, 'a', sizeof(zeros));
	assert_true(event_path(span_of(zeros, sizeof(zeros)), out, &complete) < sizeof(out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_reads_back_as_it_was_written),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(a_record_of_unknown_type_is_skipped_and_the_next_one_read),
		cmocka_unit_test(runs_of_calls_keep_number_abi_and_count),
		cmocka_unit_test(more_runs_than_the_ceiling_are_refused),
		cmocka_unit_test(paths_turn_from_leaf_first_to_root_first),
		cmocka_unit_test(a_path_of_any_bytes_stays_in_its_buffer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
