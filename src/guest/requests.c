/* SPDX-License-Identifier: MIT */
#include "guest/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "guest/clock_set.h"
#include "guest/processes.h"

enum {
	MILLISECOND_NS = 1000000,
	SETUP_OUTPUT = 3,
};

static char *text_of(struct span span)
{
	return xstrndup((const char *)span.data, span.size);
}

static struct pending pending_of(uint32_t request, uint32_t timeout_ms)
{
	return (struct pending){
		.active = true,
		.request = request,
		.deadline_ns = clock_monotonic_ns() + (uint64_t)timeout_ms * MILLISECOND_NS,
	};
}

static bool is_late(const struct pending *pending)
{
	return clock_monotonic_ns() > pending->deadline_ns;
}

static void finish(struct agent *agent, struct pending *pending, struct error *err, uint64_t value)
{
	pending->active = false;
	agent_done(agent, pending->request, err, value);
}

static void on_hello(struct agent *agent, const struct control_message *message, uint32_t request)
{
	const struct control_hello *hello = &message->hello;
	struct error *err = NULL;

	port_restart(&agent->control, hello->key);
	port_restart(&agent->stream, hello->key);
	if (hello->version != CONTROL_VERSION)
		err = error_new(ERROR_UNSUPPORTED, "the host speaks version %u, this agent %d",
				hello->version, CONTROL_VERSION);
	if (!err)
		err = clock_set_realtime(hello->realtime_ns);
	if (!err)
		err = entropy_add(hello->entropy);
	capture_set_setup(agent->capture, true);
	capture_start(agent->capture);
	agent->greeted = true;
	stream_clock(agent);
	agent_done(agent, request, err, 0);
}

static void put_close(struct put *put)
{
	if (put->fd >= 0)
		close(put->fd);
	free(put->path);
	*put = (struct put){.fd = -1};
}

static struct error *put_open(struct put *put, const char *path)
{
	cleanup_free char *folder = xstrdup(path);
	char *slash = strrchr(folder, '/');
	struct error *err;

	put_close(put);
	if (path[0] != '/')
		return error_new(ERROR_USAGE, "'%s' is not absolute", path);
	*slash = '\0';
	if (slash != folder) {
		err = file_make_folders(folder, 0755);
		if (err)
			return err;
	}
	err = file_open(path, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW, 0600, &put->fd);
	if (err)
		return err;
	put->path = xstrdup(path);
	return NULL;
}

static struct error *put_part(struct put *put, const struct control_put *part)
{
	cleanup_free char *path = text_of(part->path);
	struct error *err;

	if (part->offset == 0) {
		err = put_open(put, path);
		if (err)
			return err;
	}
	if (put->fd < 0 || strcmp(put->path, path) != 0 || put->offset != part->offset)
		return error_new(ERROR_USAGE, "a part of '%s' that does not follow the last one",
				 path);
	err = file_write_fd(put->fd, part->data.data, part->data.size);
	if (err)
		return error_wrap(err, "write '%s'", path);
	put->offset += part->data.size;
	if (!(part->flags & CONTROL_PUT_LAST))
		return NULL;
	if (fchown(put->fd, part->uid, part->gid) < 0 || fchmod(put->fd, part->mode & 07777) < 0)
		return error_os(errno, "set owner and mode of '%s'", path);
	put_close(put);
	return NULL;
}

static void on_put(struct agent *agent, const struct control_message *message, uint32_t request)
{
	capture_set_planting(agent->capture, message->put.flags & CONTROL_PUT_SAMPLE);
	struct error *err = put_part(&agent->put, &message->put);
	capture_set_planting(agent->capture, false);
	agent_done(agent, request, err, 0);
}

__attribute__((noreturn)) static void setup_main(const char *path)
{
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl(path, path, (char *)NULL);
	_exit(127);
}

static void on_setup(struct agent *agent, const struct control_message *message, uint32_t request)
{
	cleanup_free char *path = text_of(message->setup.path);
	struct error *err = NULL;

	if (agent->setup.pending.active)
		err = error_new(ERROR_USAGE, "a setup script runs already");
	pid_t pid = err ? -1 : fork();
	if (pid == 0)
		setup_main(path);
	if (!err && pid < 0)
		err = error_os(errno, "fork");
	if (err) {
		agent_done(agent, request, err, 0);
		return;
	}
	agent->setup.pid = pid;
	agent->setup.pending = pending_of(request, message->setup.timeout_ms);
}

/* Starts the monitors, marked as ours so that the record tells them apart. */
static struct error *start_monitors(struct agent *agent, struct span commands)
{
	struct span command;

	while (control_list_next(&commands, &command)) {
		uint64_t task;
		struct error *err = monitor_start(&agent->monitors, command, agent->child.pid);
		if (err)
			return err;
		struct monitor *monitor = &agent->monitors.list[agent->monitors.count - 1];
		err = capture_mark(agent->capture, monitor->pid, TASK_OWN, &task);
		if (err)
			return err;
		monitor_release(monitor);
	}
	return NULL;
}

static struct error *start_child(struct agent *agent, const struct control_run *run)
{
	struct error *err;

	if (agent->child.pid)
		return error_new(ERROR_USAGE, "a process was started already");
	err = child_start(run, &agent->child);
	if (err)
		return err;
	return capture_mark(agent->capture, agent->child.pid, TASK_SAMPLE, &agent->child_task);
}

static void on_run(struct agent *agent, const struct control_message *message, uint32_t request)
{
	struct error *err = start_child(agent, &message->run);
	cleanup_free char *path = text_of(message->run.path);

	if (err) {
		agent_done(agent, request, error_wrap(err, "start '%s'", path), 0);
		return;
	}
	err = start_monitors(agent, message->run.monitors);
	if (err)
		stream_problem(agent, "monitor_not_started", err);
	agent->run = pending_of(request, message->run.monitor_timeout_ms);
}

/* The child is ready once its monitors are attached, or had their time. */
static void step_run(struct agent *agent)
{
	bool traced = agent->monitors.count && process_is_traced(agent->child.pid);

	if (agent->monitors.count && !traced && !is_late(&agent->run))
		return;
	if (agent->monitors.count && !traced)
		stream_problem(agent, "monitor_not_attached",
			       error_new(ERROR_TIMEOUT, "no monitor traced the process in time"));
	struct control_message message = {
		.type = FRAME_STARTED,
		.started = {.pid = (uint32_t)agent->child.pid,
			    .monitors = traced ? (uint32_t)agent->monitors.count : 0,
			    .task = agent->child_task,
			    .time_ns = clock_monotonic_ns(),
			    .stream_frames = agent->stream.frames},
	};
	port_send(&agent->control, &message);
	finish(agent, &agent->run, NULL, 0);
}

static void on_go(struct agent *agent, const struct control_message *message, uint32_t request)
{
	struct error *err;

	(void)message;
	if (!agent->child.pid || agent->child.exited)
		err = error_new(ERROR_USAGE, "no process is waiting");
	else
		err = child_continue(&agent->child);
	capture_set_setup(agent->capture, false);
	child_feed(&agent->child);
	agent_done(agent, request, err, 0);
}

static void on_freeze(struct agent *agent, const struct control_message *message, uint32_t request)
{
	if (!agent->freezer.tasks)
		freezer_init(&agent->freezer);
	agent->freeze = pending_of(request, message->freeze.timeout_ms);
}

static void step_freeze(struct agent *agent)
{
	bool done = false;
	struct error *err = freezer_step(&agent->freezer, agent->capture, &done);

	if (!err && !done && !is_late(&agent->freeze))
		return;
	if (!err)
		err = capture_flush_runs(agent->capture);
	stream_drain_all(agent);
	stream_counters(agent);
	struct control_message message = {
		.type = FRAME_FROZEN,
		.frozen = {.tasks = (uint32_t)agent->freezer.process_count,
			   .unfrozen = (uint32_t)freezer_running(&agent->freezer),
			   .time_ns = clock_monotonic_ns(),
			   .stream_frames = agent->stream.frames},
	};
	port_send(&agent->control, &message);
	finish(agent, &agent->freeze, err, 0);
}

static void on_processes(struct agent *agent, const struct control_message *message,
			 uint32_t request)
{
	cleanup_free struct marked_task *marked = xcalloc(FREEZE_TASKS_MAX, sizeof(*marked));
	size_t marked_count = 0;
	size_t count = 0;

	(void)message;
	struct error *err =
		capture_list_marked(agent->capture, marked, FREEZE_TASKS_MAX, &marked_count);
	if (!err)
		err = processes_send(&agent->stream, marked, marked_count, &count);
	agent_done(agent, request, err, count);
}

static void on_collect(struct agent *agent, const struct control_message *message, uint32_t request)
{
	monitors_stop(&agent->monitors);
	stream_drain_all(agent);
	collector_start(&agent->collector, &message->collect, &agent->changes, &agent->monitors);
	for (size_t i = 0; i < agent->freezer.task_count; i++) {
		if (agent->freezer.tasks[i].tid == agent->freezer.tasks[i].tgid)
			collector_add_unnamed(&agent->collector, agent->freezer.tasks[i].tgid);
	}
	agent->collect = pending_of(request, message->collect.timeout_ms);
}

static void step_collect(struct agent *agent)
{
	while (!stream_is_full(agent)) {
		if (collector_step(&agent->collector, &agent->stream))
			continue;
		stream_drain_all(agent);
		stream_counters(agent);
		agent->collector.sums.stream_frames = agent->stream.frames;
		struct control_message message = {.type = FRAME_COLLECTED,
						  .collected = agent->collector.sums};
		port_send(&agent->control, &message);
		finish(agent, &agent->collect, NULL, 0);
		return;
	}
}

void requests_step(struct agent *agent)
{
	if (agent->run.active)
		step_run(agent);
	if (agent->freeze.active)
		step_freeze(agent);
	if (agent->collect.active)
		step_collect(agent);
	if (agent->setup.pending.active && is_late(&agent->setup.pending)) {
		kill(-agent->setup.pid, SIGKILL);
		finish(agent, &agent->setup.pending, error_os(ETIMEDOUT, "the setup script"), 0);
	}
}

static void child_exited(struct agent *agent, int status)
{
	struct child *child = &agent->child;

	child->exited = true;
	child->status = status;
	if (child->output >= 0)
		stream_terminal(agent, child->output, CONTROL_TERMINAL_OUTPUT);
	if (child->error >= 0)
		stream_terminal(agent, child->error, CONTROL_TERMINAL_ERROR);
	stream_drain_all(agent);
	stream_counters(agent);
	struct control_message message = {
		.type = FRAME_EXITED,
		.exited = {.pid = (uint32_t)child->pid,
			   .status = (uint32_t)status,
			   .exec_error = child_exec_error(child),
			   .time_ns = clock_monotonic_ns(),
			   .stream_frames = agent->stream.frames},
	};
	port_send(&agent->control, &message);
}

void requests_child_ended(struct agent *agent, pid_t pid, int status)
{
	if (pid == agent->child.pid)
		child_exited(agent, status);
	if (agent->setup.pending.active && pid == agent->setup.pid)
		finish(agent, &agent->setup.pending, NULL, (uint64_t)status);
	for (size_t i = 0; i < agent->monitors.count; i++) {
		if (agent->monitors.list[i].pid == pid)
			agent->monitors.list[i].pid = 0;
	}
}

typedef void request_handler(struct agent *agent, const struct control_message *message,
			     uint32_t request);

void requests_handle(struct agent *agent, const struct frame *frame)
{
	static request_handler *const handlers[] = {
		[FRAME_HELLO] = on_hello,     [FRAME_PUT] = on_put,
		[FRAME_SETUP] = on_setup,     [FRAME_RUN] = on_run,
		[FRAME_GO] = on_go,           [FRAME_FREEZE] = on_freeze,
		[FRAME_COLLECT] = on_collect, [FRAME_PROCESSES] = on_processes,
	};
	struct control_message message;

	if (frame->type >= ARRAY_SIZE(handlers) || !handlers[frame->type] ||
	    !control_decode(frame->type, frame->payload, &message)) {
		agent_done(agent, frame->sequence,
			   error_new(ERROR_FORMAT, "a request that this agent does not know"), 0);
		return;
	}
	if (!agent->greeted && frame->type != FRAME_HELLO) {
		agent_done(agent, frame->sequence, error_new(ERROR_USAGE, "HELLO comes first"), 0);
		return;
	}
	handlers[frame->type](agent, &message, frame->sequence);
}
