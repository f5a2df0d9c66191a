/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "guest/users.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "broken\n"
			     "big:x:99999999999:1::/:/bin/sh\n"
			     "ada:x:1000:1001:Ada,,,:/home/ada:/bin/bash\n";
static const char group[] = "root:x:0:\nadm:x:4:syslog,ada\nbroken:x\nada:x:1001:\nsudo:x:27:ada\n";

static void a_user_has_its_own_group_first_and_then_the_others(void **state)
{
	(void)state;
	struct user user;

	cleanup_error struct error *err = user_find("ada", passwd, group, &user);
	assert_null(err);
	assert_int_equal(user.uid, 1000);
	assert_int_equal(user.gid, 1001);
	assert_int_equal(user.group_count, 3);
	assert_int_equal(user.groups[0], 1001);
	assert_int_equal(user.groups[1], 4);
	assert_int_equal(user.groups[2], 27);
}

static void names_that_are_not_there_or_not_sound_are_not_found(void **state)
{
	(void)state;
	static const char *const names[] = {"bob", "broken", "big", ""};
	struct user user;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_error struct error *err = user_find(names[i], passwd, group, &user);
		assert_non_null(err);
		assert_int_equal(error_code(err), ERROR_NOT_FOUND);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_has_its_own_group_first_and_then_the_others),
		cmocka_unit_test(names_that_are_not_there_or_not_sound_are_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
