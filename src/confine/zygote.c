/* SPDX-License-Identifier: MIT */
/*
 * A zygote and its caller talk over a socket pair of packets:
 *
 *	caller → zygote  struct job, then the request's bytes; with it, the pipe's end to write to
 *and the descriptors of the task zygote → caller  struct reply: once when it is ready, then once
 *per job
 *
 * The zygote itself never looks at hostile bytes; the task, which does, has no hold of the socket.
 * A task that outlives its time is ended by its own alarm timer, which it cannot reach; should the
 * zygote not answer, the caller ends it and its task with it, and makes another when it is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "confine/exit_status.h"
#include "confine/filter.h"
#include "confine/lockdown.h"

enum {
	ZYGOTE_SOCKET = 3, /* the only descriptor of a zygote that waits */
	ZYGOTE_DESCRIPTORS = ZYGOTE_SOCKET + 1 + 1 + CONFINE_MAX_FDS + 1,
	DEFAULT_TIMEOUT_MS = 60000,
	ANSWER_GRACE_MS = 1000,
};

struct job {
	uint32_t fd_count; /* without the output */
	uint32_t timeout_ms;
	uint32_t request_size;
};

struct reply {
	struct confine_exit end;
	struct confine_note note;
};

struct confine_zygote {
	struct confine_zygote_options options;
	struct confine_policy policy;
	pid_t pid; /* 0: to be made */
	int socket;
};

/* ---- in the zygote and its tasks ---- */

struct zygote_self {
	const struct confine_zygote *zygote;
	struct confine_note *note;
	struct filter task_filter;
	pid_t pid;
};

static struct error *arm_timer(uint32_t timeout_ms)
{
	struct itimerval timer = {
		.it_value = {.tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1000}};

	if (setitimer(ITIMER_REAL, &timer, NULL) != 0)
		return error_os(errno, "setitimer");
	return NULL;
}

_Noreturn static void task_main(const struct zygote_self *self, const struct job *job,
				const int *fds, struct span request)
{
	struct error *err = NULL;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		err = error_os(errno, "death signal");
	if (!err && getppid() != self->pid)
		err = error_new(ERROR_FAILED, "the zygote has ended");
	if (!err && close(ZYGOTE_SOCKET) != 0)
		err = error_os(errno, "close");
	if (!err)
		err = lockdown_cpu(&self->zygote->policy);
	if (!err)
		err = arm_timer(job->timeout_ms);
	if (!err)
		err = filter_load(&self->task_filter);
	if (err)
		confine_child_refuse(self->note, err);
	const struct confine_child child = {
		.context = self->zygote->options.context,
		.request = request,
		.fds = fds + 1,
		.fd_count = job->fd_count,
		.output = fds[0],
	};
	confine_child_run(self->zygote->options.function, &child, self->note);
}

static struct error *send_reply(const struct zygote_self *self, const struct confine_exit *end)
{
	struct reply reply = {.end = *end, .note = *self->note};

	if (write(ZYGOTE_SOCKET, &reply, sizeof(reply)) != (ssize_t)sizeof(reply))
		return error_os(errno, "answer");
	return NULL;
}

static struct error *run_job(const struct zygote_self *self, const struct job *job, const int *fds,
			     struct span request)
{
	struct confine_exit end;

	*self->note = (struct confine_note){.syscall_nr = -1};
	pid_t pid = fork();
	if (pid < 0)
		return error_os(errno, "fork");
	if (pid == 0)
		task_main(self, job, fds, request);
	for (size_t i = 0; i <= job->fd_count; i++)
		close(fds[i]);
	struct error *err = confine_reap(pid, &end);
	return err ? err : send_reply(self, &end);
}

/* The descriptors that came with a message; the caller of ours sends output + fd_count of them. */
static size_t take_fds(struct msghdr *message, int *fds, size_t max)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
		return 0;
	size_t count = min_of((header->cmsg_len - CMSG_LEN(0)) / sizeof(int), max);
	memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	return count;
}

/* Serves jobs until the caller closes its end. */
static struct error *serve(const struct zygote_self *self)
{
	enum { CONTROL_SIZE = CMSG_SPACE(sizeof(int) * (CONFINE_MAX_FDS + 1)) };
	cleanup_free uint8_t *bytes = xmalloc(CONFINE_MAX_REQUEST);
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE];
	int fds[CONFINE_MAX_FDS + 1];

	for (;;) {
		struct job job;
		struct iovec parts[] = {{&job, sizeof(job)}, {bytes, CONFINE_MAX_REQUEST}};
		struct msghdr message = {.msg_iov = parts,
					 .msg_iovlen = 2,
					 .msg_control = control,
					 .msg_controllen = sizeof(control)};
		ssize_t got = recvmsg(ZYGOTE_SOCKET, &message, MSG_CMSG_CLOEXEC);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_os(errno, "recvmsg");
		if (got == 0)
			return NULL;
		size_t count = take_fds(&message, fds, ARRAY_SIZE(fds));
		if ((size_t)got < sizeof(job) || (size_t)got - sizeof(job) != job.request_size ||
		    count != (size_t)job.fd_count + 1)
			return error_new(ERROR_FORMAT, "a job with a wrong size");
		struct error *err = run_job(self, &job, fds, span_of(bytes, job.request_size));
		if (err)
			return err;
	}
}

static struct error *zygote_confine(struct zygote_self *self, int socket, pid_t parent)
{
	const struct confine_zygote *zygote = self->zygote;
	struct confine_user user = geteuid() == 0 ? confine_user_find() : (struct confine_user){0};
	struct error *err = lockdown_fds(&socket, 1);
	if (!err && zygote->options.prepare)
		err = zygote->options.prepare(zygote->options.context);
	if (!err)
		err = filter_init(&self->task_filter, FILTER_TASK, &zygote->policy);
	cleanup_filter struct filter filter = {0};
	if (!err)
		err = filter_init(&filter, FILTER_ZYGOTE, &zygote->policy);
	if (!err)
		err = lockdown_limits(&zygote->policy, ZYGOTE_DESCRIPTORS);
	if (!err)
		err = lockdown_identity(user, parent);
	if (!err)
		err = lockdown_landlock();
	return err ? err : filter_load(&filter);
}

_Noreturn static void zygote_main(const struct confine_zygote *zygote, struct confine_note *note,
				  int socket, pid_t parent)
{
	struct zygote_self self = {.zygote = zygote, .note = note, .pid = getpid()};
	const struct confine_exit ready = {0};

	lockdown_signals();
	struct error *err = lockdown_note(note);
	if (!err)
		err = zygote_confine(&self, socket, parent);
	if (!err)
		err = send_reply(&self, &ready);
	if (!err)
		err = serve(&self);
	if (err)
		confine_child_refuse(note, err);
	_exit(CONFINE_EXIT_OK);
}

/* ---- in the caller ---- */

/* Ends the zygote, and its task with it. */
static void discard(struct confine_zygote *zygote)
{
	if (zygote->pid > 0) {
		kill(zygote->pid, SIGKILL);
		waitpid(zygote->pid, NULL, 0);
	}
	if (zygote->socket >= 0)
		close(zygote->socket);
	zygote->pid = 0;
	zygote->socket = -1;
}

/* False in *ret: no answer came within the time, or the zygote has ended. */
static struct error *receive(const struct confine_zygote *zygote, int timeout_ms,
			     struct reply *reply, bool *ret)
{
	struct pollfd readable = {.fd = zygote->socket, .events = POLLIN};
	int ready;

	do
		ready = poll(&readable, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return error_os(errno, "poll");
	ssize_t got = ready == 0 ? 0 : read(zygote->socket, reply, sizeof(*reply));
	if (got < 0 && errno != ECONNRESET)
		return error_os(errno, "read from the zygote");
	*ret = got == (ssize_t)sizeof(*reply);
	return NULL;
}

/* Why a zygote that should be ready is not. */
static struct error *start_error(struct confine_zygote *zygote, struct confine_note *note)
{
	struct confine_exit end;
	struct confine_outcome outcome;
	struct error *err = confine_reap(zygote->pid, &end);

	zygote->pid = 0;
	if (err)
		return err;
	if (WIFEXITED(end.status) && WEXITSTATUS(end.status) == CONFINE_EXIT_SETUP) {
		note->message[sizeof(note->message) - 1] = '\0';
		return error_new(ERROR_FAILED, "%s", note->message);
	}
	err = confine_outcome_read(&zygote->policy, &end, note, &outcome);
	if (!err)
		err = confine_outcome_error(&outcome);
	return err ? err : error_new(ERROR_FAILED, "it ended at once");
}

static struct error *start(struct confine_zygote *zygote)
{
	struct confine_note *note;
	struct reply reply;
	bool is_ready = false;
	int pair[2];

	struct error *err = confine_note_new(&note);
	if (err)
		return err;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		confine_note_free(note);
		return error_os(errno, "socketpair");
	}
	pid_t parent = getpid();
	zygote->pid = fork();
	if (zygote->pid == 0)
		zygote_main(zygote, note, pair[1], parent);
	int errnum = errno;
	close(pair[1]);
	zygote->socket = pair[0];
	if (zygote->pid < 0) {
		zygote->pid = 0;
		err = error_os(errnum, "fork");
	}
	if (!err)
		err = receive(zygote, -1, &reply, &is_ready);
	if (!err && !is_ready)
		err = start_error(zygote, note);
	if (err)
		discard(zygote);
	confine_note_free(note);
	return error_wrap(err, "start the zygote");
}

struct error *confine_zygote_new(const struct confine_zygote_options *options,
				 struct confine_zygote **ret)
{
	struct confine_zygote *zygote = xcalloc(1, sizeof(*zygote));

	zygote->options = *options;
	zygote->policy = confine_policy_full(options->policy);
	zygote->socket = -1;
	struct error *err = start(zygote);
	if (err) {
		confine_zygote_free(zygote);
		return err;
	}
	*ret = zygote;
	return NULL;
}

void confine_zygote_free(struct confine_zygote *zygote)
{
	if (!zygote)
		return;
	discard(zygote);
	free(zygote);
}

static struct error *send_job(const struct confine_zygote *zygote, const struct confine_task *task,
			      int timeout_ms, int output)
{
	enum { CONTROL_SIZE = CMSG_SPACE(sizeof(int) * (CONFINE_MAX_FDS + 1)) };
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE] = {0};
	size_t fds_size = sizeof(int) * (task->fd_count + 1);
	struct job job = {.fd_count = (uint32_t)task->fd_count,
			  .timeout_ms = (uint32_t)timeout_ms,
			  .request_size = (uint32_t)task->request.size};
	struct iovec parts[] = {{&job, sizeof(job)},
				{(void *)(uintptr_t)task->request.data, task->request.size}};
	struct msghdr message = {.msg_iov = parts,
				 .msg_iovlen = 2,
				 .msg_control = control,
				 .msg_controllen = CMSG_SPACE(fds_size)};
	struct cmsghdr *header = (struct cmsghdr *)(void *)control;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(fds_size);
	memcpy(CMSG_DATA(header), &output, sizeof(int));
	if (task->fd_count)
		memcpy(CMSG_DATA(header) + sizeof(int), task->fds, sizeof(int) * task->fd_count);
	if (sendmsg(zygote->socket, &message, MSG_NOSIGNAL) < 0)
		return error_os(errno, "send a job to the zygote");
	return NULL;
}

/* Reads output and answer of the job that was sent. */
static struct error *finish_job(struct confine_zygote *zygote, int *output, uint64_t deadline,
				struct buffer *ret_output, struct confine_outcome *ret)
{
	enum confine_end drained;
	struct reply reply;
	bool is_answered = false;

	struct error *err = confine_drain(*output, deadline, (size_t)zygote->policy.output_limit,
					  ret_output, &drained);
	close(steal(output)); /* a task that writes on gets SIGPIPE */
	if (!err)
		err = receive(zygote, confine_left_ms(deadline) + ANSWER_GRACE_MS, &reply,
			      &is_answered);
	if (!err && is_answered)
		err = confine_outcome_read(&zygote->policy, &reply.end, &reply.note, ret);
	if (err || !is_answered)
		discard(zygote);
	if (err)
		return err;
	if (!is_answered)
		*ret = (struct confine_outcome){.end = CONFINE_TIMED_OUT, .syscall_nr = -1};
	if (drained != CONFINE_OK)
		ret->end = drained;
	return NULL;
}

struct error *confine_zygote_run(struct confine_zygote *zygote, const struct confine_task *task,
				 struct buffer *ret_output, struct confine_outcome *ret)
{
	int timeout_ms = task->timeout_ms ? task->timeout_ms : DEFAULT_TIMEOUT_MS;
	int ends[2];

	if (task->fd_count > CONFINE_MAX_FDS || task->request.size > CONFINE_MAX_REQUEST)
		return error_new(ERROR_LIMIT, "the task is too large for a zygote");
	struct error *err = zygote->pid ? NULL : start(zygote);
	if (err)
		return err;
	uint64_t deadline = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000U;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_os(errno, "pipe");
	cleanup_close int reading = ends[0];
	cleanup_close int writing = ends[1];
	err = send_job(zygote, task, timeout_ms, writing);
	if (err) {
		discard(zygote);
		return err;
	}
	close(steal(&writing));
	return finish_job(zygote, &reading, deadline, ret_output, ret);
}
