/* SPDX-License-Identifier: MIT */
#include "confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "confine/filter.h"
#include "confine/lockdown.h"

enum { DEFAULT_TIMEOUT_MS = 60000 };

static struct error *confine_self(const struct confine_policy *policy,
				  const struct confine_task *task, int output, pid_t parent)
{
	int fds[CONFINE_MAX_FDS + 1];

	for (size_t i = 0; i < task->fd_count; i++)
		fds[i] = task->fds[i];
	fds[task->fd_count] = output;
	struct confine_user user = geteuid() == 0 ? confine_user_find() : (struct confine_user){0};
	cleanup_filter struct filter filter = {0};
	struct error *err = lockdown_fds(fds, task->fd_count + 1);
	if (!err)
		err = filter_init(&filter, FILTER_TASK, policy);
	if (!err)
		err = lockdown_limits(policy, 3 + task->fd_count + 2);
	if (!err)
		err = lockdown_identity(user, parent);
	if (!err)
		err = lockdown_landlock();
	if (!err)
		err = lockdown_cpu(policy);
	return err ? err : filter_load(&filter);
}

_Noreturn static void child_main(const struct confine_policy *policy,
				 const struct confine_task *task, struct confine_process *process,
				 pid_t parent)
{
	int fds[CONFINE_MAX_FDS];

	lockdown_signals();
	struct error *err = lockdown_note(process->note);
	if (!err)
		err = confine_self(policy, task, process->output, parent);
	if (err)
		confine_child_refuse(process->note, err);
	for (size_t i = 0; i < task->fd_count; i++)
		fds[i] = 3 + (int)i;
	const struct confine_child child = {
		.context = task->context,
		.request = span_of(task->request.data, task->request.size),
		.fds = fds,
		.fd_count = task->fd_count,
		.output = 3 + (int)task->fd_count,
	};
	confine_child_run(task->function, &child, process->note);
}

struct error *confine_start(const struct confine_policy *policy, const struct confine_task *task,
			    struct confine_process *ret)
{
	const struct confine_policy full = confine_policy_full(policy);
	cleanup_confine_process struct confine_process process = {.pidfd = -1, .output = -1};
	int ends[2];

	if (task->fd_count > CONFINE_MAX_FDS)
		return error_new(ERROR_LIMIT, "too many descriptors for a confined child");
	struct error *err = confine_note_new(&process.note);
	if (err)
		return err;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_os(errno, "pipe");
	cleanup_close int reading = ends[0];
	cleanup_close int writing = ends[1];
	pid_t parent = getpid();
	process.pid = fork();
	if (process.pid < 0) {
		process.pid = 0;
		return error_os(errno, "fork");
	}
	if (process.pid == 0) {
		process.output = writing;
		child_main(&full, task, &process, parent);
	}
	process.output = steal(&reading);
	process.pidfd = (int)syscall(SYS_pidfd_open, process.pid, 0U);
	if (process.pidfd < 0)
		return error_os(errno, "pidfd_open");
	process.policy = full;
	*ret = process;
	process = (struct confine_process){.pidfd = -1, .output = -1};
	return NULL;
}

static void release(struct confine_process *process)
{
	if (process->pidfd >= 0)
		close(process->pidfd);
	if (process->output >= 0)
		close(process->output);
	confine_note_free(process->note);
	*process = (struct confine_process){.pidfd = -1, .output = -1};
}

void confine_kill(struct confine_process *process)
{
	if (process->pid > 0) {
		kill(process->pid, SIGKILL);
		waitpid(process->pid, NULL, 0);
	}
	release(process);
}

struct error *confine_finish(struct confine_process *process, int timeout_ms,
			     struct confine_outcome *ret)
{
	struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};
	struct confine_exit end;
	int ready;

	if (process->pid <= 0)
		return error_new(ERROR_FAILED, "the confined child is not running");
	do
		ready = poll(&ended, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		kill(process->pid, SIGKILL);
	struct error *err = confine_reap(process->pid, &end);
	process->pid = 0;
	if (!err)
		err = confine_outcome_read(&process->policy, &end, process->note, ret);
	if (!err && ready <= 0 && WIFSIGNALED(end.status))
		ret->end = CONFINE_TIMED_OUT;
	release(process);
	return err;
}

struct error *confine_run(const struct confine_policy *policy, const struct confine_task *task,
			  struct buffer *ret_output, struct confine_outcome *ret)
{
	cleanup_confine_process struct confine_process process = {.pidfd = -1, .output = -1};
	int timeout_ms = task->timeout_ms ? task->timeout_ms : DEFAULT_TIMEOUT_MS;
	uint64_t deadline = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000U;
	enum confine_end drained;

	struct error *err = confine_start(policy, task, &process);
	if (err)
		return err;
	err = confine_drain(process.output, deadline, (size_t)process.policy.output_limit,
			    ret_output, &drained);
	if (err)
		return err;
	err = confine_finish(&process, drained == CONFINE_OK ? confine_left_ms(deadline) : 0, ret);
	if (!err && drained != CONFINE_OK)
		ret->end = drained;
	return err;
}

struct error *confine_apply_box_filter(void)
{
	cleanup_filter struct filter filter = {0};
	struct error *err = filter_init(&filter, FILTER_BOX, NULL);

	if (!err)
		err = lockdown_capabilities();
	if (!err)
		err = lockdown_landlock();
	if (!err)
		err = lockdown_note(NULL);
	return err ? err : filter_load(&filter);
}
