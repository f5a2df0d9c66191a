/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "unit/cmocka.h"

static void zero_bytes_give_memory_that_can_be_freed(void **state UNUSED)
{
	free(xmalloc(0));
	free(xcalloc(0, 8));
	free(xcalloc(8, 0));
	free(xmemdup("", 0));
	free(xrealloc_array(NULL, 0, 8));
}

static void copies_are_whole_and_of_their_own(void **state UNUSED)
{
	cleanup_free char *text = xstrdup("text");
	cleanup_free char *part = xstrndup("text", 2);
	cleanup_free char *bytes = xmemdup("a\0b", 3);
	cleanup_free char *printed = xasprintf("%s-%d", "x", 7);

	assert_string_equal(text, "text");
	assert_string_equal(part, "te");
	assert_memory_equal(bytes, "a\0b", 3);
	assert_string_equal(printed, "x-7");
}

static void calloc_zeroes(void **state UNUSED)
{
	cleanup_free unsigned char *bytes = xcalloc(100, 3);

	for (size_t i = 0; i < 300; i++)
		assert_int_equal(bytes[i], 0);
}

/* The status with which a child ends that does `body`. */
static int status_of(void (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, 2);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void wrap_the_product(void)
{
	free(xrealloc_array(NULL, SIZE_MAX / 2, 4));
}

static void give_up(void)
{
	alloc_fail();
}

static void a_size_that_wraps_ends_the_process_with_its_own_status(void **state UNUSED)
{
	assert_int_equal(status_of(wrap_the_product), ALLOC_EXIT_STATUS);
	assert_int_equal(status_of(give_up), ALLOC_EXIT_STATUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_bytes_give_memory_that_can_be_freed),
		cmocka_unit_test(copies_are_whole_and_of_their_own),
		cmocka_unit_test(calloc_zeroes),
		cmocka_unit_test(a_size_that_wraps_ends_the_process_with_its_own_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
