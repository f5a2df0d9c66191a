/* SPDX-License-Identifier: MIT */
#include "base/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"

enum { MAX_MOVES = 32, MOVE_BASE = 200 };

/* Between fork and exec: lifts the sources out of the way, then puts each where it belongs. */
static int child_place_fds(const struct subprocess_options *options)
{
	int lifted[MAX_MOVES];
	bool has_stdin = false;

	for (size_t i = 0; i < options->move_count; i++) {
		lifted[i] = fcntl(options->moves[i].from, F_DUPFD_CLOEXEC, MOVE_BASE);
		if (lifted[i] < 0)
			return -1;
		has_stdin |= options->moves[i].to == 0;
	}
	if (!has_stdin) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (null < 0 || dup2(null, 0) < 0)
			return -1;
	}
	/* Everything that is not named goes at exec. */
	if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) != 0)
		return -1;
	for (size_t i = 0; i < options->move_count; i++)
		if (dup2(lifted[i], options->moves[i].to) < 0)
			return -1;
	return 0;
}

_Noreturn static void child_exec(const struct subprocess_options *options, pid_t parent,
				 int report_fd)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	int report = fcntl(report_fd, F_DUPFD_CLOEXEC, MOVE_BASE + MAX_MOVES);
	if (getppid() != parent)
		_exit(127);
	if (child_place_fds(options) == 0 && (!options->folder || chdir(options->folder) == 0)) {
		char **argv = (char **)(uintptr_t)options->argv;
		if (options->environment)
			execvpe(argv[0], argv, (char **)(uintptr_t)options->environment);
		else
			execvp(argv[0], argv);
	}
	int errnum = errno;
	ssize_t ignored UNUSED = write(report, &errnum, sizeof(errnum));
	_exit(127);
}

struct error *subprocess_start(const struct subprocess_options *options, struct subprocess *ret)
{
	int report[2];

	if (options->move_count > MAX_MOVES)
		return error_new(ERROR_LIMIT, "too many descriptors for a child");
	if (pipe2(report, O_CLOEXEC) != 0)
		return error_os(errno, "pipe");
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid < 0) {
		int errnum = errno;
		close(report[0]);
		close(report[1]);
		return error_os(errnum, "fork");
	}
	if (pid == 0)
		child_exec(options, parent, report[1]);
	close(report[1]);
	int errnum = 0;
	ssize_t got;
	do
		got = read(report[0], &errnum, sizeof(errnum));
	while (got < 0 && errno == EINTR);
	close(report[0]);
	if (got == (ssize_t)sizeof(errnum)) {
		waitpid(pid, NULL, 0);
		return error_os(errnum, "run '%s'", options->argv[0]);
	}
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
	if (pidfd < 0) {
		errnum = errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return error_os(errnum, "pidfd_open");
	}
	fcntl(pidfd, F_SETFD, FD_CLOEXEC);
	*ret = (struct subprocess){.pid = pid, .pidfd = pidfd};
	return NULL;
}

struct error *subprocess_wait(struct subprocess *process, int timeout_ms, int *ret_status)
{
	struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
	int status = 0;

	if (process->pid <= 0)
		return error_new(ERROR_FAILED, "the child is not running");
	int ready;
	do
		ready = poll(&ended, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return error_new(ERROR_TIMEOUT, "the child has not ended after %d ms", timeout_ms);
	if (waitpid(process->pid, &status, 0) < 0)
		return error_os(errno, "waitpid");
	close(process->pidfd);
	*process = (struct subprocess){.pidfd = -1};
	if (ret_status)
		*ret_status = status;
	return NULL;
}

void subprocess_kill(struct subprocess *process)
{
	if (process->pid <= 0)
		return;
	kill(process->pid, SIGKILL);
	waitpid(process->pid, NULL, 0);
	close(process->pidfd);
	*process = (struct subprocess){.pidfd = -1};
}

/* Reads both pipes until they close; `problems` keeps only the newest part. */
static struct error *drain(int out_fd, int err_fd, struct buffer *output, struct buffer *problems)
{
	struct pollfd polls[2] = {{.fd = out_fd, .events = POLLIN},
				  {.fd = err_fd, .events = POLLIN}};
	char chunk[4096];

	while (polls[0].fd >= 0 || polls[1].fd >= 0) {
		if (poll(polls, 2, -1) < 0 && errno != EINTR)
			return error_os(errno, "poll");
		for (int i = 0; i < 2; i++) {
			if (polls[i].fd < 0 || !polls[i].revents)
				continue;
			ssize_t got = read(polls[i].fd, chunk, sizeof(chunk));
			if (got <= 0) {
				polls[i].fd = -1;
				continue;
			}
			if (i == 1 && problems->size > 16384)
				buffer_consume(problems, 8192);
			buffer_append(i == 0 ? output : problems, chunk, (size_t)got);
		}
	}
	return NULL;
}

static const char *last_line(struct buffer *text)
{
	while (text->size && text->data[text->size - 1] == '\n')
		text->data[--text->size] = '\0';
	const char *feed = text->size ? strrchr(text->data, '\n') : NULL;
	return feed ? feed + 1 : buffer_text(text);
}

struct error *subprocess_run(const char *const *argv, size_t limit, char **ret_output)
{
	int out[2], err_pipe[2];
	cleanup_buffer struct buffer output = {.limit = limit}, problems = {0};
	struct subprocess process = {.pidfd = -1};

	if (pipe2(out, O_CLOEXEC) != 0)
		return error_os(errno, "pipe");
	cleanup_close int out_read = out[0];
	cleanup_close int out_write = out[1];
	if (pipe2(err_pipe, O_CLOEXEC) != 0)
		return error_os(errno, "pipe");
	cleanup_close int err_read = err_pipe[0];
	cleanup_close int err_write = err_pipe[1];
	const struct fd_move moves[] = {{out_write, 1}, {err_write, 2}};
	const struct subprocess_options options = {
		.argv = argv, .moves = moves, .move_count = ARRAY_SIZE(moves)};
	struct error *err = subprocess_start(&options, &process);
	if (err)
		return err;
	close(steal(&out_write));
	close(steal(&err_write));
	err = drain(out_read, err_read, &output, &problems);
	if (err) {
		subprocess_kill(&process);
		return err;
	}
	int status = 0;
	err = subprocess_wait(&process, -1, &status);
	if (err)
		return err;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_new(ERROR_FAILED, "%s: %s %d: %s", argv[0],
				 WIFEXITED(status) ? "exit status" : "killed by signal",
				 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
				 last_line(&problems));
	if (output.overflow)
		return error_new(ERROR_LIMIT, "%s printed more than %zu bytes", argv[0], limit);
	if (ret_output)
		*ret_output = buffer_steal(&output);
	return NULL;
}
