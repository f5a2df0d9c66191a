/* SPDX-License-Identifier: MIT */
#include "base/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "unit/cmocka.h"

static const char *const sleeper[] = {"sleep", "1000", NULL};

static void output_comes_back(void **state UNUSED)
{
	static const char *const argv[] = {"echo", "a b", "$HOME", NULL};
	cleanup_free char *output = NULL;

	assert_null(subprocess_run(argv, 100, &output));
	assert_string_equal(output, "a b $HOME\n");
}

static void a_failure_quotes_the_last_line(void **state UNUSED)
{
	static const char *const argv[] = {"sh", "-c", "echo one >&2; echo two >&2; exit 3", NULL};
	cleanup_error struct error *err = subprocess_run(argv, 100, NULL);

	assert_string_equal(error_message(err), "sh: exit status 3: two");
}

static void a_signal_is_told(void **state UNUSED)
{
	static const char *const argv[] = {"sh", "-c", "kill -9 $$", NULL};
	cleanup_error struct error *err = subprocess_run(argv, 100, NULL);

	assert_non_null(strstr(error_message(err), "killed by signal 9"));
}

static void a_missing_program_is_an_error_of_the_start(void **state UNUSED)
{
	static const char *const argv[] = {"/nonexistent/program", NULL};
	cleanup_error struct error *err = subprocess_run(argv, 100, NULL);

	assert_int_equal(error_code(err), ERROR_NOT_FOUND);
	assert_string_equal(error_message(err),
			    "run '/nonexistent/program': No such file or directory");
}

static void output_over_the_limit_is_refused(void **state UNUSED)
{
	static const char *const argv[] = {"head", "-c", "200000", "/dev/zero", NULL};
	cleanup_free char *output = NULL;
	cleanup_error struct error *err = subprocess_run(argv, 1000, &output);

	assert_int_equal(error_code(err), ERROR_LIMIT);
	assert_null(output);
}

static void much_output_on_both_pipes_does_not_block(void **state UNUSED)
{
	static const char *const argv[] = {
		"sh", "-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero", NULL};
	cleanup_free char *output = NULL;

	assert_null(subprocess_run(argv, 1 << 20, &output));
}

static void a_child_gets_the_descriptors_named_and_no_other(void **state UNUSED)
{
	static const char *const argv[] = {"sh", "-c",
					   "n=0; while [ $n -lt 64 ]; do [ -e /proc/$$/fd/$n ] && "
					   "s=\"$s$n \"; n=$((n+1)); done; "
					   "echo \"$s\" >&7",
					   NULL};
	cleanup_close int secret = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	int kept = fcntl(secret, F_DUPFD, 30), ends[2]; /* no close-on-exec: still closed */
	struct subprocess process;
	char text[64] = {0};
	int status;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	const struct fd_move moves[] = {{ends[1], 7}};
	const struct subprocess_options options = {.argv = argv, .moves = moves, .move_count = 1};
	assert_null(subprocess_start(&options, &process));
	close(ends[1]);
	assert_null(subprocess_wait(&process, 5000, &status));
	assert_int_equal(status, 0);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "0 1 2 7 \n");
	close(ends[0]);
	close(kept);
}

static void descriptors_may_change_places(void **state UNUSED)
{
	static const char *const argv[] = {"sh", "-c", "cat <&8; cat <&9", NULL};
	int a[2], b[2], out[2];
	struct subprocess process;
	char text[16] = {0};

	assert_int_equal(pipe2(a, O_CLOEXEC) | pipe2(b, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(write(a[1], "a", 1) + write(b[1], "b", 1), 2);
	int eight = fcntl(a[0], F_DUPFD_CLOEXEC, 8), nine = fcntl(b[0], F_DUPFD_CLOEXEC, 8);
	close(a[1]);
	close(b[1]);
	const struct fd_move moves[] = {{nine, 8}, {eight, 9}, {out[1], 1}};
	const struct subprocess_options options = {.argv = argv, .moves = moves, .move_count = 3};
	assert_null(subprocess_start(&options, &process));
	close(out[1]);
	assert_null(subprocess_wait(&process, 5000, NULL));
	assert_int_equal(read(out[0], text, sizeof(text) - 1), 2);
	assert_string_equal(text, "ba");
	const int all[] = {a[0], b[0], out[0], eight, nine};
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		close(all[i]);
}

static void waiting_has_a_limit_and_killing_reaps(void **state UNUSED)
{
	const struct subprocess_options options = {.argv = sleeper};
	struct subprocess process;

	assert_null(subprocess_start(&options, &process));
	pid_t pid = process.pid;
	cleanup_error struct error *err = subprocess_wait(&process, 10, NULL);
	assert_int_equal(error_code(err), ERROR_TIMEOUT);
	subprocess_kill(&process);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	subprocess_kill(&process);
}

static void environment_and_folder_are_as_asked(void **state UNUSED)
{
	static const char *const argv[] = {"/bin/sh", "-c", "echo \"$X $HOME $PWD\" >&1", NULL};
	static const char *const environment[] = {"X=1", NULL};
	int out[2];
	struct subprocess process;
	char text[64] = {0};

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	const struct fd_move moves[] = {{out[1], 1}};
	const struct subprocess_options options = {.argv = argv,
						   .environment = environment,
						   .folder = "/",
						   .moves = moves,
						   .move_count = 1};
	assert_null(subprocess_start(&options, &process));
	close(out[1]);
	assert_null(subprocess_wait(&process, 5000, NULL));
	assert_true(read(out[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "1  /\n");
	close(out[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_comes_back),
		cmocka_unit_test(a_failure_quotes_the_last_line),
		cmocka_unit_test(a_signal_is_told),
		cmocka_unit_test(a_missing_program_is_an_error_of_the_start),
		cmocka_unit_test(output_over_the_limit_is_refused),
		cmocka_unit_test(much_output_on_both_pipes_does_not_block),
		cmocka_unit_test(a_child_gets_the_descriptors_named_and_no_other),
		cmocka_unit_test(descriptors_may_change_places),
		cmocka_unit_test(waiting_has_a_limit_and_killing_reaps),
		cmocka_unit_test(environment_and_folder_are_as_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
