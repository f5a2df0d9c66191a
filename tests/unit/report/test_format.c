/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "report/format.h"

static void counts_have_separators(void **state UNUSED)
{
	char text[FORMAT_SIZE];

	assert_string_equal(format_count(0, text), "0");
	assert_string_equal(format_count(999, text), "999");
	assert_string_equal(format_count(5123, text), "5,123");
	assert_string_equal(format_count(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void sizes_have_binary_units(void **state UNUSED)
{
	char text[FORMAT_SIZE];

	assert_string_equal(format_bytes(1023, text), "1023 B");
	assert_string_equal(format_bytes(1536, text), "1.5 KiB");
	assert_string_equal(format_bytes(734003200, text), "700 MiB");
	assert_string_equal(format_bytes(UINT64_MAX, text), "16.0 EiB");
}

static void times_have_a_sign(void **state UNUSED)
{
	char text[FORMAT_SIZE];

	assert_string_equal(format_time(1234567890, text), "+1.234 s");
	assert_string_equal(format_time(-10000000, text), "-0.010 s");
	assert_string_equal(format_time(-400000, text), "+0.000 s");
	assert_string_equal(format_time(INT64_MIN, text), "-9223372036.854 s");
}

static void lengths_of_time_have_fitting_units(void **state UNUSED)
{
	char text[FORMAT_SIZE];

	assert_string_equal(format_span_us(430, text), "430 µs");
	assert_string_equal(format_span_us(12345, text), "12.3 ms");
	assert_string_equal(format_span_us(4210000, text), "4.21 s");
	assert_string_equal(format_span_us(125000000, text), "2 min 5 s");
}

static void modes_are_octal(void **state UNUSED)
{
	char text[FORMAT_SIZE];

	assert_string_equal(format_mode(0100755, text), "0755");
	assert_string_equal(format_mode(04711, text), "4711");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_have_separators),
		cmocka_unit_test(sizes_have_binary_units),
		cmocka_unit_test(times_have_a_sign),
		cmocka_unit_test(lengths_of_time_have_fitting_units),
		cmocka_unit_test(modes_are_octal),
	};
	return cmocka_run_group_tests_name("report/format", tests, NULL, NULL);
}
