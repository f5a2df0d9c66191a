/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "wire/frame.h"

static void frames_come_out_whole_however_the_bytes_come_in(void **state)
{
	(void)state;
	cleanup_buffer struct buffer bytes = {0};
	frame_append(&bytes, 7, 0, 9, "abc", 3);
	frame_append(&bytes, 8, 1, 9, NULL, 0);

	for (size_t step = 1; step <= bytes.size; step++) {
		struct frame_reader reader;
		struct frame frame;
		unsigned count = 0;
		frame_reader_init(&reader);
		for (size_t at = 0; at < bytes.size; at += step) {
			frame_reader_feed(&reader, bytes.data + at, min_of(step, bytes.size - at));
			while (frame_reader_next(&reader, &frame)) {
				assert_int_equal(frame.type, 7 + count);
				assert_int_equal(frame.payload.size, count ? 0 : 3);
				count++;
			}
		}
		assert_int_equal(count, 2);
		assert_int_equal(reader.skipped_bytes, 0);
		assert_int_equal(reader.missing_frames, 0);
		frame_reader_deinit(&reader);
	}
}

static void bytes_that_are_no_frame_are_skipped_and_counted(void **state)
{
	(void)state;
	cleanup_buffer struct buffer bytes = {0};
	buffer_append_text(&bytes, "login: HBF1");
	frame_append(&bytes, 7, 0, 0, "abc", 3);

	struct frame_reader reader;
	struct frame frame;
	frame_reader_init(&reader);
	frame_reader_feed(&reader, bytes.data, bytes.size);
	assert_true(frame_reader_next(&reader, &frame));
	assert_int_equal(frame.type, 7);
	assert_int_equal(reader.skipped_bytes, 11);
	assert_false(frame_reader_next(&reader, &frame));
	frame_reader_deinit(&reader);
}

static void a_forged_frame_hides_nothing_behind_its_size(void **state)
{
	(void)state;
	cleanup_buffer struct buffer bytes = {0};
	cleanup_buffer struct buffer inner = {0};
	frame_append(&inner, 7, 0, 9, "abc", 3);
	frame_append(&bytes, 66, 5, 1234, inner.data, inner.size);
	bytes.data[10] = 8; /* claims half a megabyte */

	struct frame_reader reader;
	struct frame frame;
	frame_reader_init(&reader);
	reader.key = 9;
	frame_reader_feed(&reader, bytes.data, bytes.size);
	assert_true(frame_reader_next(&reader, &frame));
	assert_int_equal(frame.type, 7);
	assert_int_equal(reader.forged_frames, 1);
	frame_reader_deinit(&reader);
}

static void a_gap_in_the_sequence_is_counted(void **state)
{
	(void)state;
	cleanup_buffer struct buffer bytes = {0};
	frame_append(&bytes, 7, 0, 0, NULL, 0);
	frame_append(&bytes, 7, 5, 0, NULL, 0);

	struct frame_reader reader;
	struct frame frame;
	frame_reader_init(&reader);
	frame_reader_feed(&reader, bytes.data, bytes.size);
	assert_true(frame_reader_next(&reader, &frame));
	assert_true(frame_reader_next(&reader, &frame));
	assert_int_equal(reader.missing_frames, 4);
	frame_reader_deinit(&reader);
}

static void a_size_over_the_ceiling_is_no_frame(void **state)
{
	(void)state;
	cleanup_buffer struct buffer bytes = {0};
	frame_append(&bytes, 7, 0, 0, NULL, 0);
	bytes.data[11] = 1;

	struct frame_reader reader;
	struct frame frame;
	frame_reader_init(&reader);
	frame_reader_feed(&reader, bytes.data, bytes.size);
	assert_false(frame_reader_next(&reader, &frame));
	assert_true(reader.skipped_bytes > 0);
	frame_reader_deinit(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_out_whole_however_the_bytes_come_in),
		cmocka_unit_test(bytes_that_are_no_frame_are_skipped_and_counted),
		cmocka_unit_test(a_forged_frame_hides_nothing_behind_its_size),
		cmocka_unit_test(a_gap_in_the_sequence_is_counted),
		cmocka_unit_test(a_size_over_the_ceiling_is_no_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
