/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "wire/control.h"

static struct control_message run_message(void)
{
	return (struct control_message){
		.type = FRAME_RUN,
		.run = {.flags = CONTROL_RUN_TERMINAL,
			.rows = 24,
			.columns = 80,
			.path = span_text("/tmp/a"),
			.argv = span_of("a\0-x\0", 5),
			.environment = span_empty(),
			.folder = span_text("/tmp"),
			.user = span_text("root"),
			.input = span_empty(),
			.monitors = span_empty()},
	};
}

static void a_message_reads_back_as_it_was_written(void **state)
{
	(void)state;
	struct control_message in = run_message();
	struct control_message out;
	cleanup_buffer struct buffer bytes = {0};

	control_encode(&in, &bytes);
	assert_true(control_decode(FRAME_RUN, buffer_span(&bytes), &out));
	assert_int_equal(out.run.columns, 80);
	assert_true(span_equal_text(out.run.folder, "/tmp"));
	assert_true(span_equal(out.run.argv, in.run.argv));
	assert_int_equal(out.run.monitors.size, 0);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	struct control_message in = run_message();
	struct control_message out;
	cleanup_buffer struct buffer bytes = {0};

	control_encode(&in, &bytes);
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(control_decode(FRAME_RUN, span_of(bytes.data, size), &out));
}

static void unknown_types_and_raw_frames_are_refused(void **state)
{
	(void)state;
	struct control_message out;

	assert_false(control_decode(0, span_empty(), &out));
	assert_false(control_decode(FRAME_EVENTS, span_empty(), &out));
	assert_false(control_decode(UINT16_MAX, span_empty(), &out));
	assert_true(control_decode(FRAME_GO, span_empty(), &out));
}

static void counters_keep_every_class(void **state)
{
	(void)state;
	struct control_message in = {.type = FRAME_COUNTERS};
	struct control_message out;
	cleanup_buffer struct buffer bytes = {0};

	for (unsigned i = 0; i < EVENT_CLASS_COUNT; i++) {
		in.counters.happened[i] = 100 + i;
		in.counters.lost[i] = 200 + i;
	}
	control_encode(&in, &bytes);
	assert_true(control_decode(FRAME_COUNTERS, buffer_span(&bytes), &out));
	for (unsigned i = 0; i < EVENT_CLASS_COUNT; i++) {
		assert_int_equal(out.counters.happened[i], 100 + i);
		assert_int_equal(out.counters.lost[i], 200 + i);
	}
}

static void lists_give_their_strings_and_drop_an_unended_one(void **state)
{
	(void)state;
	struct span list = span_of("a\0\0bc\0d", 7);
	struct span text;

	assert_true(control_list_next(&list, &text) && span_equal_text(text, "a"));
	assert_true(control_list_next(&list, &text) && text.size == 0);
	assert_true(control_list_next(&list, &text) && span_equal_text(text, "bc"));
	assert_false(control_list_next(&list, &text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_reads_back_as_it_was_written),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(unknown_types_and_raw_frames_are_refused),
		cmocka_unit_test(counters_keep_every_class),
		cmocka_unit_test(lists_give_their_strings_and_drop_an_unended_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
