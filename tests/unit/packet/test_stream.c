/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "packet/stream.h"
#include "unit/packet/frames.h"

static void add(struct stream *stream, uint32_t sequence, const char *text)
{
	stream_add(stream, sequence, span_text(text), true);
}

static void segments_are_put_in_order(void **state UNUSED)
{
	struct stream stream = {0};

	stream_start(&stream, 0xfffffffc); /* wraps */
	add(&stream, 4, "IJ");
	add(&stream, 0, "EFGH");
	assert_int_equal(stream.data.size, 0);
	add(&stream, 0xfffffffc, "ABCD");
	assert_string_equal(buffer_text(&stream.data), "ABCDEFGHIJ");
	assert_int_equal(stream.pending.count, 0);
	assert_int_equal(stream.pending_size, 0);
	stream_deinit(&stream);
}

static void the_first_copy_of_a_byte_counts(void **state UNUSED)
{
	struct stream stream = {0};

	add(&stream, 100, "abcd");
	add(&stream, 100, "XXXX");
	add(&stream, 102, "YYef");
	assert_string_equal(buffer_text(&stream.data), "abcdef");
	stream_deinit(&stream);
}

static void a_gap_that_stays_ends_the_stream(void **state UNUSED)
{
	struct stream stream = {0};

	add(&stream, 0, "a");
	for (uint32_t i = 0; i < STREAM_MAX_PENDING; i++)
		add(&stream, 10 + i * 2, "b");
	assert_false(stream.is_lost);
	add(&stream, 1000, "b");
	assert_true(stream.is_lost);
	assert_int_equal(stream.pending.count, 0);
	assert_string_equal(buffer_text(&stream.data), "a");
	stream_deinit(&stream);
}

static void a_flood_that_nobody_takes_is_bounded(void **state UNUSED)
{
	struct stream stream = {0};
	static char block[1024];

	memset(block, 'x', sizeof(block));
	for (uint32_t i = 0; i < 1000; i++)
		stream_add(&stream, i * 1024, span_of(block, sizeof(block)), true);
	assert_true(stream.is_lost);
	assert_true(stream.data.size <= STREAM_MAX_DATA);
	stream_deinit(&stream);
	stream = (struct stream){0};
	stream_start(&stream, 0);
	for (uint32_t i = 0; i < 40 && !stream.is_lost; i++) {
		static char large[4096];
		stream_add(&stream, 10 + i * 4096, span_of(large, sizeof(large)), true);
		assert_true(stream.pending_size <= STREAM_MAX_DATA);
	}
	assert_true(stream.is_lost);
	stream_deinit(&stream);
}

static void a_cut_segment_is_the_last(void **state UNUSED)
{
	struct stream stream = {0};

	stream_add(&stream, 5, span_text("begin"), false);
	add(&stream, 10, "more");
	assert_string_equal(buffer_text(&stream.data), "begin");
	assert_true(stream.is_lost);
	stream_deinit(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_are_put_in_order),
		cmocka_unit_test(the_first_copy_of_a_byte_counts),
		cmocka_unit_test(a_gap_that_stays_ends_the_stream),
		cmocka_unit_test(a_flood_that_nobody_takes_is_bounded),
		cmocka_unit_test(a_cut_segment_is_the_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
