/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "unit/packet/frames.h"

static void statistics_come_back(void **state UNUSED)
{
	struct capture_file capture;
	struct pcapng_statistics written = {.start_ns = 1700000000000000001,
					    .end_ns = 1700000000000000999,
					    .received = 12,
					    .dropped = 3,
					    .written = 9};
	struct pcapng_summary summary;

	capture_begin(&capture);
	capture_udp(&capture, true, 1, 2, span_text("abc"));
	pcapng_append_statistics(&capture.bytes, &(struct pcapng_statistics){.received = 1});
	capture_udp(&capture, false, 1, 2, span_text("abcd"));
	pcapng_append_statistics(&capture.bytes, &written);
	pcapng_summarize(buffer_span(&capture.bytes), &summary);
	assert_true(summary.statistics.is_present);
	assert_int_equal(summary.statistics.start_ns, written.start_ns);
	assert_int_equal(summary.statistics.end_ns, written.end_ns);
	assert_int_equal(summary.statistics.received, 12);
	assert_int_equal(summary.statistics.dropped, 3);
	assert_int_equal(summary.statistics.written, 9);
	assert_int_equal(summary.packet_count, 2);
	assert_false(summary.is_cut);
	assert_true(summary.has_guest_mac);
	assert_memory_equal(summary.guest_mac, "\x52\x54\0\1\2\3", 6);
	buffer_deinit(&capture.bytes);
}

static void every_truncation_is_said(void **state UNUSED)
{
	struct capture_file capture;
	struct pcapng_summary summary;

	capture_begin(&capture);
	size_t start = capture.bytes.size;
	capture_udp(&capture, true, 1, 2, span_text("abc"));
	for (size_t size = start + 1; size < capture.bytes.size; size++) {
		struct guarded cut = guarded_copy(span_clip(buffer_span(&capture.bytes), 0, size));
		pcapng_summarize(cut.span, &summary);
		assert_true(summary.is_cut);
		assert_int_equal(summary.packet_count, 0);
		guarded_free(&cut);
	}
	pcapng_summarize(span_text("no capture"), &summary);
	assert_false(summary.statistics.is_present || summary.is_cut);
	buffer_deinit(&capture.bytes);
}

static void a_block_of_no_size_ends_the_walk(void **state UNUSED)
{
	struct capture_file capture;
	struct pcapng_summary summary;

	capture_begin(&capture);
	buffer_append_u32(&capture.bytes, 6);
	buffer_append_u32(&capture.bytes, 0);
	buffer_append_u64(&capture.bytes, 0);
	pcapng_summarize(buffer_span(&capture.bytes), &summary);
	assert_true(summary.is_cut);
	buffer_deinit(&capture.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statistics_come_back),
		cmocka_unit_test(every_truncation_is_said),
		cmocka_unit_test(a_block_of_no_size_ends_the_walk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
