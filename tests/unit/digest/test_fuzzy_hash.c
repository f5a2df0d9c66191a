/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/alloc.h"
#include "digest/fuzzy_hash.h"

enum { SIZE = 5000 };

/* Bytes that look random and are the same everywhere. */
static void fill(uint8_t *bytes, size_t size)
{
	uint32_t state = 1;

	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(state >> 24 & 0x3f);
	}
}

/* The expected texts are those of tlsh_unittest 3.4.4 (with T1 before it) and ssdeep 2.14.1. */
static void digests_are_those_of_the_reference_tools(void **state UNUSED)
{
	uint8_t bytes[SIZE];
	char tlsh[TLSH_TEXT_SIZE];
	char ssdeep[SSDEEP_TEXT_SIZE];

	fill(bytes, SIZE);
	assert_true(tlsh_compute(span_of(bytes, SIZE), tlsh));
	assert_string_equal(
		tlsh, "T1C1A16D933230489C61E6384FC03ABD22B5FEFE4A796145AB995B5282F64F601D6970C3");
	assert_true(ssdeep_compute(span_of(bytes, SIZE), ssdeep));
	assert_string_equal(ssdeep, "96:SGkRhiO9Atv6IRrpReB3Q75sCfrO1vSyCI5u+G1M07CZOklhz1ei:"
				    "ShP9AF6IRKxQ7xoqyCIA+E4lh4i");
}

static void short_and_uniform_bytes_have_no_tlsh(void **state UNUSED)
{
	uint8_t bytes[SIZE];
	char text[TLSH_TEXT_SIZE];

	fill(bytes, SIZE);
	assert_false(tlsh_compute(span_of(bytes, 49), text));
	memset(bytes, 'a', SIZE);
	assert_false(tlsh_compute(span_of(bytes, SIZE), text));
	assert_false(tlsh_compute(span_empty(), text));
}

static void distance_grows_with_difference(void **state UNUSED)
{
	uint8_t bytes[SIZE];
	char first[TLSH_TEXT_SIZE], little[TLSH_TEXT_SIZE], much[TLSH_TEXT_SIZE];

	fill(bytes, SIZE);
	assert_true(tlsh_compute(span_of(bytes, SIZE), first));
	bytes[100] ^= 1;
	assert_true(tlsh_compute(span_of(bytes, SIZE), little));
	for (size_t i = 0; i < SIZE; i += 2)
		bytes[i] = (uint8_t)(bytes[i] * 5 + i);
	assert_true(tlsh_compute(span_of(bytes, SIZE), much));
	assert_int_equal(tlsh_distance(first, first), 0);
	assert_true(tlsh_distance(first, little) < tlsh_distance(first, much));
	assert_int_equal(tlsh_distance(first, first + 2), 0);
	assert_int_equal(tlsh_distance(first, "T1"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_reference_tools),
		cmocka_unit_test(short_and_uniform_bytes_have_no_tlsh),
		cmocka_unit_test(distance_grows_with_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
