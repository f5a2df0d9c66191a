/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "confine/confine.h"
#include "unit/confine/both_users.h"

/* The request's first byte says what the task does. */
struct rules {
	char text[64];
	bool is_bad;
};

static struct error *load_rules(void *context)
{
	struct rules *rules = context;
	cleanup_free char *text = NULL;

	if (rules->is_bad)
		return error_new(ERROR_FORMAT, "rule 3 is broken");
	struct error *err = file_read("/proc/self/comm", 32, &text, NULL);
	if (err)
		return err;
	strncpy(rules->text, "rules", sizeof(rules->text) - 1);
	return NULL;
}

static struct error *task_main(const struct confine_child *child)
{
	const struct rules *rules = child->context;
	char bytes[64];
	struct error *err;

	switch (child->request.data[0]) {
	case 'r': /* reads its descriptor */
		err = file_write_fd(child->output, rules->text, strlen(rules->text));
		if (err)
			return err;
		ssize_t got = read(child->fds[0], bytes, sizeof(bytes));
		return got < 0 ? error_new(ERROR_FAILED, "read")
			       : file_write_fd(child->output, bytes, (size_t)got);
	case 's':
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		return NULL;
	case 'f':
		if (fork() == 0)
			_exit(0);
		return NULL;
	case 'z': /* the zygote's socket is out of reach */
		return fcntl(3, F_GETFD) >= 0 ? error_new(ERROR_FAILED, "3 is open") : NULL;
	case 'p': /* a change stays in the task */
		((struct rules *)child->context)->text[0] = 'X';
		return NULL;
	case 'l':
		for (volatile unsigned i = 0;; i++)
			;
	case 'd': /* deaf to its alarm */
		signal(SIGALRM, SIG_IGN);
		for (volatile unsigned i = 0;; i++)
			;
	case 'w':
		for (;;) {
			err = file_write_fd(child->output, bytes, sizeof(bytes));
			if (err)
				return err;
		}
	case 'c':
		__builtin_trap();
	case 'e':
		return error_new(ERROR_FAILED, "no luck");
	case 'm':
		for (int i = 0; i < 1000; i++)
			memset(xmalloc(1 << 20), 1, 1 << 20);
		return NULL;
	default:
		return NULL;
	}
}

static struct confine_zygote *zygote_of(struct rules *rules, const struct confine_policy *policy)
{
	const struct confine_zygote_options options = {
		.policy = policy, .prepare = load_rules, .function = task_main, .context = rules};
	struct confine_zygote *zygote = NULL;
	struct error *err = confine_zygote_new(&options, &zygote);

	if (err)
		fail_msg("%s", error_message(err));
	return zygote;
}

static struct confine_outcome run(struct confine_zygote *zygote, const char *request, int fd,
				  int timeout_ms, struct buffer *output)
{
	struct confine_task task = {.request = span_text(request),
				    .fds = &fd,
				    .fd_count = fd >= 0,
				    .timeout_ms = timeout_ms};
	struct confine_outcome outcome;
	struct error *err = confine_zygote_run(zygote, &task, output, &outcome);

	if (err)
		fail_msg("%s", error_message(err));
	return outcome;
}

static void many_tasks_share_what_was_loaded_once(void **state UNUSED)
{
	struct rules rules = {0};
	cleanup_zygote struct confine_zygote *zygote = zygote_of(&rules, NULL);

	for (int i = 0; i < 50; i++) {
		cleanup_buffer struct buffer output = {0};
		cleanup_free char *text = xasprintf(" %d", i);
		cleanup_close int fd = memfd_create("input", MFD_CLOEXEC);
		assert_null(file_write_fd(fd, text, strlen(text)));
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(run(zygote, "r", fd, 5000, &output).end, CONFINE_OK);
		cleanup_free char *expected = xasprintf("rules %d", i);
		assert_string_equal(buffer_text(&output), expected);
	}
}

static void a_rule_that_does_not_load_is_told(void **state UNUSED)
{
	struct rules rules = {.is_bad = true};
	const struct confine_zygote_options options = {
		.prepare = load_rules, .function = task_main, .context = &rules};
	struct confine_zygote *zygote = NULL;
	cleanup_error struct error *err = confine_zygote_new(&options, &zygote);

	assert_non_null(err);
	assert_null(zygote);
	assert_string_equal(error_message(err), "start the zygote: rule 3 is broken");
}

static void every_end_of_a_task_is_told_and_the_next_task_runs(void **state UNUSED)
{
	static const struct {
		const char *request;
		enum confine_end end;
		int timeout_ms;
	} rows[] = {
		{"s", CONFINE_VIOLATION, 5000},
		{"f", CONFINE_VIOLATION, 5000},
		{"z", CONFINE_OK, 5000},
		{"p", CONFINE_OK, 5000},
		{"c", CONFINE_CRASHED, 5000},
		{"e", CONFINE_FAILED, 5000},
		{"l", CONFINE_TIMED_OUT, 100},
		{"d", CONFINE_TIMED_OUT, 100},
		{"w", CONFINE_OUTPUT_LIMIT, 5000},
#if !defined(__SANITIZE_ADDRESS__)
		{"m", CONFINE_OUT_OF_MEMORY, 5000},
#endif
	};
	const struct confine_policy policy = {.memory_limit = 32 << 20, .output_limit = 100000};
	struct rules rules = {0};
	cleanup_zygote struct confine_zygote *zygote = zygote_of(&rules, &policy);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buffer struct buffer output = {0}, after = {0};
		struct confine_outcome outcome =
			run(zygote, rows[i].request, -1, rows[i].timeout_ms, &output);
		if (outcome.end != rows[i].end)
			fail_msg("task %s: %s", rows[i].request, confine_end_name(outcome.end));
		cleanup_close int fd = memfd_create("input", MFD_CLOEXEC);
		assert_int_equal(run(zygote, "r", fd, 5000, &after).end, CONFINE_OK);
		assert_string_equal(buffer_text(&after), "rules");
	}
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_tasks_share_what_was_loaded_once),
		cmocka_unit_test(a_rule_that_does_not_load_is_told),
		cmocka_unit_test(every_end_of_a_task_is_told_and_the_next_task_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return both_users(run_all);
}
