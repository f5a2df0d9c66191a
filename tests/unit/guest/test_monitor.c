/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <unistd.h>

#include "guest/monitor.h"

static void placeholders_become_number_and_path(void **state)
{
	(void)state;
	static const struct {
		const char *command;
		const char *expanded;
	} cases[] = {
		{"strace -f -o {out} -p {pid}", "strace -f -o /run/0 -p 42"},
		{"{pid}{pid}", "4242"},
		{"", ""},
		{"{pi d} {out", "{pi d} {out"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *text = monitor_expand(cases[i].command, 42, "/run/0");
		assert_string_equal(text, cases[i].expanded);
	}
}

static void a_process_that_nobody_traces_is_not_traced(void **state)
{
	(void)state;
	assert_false(process_is_traced(getppid()));
	assert_false(process_is_traced(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_become_number_and_path),
		cmocka_unit_test(a_process_that_nobody_traces_is_not_traced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
