/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vm/run_folder.h"

static char base[] = "/tmp/habo-test-XXXXXX";

static int make_base(void **state)
{
	(void)state;
	return mkdtemp(base) && setenv("TMPDIR", base, 1) == 0 ? 0 : -1;
}

static int remove_base(void **state)
{
	(void)state;
	error_free(file_remove_tree(base));
	return 0;
}

static struct jail_user user(void)
{
	return (struct jail_user){.uid = geteuid(), .gid = getegid()};
}

static void a_folder_goes_with_all_that_is_in_it(void **state)
{
	const struct jail_user us = user();
	struct run_folder folder;

	(void)state;
	assert_null(run_folder_init(&folder, &us));
	cleanup_free char *path = xstrdup(folder.path);
	cleanup_free char *file = xasprintf("%s/overlay.qcow2", path);
	assert_null(file_write(file, "x", 1, 0600));
	run_folder_deinit(&folder);
	assert_false(file_exists(path));
}

static void the_folder_of_a_living_engine_stays(void **state)
{
	const struct jail_user us = user();
	struct run_folder first, second;

	(void)state;
	assert_null(run_folder_init(&first, &us));
	assert_null(run_folder_init(&second, &us));
	assert_true(file_exists(first.path));
	run_folder_deinit(&first);
	run_folder_deinit(&second);
}

static void the_folder_of_a_killed_engine_is_removed_by_the_next_start(void **state)
{
	const struct jail_user us = user();
	struct run_folder folder;
	char path[256] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		error_free(run_folder_init(&folder, &us));
		ssize_t ignored UNUSED = write(ends[1], folder.path, strlen(folder.path));
		for (;;)
			pause();
	}
	assert_true(read(ends[0], path, sizeof(path) - 1) > 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	assert_true(file_exists(path));
	run_folder_clean(&us);
	assert_false(file_exists(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_goes_with_all_that_is_in_it),
		cmocka_unit_test(the_folder_of_a_living_engine_stays),
		cmocka_unit_test(the_folder_of_a_killed_engine_is_removed_by_the_next_start),
	};
	return cmocka_run_group_tests(tests, make_base, remove_base);
}
