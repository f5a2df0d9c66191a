/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/macro.h"
#include "memory/snappy.h"

static const uint8_t sample[] = {
	20,                             /* size */
	3 << 2,     'a', 'b', 'c', 'd', /* literal of 4 */
	1 | 4 << 2, 4,                  /* copy of 8 from 4 back */
	2 | 5 << 2, 1,   0,             /* copy of 6 from 1 back */
	1 << 2,     'e', 'f',           /* literal of 2 */
};

static void literals_and_overlapping_copies_decode(void **state UNUSED)
{
	uint8_t out[20];
	uint64_t size;

	assert_true(snappy_size(span_of(sample, sizeof(sample)), &size));
	assert_int_equal(size, 20);
	assert_true(snappy_decode(span_of(sample, sizeof(sample)), out, sizeof(out)));
	assert_memory_equal(out, "abcdabcdabcdddddddef", 20);
}

static void every_truncation_is_refused(void **state UNUSED)
{
	uint8_t out[20];

	for (size_t size = 0; size < sizeof(sample); size++)
		assert_false(snappy_decode(span_of(sample, size), out, sizeof(out)));
}

static void a_copy_from_before_the_start_is_refused(void **state UNUSED)
{
	static const uint8_t block[] = {8, 3 << 2, 'a', 'b', 'c', 'd', 1 | 0 << 2, 5};
	uint8_t out[8];

	assert_false(snappy_decode(span_of(block, sizeof(block)), out, sizeof(out)));
}

static void another_size_than_promised_is_refused(void **state UNUSED)
{
	uint8_t out[21];

	assert_false(snappy_decode(span_of(sample, sizeof(sample)), out, 21));
	assert_false(snappy_decode(span_of(sample, sizeof(sample)), out, 19));
}

static void long_literals_have_their_length_behind_the_tag(void **state UNUSED)
{
	uint8_t block[2 + 2 + 100] = {100, 60 << 2, 99}, out[100];

	memset(block + 3, 'x', 100);
	assert_true(snappy_decode(span_of(block, 103), out, 100));
	assert_int_equal(out[99], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_and_overlapping_copies_decode),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(a_copy_from_before_the_start_is_refused),
		cmocka_unit_test(another_size_than_promised_is_refused),
		cmocka_unit_test(long_literals_have_their_length_behind_the_tag),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
