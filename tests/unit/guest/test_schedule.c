/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "guest/schedule.h"

static void paths_say_what_kind_of_schedule_they_hold(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		enum schedule schedule;
	} cases[] = {
		{"/etc/crontab", SCHEDULE_CRONTAB},
		{"/etc/cron.d/update", SCHEDULE_CRONTAB},
		{"/var/spool/cron/crontabs/root", SCHEDULE_CRONTAB},
		{"/etc/cron.daily/update", SCHEDULE_NONE},
		{"/etc/systemd/system/x.timer", SCHEDULE_ALWAYS},
		{"/etc/systemd/system/x.service", SCHEDULE_NONE},
		{"/home/ada/.config/systemd/user/x.timer", SCHEDULE_ALWAYS},
		{"/tmp/etc/crontab", SCHEDULE_NONE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(schedule_of(cases[i].path), cases[i].schedule);
}

static void a_crontab_is_due_by_its_lines(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool due;
	} cases[] = {
		{"", false},
		{"# * * * * * root x\n", false},
		{"PATH=/bin\nMAILTO=root", false},
		{"* * * * * root /tmp/x", true},
		{"SHELL=/bin/sh\n  \t*/5 * * * * root /tmp/x\n", true},
		{"@reboot root /tmp/x\n", false},
		{"@daily root /tmp/x\n@reboot root y\n", false},
		{"@every_minute root /tmp/x\n", true},
		{"\n\n\n17 * * * * x", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(crontab_is_due(span_text(cases[i].text)), cases[i].due);
}

static void a_schedule_that_was_removed_is_not_due(void **state)
{
	(void)state;
	assert_false(schedule_file_due("/etc/cron.d/habo-unit-test-that-is-not-there"));
	assert_false(schedule_file_due("/etc/hostname"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_say_what_kind_of_schedule_they_hold),
		cmocka_unit_test(a_crontab_is_due_by_its_lines),
		cmocka_unit_test(a_schedule_that_was_removed_is_not_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
