/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "unit/cmocka.h"

static void times_are_written_as_rfc_3339(void **state UNUSED)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T00:00:00.000000Z"},
		{951782400123456789, "2000-02-29T00:00:00.123456Z"},
		{1795359845000000999, "2026-11-22T15:04:05.000000Z"},
	};
	char text[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		clock_text(rows[i].ns, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void the_largest_time_fits(void **state UNUSED)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(UINT64_MAX, text);
	assert_string_equal(text, "2554-07-21T23:34:33.709551Z");
}

static void the_monotonic_clock_does_not_go_back(void **state UNUSED)
{
	uint64_t last = clock_monotonic_ns();

	for (int i = 0; i < 1000; i++) {
		uint64_t now = clock_monotonic_ns();
		assert_true(now >= last);
		last = now;
	}
	assert_true(clock_realtime_ns() > 1700000000000000000U);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_as_rfc_3339),
		cmocka_unit_test(the_largest_time_fits),
		cmocka_unit_test(the_monotonic_clock_does_not_go_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
