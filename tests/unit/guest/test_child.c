/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "guest/child.h"

static struct control_run run_of(const char *argv, size_t size)
{
	return (struct control_run){
		.rows = 24,
		.columns = 80,
		.path = span_text("/bin/sh"),
		.argv = span_of(argv, size),
		.environment = span_of("PATH=/bin:/usr/bin\0", 19),
		.folder = span_text("/"),
		.user = span_text(getpwuid(geteuid())->pw_name),
		.input = span_empty(),
		.monitors = span_empty(),
	};
}

/* The state letter of /proc/PID/stat, behind the name in parentheses. */
static char state_of(pid_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%d/stat", (int)pid);
	cleanup_free char *text = NULL;
	size_t size;
	cleanup_error struct error *err = file_read(path, 4096, &text, &size);

	assert_null(err);
	const char *end = strrchr(text, ')');
	return end ? end[2] : 0;
}

static void finish(struct child *child, char *output, size_t size)
{
	size_t have = 0;
	int status;

	while (waitpid(child->pid, &status, 0) < 0)
		;
	child->status = status;
	for (ssize_t got; (got = read(child->output, output + have, size - 1 - have)) > 0;)
		have += (size_t)got;
	output[have] = '\0';
}

static void the_child_waits_stopped_and_runs_when_told(void **state)
{
	(void)state;
	struct control_run run = run_of("sh\0-c\0echo hello; exit 5\0", 25);
	struct child child;
	char output[256];

	cleanup_error struct error *err = child_start(&run, &child);
	assert_null(err);
	assert_int_equal(state_of(child.pid), 'T');
	err = child_continue(&child);
	assert_null(err);
	finish(&child, output, sizeof(output));
	assert_int_equal(WEXITSTATUS(child.status), 5);
	assert_string_equal(output, "hello\n");
	assert_int_equal(child_exec_error(&child), 0);
	child_deinit(&child);
}

static void standard_input_is_given_and_then_ends(void **state)
{
	(void)state;
	struct control_run run = run_of("sh\0-c\0cat; echo end\0", 20);
	struct child child;
	char output[256];

	run.flags = CONTROL_RUN_STDIN;
	run.input = span_text("some words\n");
	cleanup_error struct error *err = child_start(&run, &child);
	assert_null(err);
	err = child_continue(&child);
	assert_null(err);
	child_feed(&child);
	assert_int_equal(child.input, -1);
	finish(&child, output, sizeof(output));
	assert_string_equal(output, "some words\nend\n");
	child_deinit(&child);
}

static void a_program_that_cannot_be_executed_says_why(void **state)
{
	(void)state;
	struct control_run run = run_of("x\0", 2);
	struct child child;
	char output[256];

	run.path = span_text("/nowhere/at/all");
	cleanup_error struct error *err = child_start(&run, &child);
	assert_null(err);
	err = child_continue(&child);
	assert_null(err);
	finish(&child, output, sizeof(output));
	assert_int_equal(child_exec_error(&child), 2 /* ENOENT */);
	child_deinit(&child);
}

static void a_folder_that_is_not_there_is_an_error_before_the_start(void **state)
{
	(void)state;
	struct control_run run = run_of("sh\0", 3);
	struct child child;

	run.folder = span_text("/nowhere/at/all");
	cleanup_error struct error *err = child_start(&run, &child);
	assert_non_null(err);
	assert_int_equal(error_errnum(err), 2 /* ENOENT */);
}

static void what_runs_on_after_the_first_process_keeps_its_terminal(void **state)
{
	(void)state;
	struct control_run run =
		run_of("sh\0-c\0(sleep 0.3; echo late) & tty >/dev/null; exit $?\0", 55);
	struct child child;
	char output[256];
	int status;

	run.flags = CONTROL_RUN_TERMINAL;
	cleanup_error struct error *err = child_start(&run, &child);
	assert_null(err);
	err = child_continue(&child);
	assert_null(err);
	assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
	assert_int_equal(status, 0);
	size_t have = 0;
	while (have < 5) {
		ssize_t got = read(child.output, output + have, sizeof(output) - have);
		have += got > 0 ? (size_t)got : 0;
		assert_true(got > 0 || errno == EAGAIN);
	}
	assert_memory_equal(output, "late\r", 5);
	pid_t leader = child.leader;
	child_deinit(&child);
	assert_int_equal(waitpid(leader, &status, 0), leader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_child_waits_stopped_and_runs_when_told),
		cmocka_unit_test(what_runs_on_after_the_first_process_keeps_its_terminal),
		cmocka_unit_test(standard_input_is_given_and_then_ends),
		cmocka_unit_test(a_program_that_cannot_be_executed_says_why),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error_before_the_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
