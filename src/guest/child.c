/* SPDX-License-Identifier: MIT */
#include "guest/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

#include "base/alloc.h"
#include "base/file.h"
#include "guest/users.h"

enum {
	STRINGS_MAX = 4096,
	CONTROL_D = 4,
};

/* Everything that the child needs, made before fork: after it only plain calls happen. */
struct plan {
	char *path;
	char *folder;
	char **argv;
	char **environment;
	struct user user;
	int in;
	int out;
	int err;
	int exec_pipe;
	bool terminal;
};

void child_init(struct child *child)
{
	*child = (struct child){.output = -1, .error = -1, .input = -1, .exec_pipe = -1};
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void child_deinit(struct child *child)
{
	close_fd(&child->output);
	close_fd(&child->error);
	if (!child->terminal)
		close_fd(&child->input);
	close_fd(&child->exec_pipe);
	if (child->leader > 0)
		kill(child->leader, SIGKILL);
	buffer_deinit(&child->pending_input);
	child_init(child);
}

static char *text_of(struct span span)
{
	return xstrndup((const char *)span.data, span.size);
}

static struct error *strings_of(struct span list, char ***ret)
{
	struct span text;
	size_t count = 0;
	char **strings = xcalloc(STRINGS_MAX + 1, sizeof(*strings));

	while (control_list_next(&list, &text)) {
		if (count == STRINGS_MAX) {
			free(strings);
			return error_new(ERROR_LIMIT, "more than %d strings", STRINGS_MAX);
		}
		strings[count++] = text_of(text);
	}
	*ret = strings;
	return NULL;
}

static void free_strings(char **strings)
{
	for (char **at = strings; at && *at; at++)
		free(*at);
	free(strings);
}

static void plan_deinit(struct plan *plan)
{
	free(plan->path);
	free(plan->folder);
	free_strings(plan->argv);
	free_strings(plan->environment);
	close_fd(&plan->in);
	close_fd(&plan->out);
	close_fd(&plan->err);
	close_fd(&plan->exec_pipe);
}

/* Ends the child before its execve; the agent reads why. */
__attribute__((noreturn)) static void child_fail(const struct plan *plan)
{
	int errnum = errno;

	if (write(plan->exec_pipe, &errnum, sizeof(errnum)) < 0)
		_exit(126);
	_exit(127);
}

static int become_user(const struct user *user)
{
	/* Nothing to do, and no right to it, when one runs it as oneself. */
	if (geteuid() == user->uid && user->uid != 0)
		return 0;
	if (setgroups(user->group_count, user->groups) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0)
		return -1;
	return setresuid(user->uid, user->uid, user->uid);
}

/* A process group of its own; with a terminal, the one in front. */
static void take_foreground(const struct plan *plan)
{
	if (!plan->terminal) {
		setsid();
		return;
	}
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(plan->in, getpid());
}

__attribute__((noreturn)) static void child_main(const struct plan *plan)
{
	sigset_t none;

	take_foreground(plan);
	if (dup2(plan->in, 0) < 0 || dup2(plan->out, 1) < 0 || dup2(plan->err, 2) < 0)
		child_fail(plan);
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (become_user(&plan->user) < 0)
		child_fail(plan);
	if (plan->folder[0] && chdir(plan->folder) < 0)
		child_fail(plan);
	/* Plain calls: raise() would put its own behind the stop, into the program's record. */
	syscall(SYS_kill, syscall(SYS_getpid), SIGSTOP);
	syscall(SYS_execve, plan->path, plan->argv, plan->environment);
	child_fail(plan);
}

static struct error *make_pipe(int *reader, int *writer)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_os(errno, "make a pipe");
	*reader = ends[0];
	*writer = ends[1];
	return NULL;
}

/*
 * The leader of a terminal's session, in the place of a login shell: when the leader ends, the kernel
 * hangs up on all of the session, so it must not be the sample's first process. It makes that as
 * the agent's child (CLONE_PARENT), tells its number, and sleeps.
 */
__attribute__((noreturn)) static void leader_main(const struct plan *plan, int report)
{
	setsid();
	if (ioctl(plan->in, TIOCSCTTY, 0) < 0)
		_exit(1);
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		child_main(plan);
	prctl(PR_SET_NAME, "bash");
	if (write(report, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	/* The agent's descriptors must not live on here. */
	close_range(0, ~0U, 0);
	for (;;)
		pause();
}

static struct error *fork_in_session(const struct plan *plan, struct child *child)
{
	cleanup_close int reader = -1;
	cleanup_close int writer = -1;
	struct error *err = make_pipe(&reader, &writer);

	if (err)
		return err;
	child->leader = fork();
	if (child->leader == 0)
		leader_main(plan, writer);
	close(steal(&writer));
	if (child->leader < 0)
		return error_os(errno, "fork");
	if (read(reader, &child->pid, sizeof(child->pid)) != sizeof(child->pid) || child->pid < 0) {
		child->pid = 0;
		return error_new(ERROR_FAILED, "make a session of the terminal");
	}
	return NULL;
}

static struct error *fork_child(const struct plan *plan, struct child *child)
{
	if (plan->terminal)
		return fork_in_session(plan, child);
	child->pid = fork();
	if (child->pid == 0)
		child_main(plan);
	return child->pid < 0 ? error_os(errno, "fork") : NULL;
}

static struct error *open_terminal(const struct control_run *run, struct plan *plan,
				   struct child *child)
{
	struct winsize size = {.ws_row = (unsigned short)run->rows,
			       .ws_col = (unsigned short)run->columns};
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (master < 0)
		return error_os(errno, "make a terminal");
	child->terminal = true;
	child->output = master;
	if (grantpt(master) < 0 || unlockpt(master) < 0)
		return error_os(errno, "unlock the terminal");
	plan->in = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (plan->in < 0)
		return error_os(errno, "open the terminal");
	ioctl(plan->in, TIOCSWINSZ, &size);
	if (fchown(plan->in, plan->user.uid, plan->user.gid) < 0)
		return error_os(errno, "give the terminal away");
	plan->out = fcntl(plan->in, F_DUPFD_CLOEXEC, 3);
	plan->err = fcntl(plan->in, F_DUPFD_CLOEXEC, 3);
	plan->terminal = true;
	if (run->flags & CONTROL_RUN_STDIN)
		child->input = master;
	return NULL;
}

static struct error *open_pipes(const struct control_run *run, struct plan *plan,
				struct child *child)
{
	struct error *err = make_pipe(&child->output, &plan->out);
	if (err)
		return err;
	err = make_pipe(&child->error, &plan->err);
	if (err)
		return err;
	fcntl(child->output, F_SETFL, O_NONBLOCK);
	fcntl(child->error, F_SETFL, O_NONBLOCK);
	if (!(run->flags & CONTROL_RUN_STDIN))
		return file_open("/dev/null", O_RDONLY, 0, &plan->in);
	err = make_pipe(&plan->in, &child->input);
	if (err)
		return err;
	fcntl(child->input, F_SETFL, O_NONBLOCK);
	return NULL;
}

static struct error *make_plan(const struct control_run *run, struct plan *plan,
			       struct child *child)
{
	cleanup_free char *user = text_of(run->user);
	struct error *err;

	plan->path = text_of(run->path);
	plan->folder = text_of(run->folder);
	err = strings_of(run->argv, &plan->argv);
	if (err)
		return err;
	err = strings_of(run->environment, &plan->environment);
	if (err)
		return err;
	err = user_lookup(user, &plan->user);
	if (err)
		return err;
	err = run->flags & CONTROL_RUN_TERMINAL ? open_terminal(run, plan, child)
						: open_pipes(run, plan, child);
	if (err)
		return err;
	return make_pipe(&child->exec_pipe, &plan->exec_pipe);
}

/* Waits for the stop that the child gives itself. */
static struct error *wait_for_stop(struct child *child)
{
	int status;

	while (waitpid(child->pid, &status, WUNTRACED) < 0) {
		if (errno != EINTR)
			return error_os(errno, "wait for the new process");
	}
	if (WIFSTOPPED(status))
		return NULL;
	child->exited = true;
	child->status = status;
	uint32_t errnum = child_exec_error(child);
	return error_os(errnum ? (int)errnum : ECHILD, "prepare the new process");
}

struct error *child_start(const struct control_run *run, struct child *ret)
{
	struct plan plan = {.in = -1, .out = -1, .err = -1, .exec_pipe = -1};
	struct child child;
	struct error *err;

	child_init(&child);
	err = make_plan(run, &plan, &child);
	if (!err)
		err = fork_child(&plan, &child);
	plan_deinit(&plan);
	if (!err)
		err = wait_for_stop(&child);
	if (err) {
		child_deinit(&child);
		return err;
	}
	if (run->flags & CONTROL_RUN_STDIN) {
		buffer_append(&child.pending_input, run->input.data, run->input.size);
		if (child.terminal)
			buffer_append_u8(&child.pending_input, CONTROL_D);
	}
	*ret = child;
	return NULL;
}

struct error *child_continue(const struct child *child)
{
	if (kill(child->pid, SIGCONT) < 0)
		return error_os(errno, "continue process %d", (int)child->pid);
	return NULL;
}

void child_feed(struct child *child)
{
	while (child->input >= 0 && child->pending_input.size) {
		ssize_t wrote =
			write(child->input, child->pending_input.data, child->pending_input.size);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0 && errno == EAGAIN)
			return;
		if (wrote < 0)
			buffer_clear(&child->pending_input);
		else
			buffer_consume(&child->pending_input, (size_t)wrote);
	}
	if (child->input < 0)
		return;
	if (child->terminal)
		child->input = -1;
	else
		close_fd(&child->input);
}

uint32_t child_exec_error(const struct child *child)
{
	int errnum = 0;

	if (fcntl(child->exec_pipe, F_SETFL, O_NONBLOCK) < 0 ||
	    read(child->exec_pipe, &errnum, sizeof(errnum)) != sizeof(errnum))
		return 0;
	return (uint32_t)errnum;
}
