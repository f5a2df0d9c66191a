/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "unit/cmocka.h"

static void wrapping_reads_from_the_outside_in(void **state UNUSED)
{
	cleanup_error struct error *err = error_os(ENOENT, "open '%s'", "/x");

	err = error_wrap(err, "load the %s", "template");
	assert_string_equal(error_message(err),
			    "load the template: open '/x': No such file or directory");
	assert_int_equal(error_code(err), ERROR_NOT_FOUND);
	assert_int_equal(error_errnum(err), ENOENT);
}

static void wrapping_nothing_gives_nothing(void **state UNUSED)
{
	assert_null(error_wrap(NULL, "outer"));
	error_free(NULL);
}

static void an_errno_gives_the_code_that_fits(void **state UNUSED)
{
	static const struct {
		int errnum;
		enum error_code code;
		const char *name;
	} rows[] = {
		{ENOENT, ERROR_NOT_FOUND, "not_found"},
		{EACCES, ERROR_PERMISSION, "permission"},
		{EPERM, ERROR_PERMISSION, "permission"},
		{ETIMEDOUT, ERROR_TIMEOUT, "timeout"},
		{ENOSYS, ERROR_UNSUPPORTED, "unsupported"},
		{EFBIG, ERROR_LIMIT, "limit"},
		{EIO, ERROR_FAILED, "failed"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_error struct error *err = error_os(rows[i].errnum, "x");
		assert_int_equal(error_code(err), rows[i].code);
		assert_string_equal(error_code_name(error_code(err)), rows[i].name);
	}
}

static void every_code_has_a_name(void **state UNUSED)
{
	for (unsigned code = ERROR_FAILED; code <= ERROR_UNSAFE; code++)
		assert_true(strlen(error_code_name((enum error_code)code)) > 0);
}

static void an_error_of_ours_has_no_errno(void **state UNUSED)
{
	cleanup_error struct error *err = error_new(ERROR_USAGE, "%d is odd", 3);

	assert_int_equal(error_errnum(err), 0);
	assert_string_equal(error_message(err), "3 is odd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrapping_reads_from_the_outside_in),
		cmocka_unit_test(wrapping_nothing_gives_nothing),
		cmocka_unit_test(an_errno_gives_the_code_that_fits),
		cmocka_unit_test(every_code_has_a_name),
		cmocka_unit_test(an_error_of_ours_has_no_errno),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
