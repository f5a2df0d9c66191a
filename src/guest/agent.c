/* SPDX-License-Identifier: MIT */
#include "guest/agent.h"

#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/clock.h"

enum {
	MILLISECOND_NS = 1000000,
	TICK_BUSY_NS = 3 * MILLISECOND_NS,
	TICK_IDLE_NS = 20 * MILLISECOND_NS,
	BUSY_NS = 200 * MILLISECOND_NS,
	HEARTBEAT_NS = 1000 * MILLISECOND_NS,
	DUE_NS = 500 * MILLISECOND_NS,
	EPOLL_EVENTS = 16,
};

MUST_USE static struct error *watch(struct agent *agent, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	/* One that is watched already is no error. */
	if (epoll_ctl(agent->epoll, EPOLL_CTL_ADD, fd, &event) < 0 && errno != EEXIST)
		return error_os(errno, "watch a descriptor");
	return NULL;
}

static void unwatch(struct agent *agent, int fd)
{
	epoll_ctl(agent->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void agent_done(struct agent *agent, uint32_t request, struct error *err, uint64_t value)
{
	uint32_t errnum = 0;

	/* An error of ours without an errno is still an error. */
	if (err)
		errnum = error_errnum(err) ? (uint32_t)error_errnum(err) : EPROTO;
	struct control_message message = {
		.type = FRAME_DONE,
		.done = {.request = request,
			 .error = errnum,
			 .value = value,
			 .stream_frames = agent->stream.frames,
			 .message = span_text(err ? error_message(err) : "")},
	};
	port_send(&agent->control, &message);
	error_free(err);
}

static struct error *make_signals(struct agent *agent)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	agent->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (agent->signals < 0)
		return error_os(errno, "make a descriptor for signals");
	return watch(agent, agent->signals);
}

static void set_tick(struct agent *agent, long interval_ns)
{
	struct itimerspec time = {.it_value.tv_nsec = interval_ns,
				  .it_interval.tv_nsec = interval_ns};

	timerfd_settime(agent->timer, 0, &time, NULL);
}

static struct error *make_timer(struct agent *agent)
{
	agent->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (agent->timer < 0)
		return error_os(errno, "make a timer");
	return watch(agent, agent->timer);
}

/* A sample that uses up processors and memory must not keep the record from being drained. What is
 * forked gets neither. Without the right to it things still work. */
static void resist_load(void)
{
	const struct sched_param lowest = {.sched_priority = 1};

	mlockall(MCL_CURRENT);
	sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest);
}

struct error *agent_init(struct agent *agent, const char *control_name, const char *stream_name)
{
	struct error *err;

	*agent = (struct agent){.signals = -1, .timer = -1, .put = {.fd = -1}};
	agent->control.fd = -1;
	agent->stream.fd = -1;
	changes_init(&agent->changes);
	child_init(&agent->child);
	collector_init(&agent->collector);
	agent->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (agent->epoll < 0)
		return error_os(errno, "make an epoll");
	err = port_open(control_name, &agent->control);
	if (err)
		return error_wrap(err, "open the control port");
	err = port_open(stream_name, &agent->stream);
	if (err)
		return error_wrap(err, "open the stream port");
	err = make_signals(agent);
	if (err)
		return err;
	err = make_timer(agent);
	if (err)
		return err;
	err = capture_new(getpid(), &agent->capture);
	if (err)
		return err;
	resist_load();
	return watch(agent, agent->control.fd);
}

void agent_deinit(struct agent *agent)
{
	collector_deinit(&agent->collector);
	freezer_deinit(&agent->freezer);
	child_deinit(&agent->child);
	monitors_deinit(&agent->monitors);
	changes_deinit(&agent->changes);
	capture_free(agent->capture);
	buffer_deinit(&agent->events);
	port_close(&agent->control);
	port_close(&agent->stream);
	free(agent->put.path);
	for (size_t i = 0; i < 3; i++) {
		int fd = (int[]){agent->put.fd, agent->signals, agent->timer}[i];
		if (fd >= 0)
			close(fd);
	}
	if (agent->epoll >= 0)
		close(agent->epoll);
}

static void send_ready(struct agent *agent)
{
	const struct buffer *missing = capture_missing(agent->capture);
	struct utsname name;
	uint32_t count = 0;

	uname(&name);
	for (size_t i = 0; i < missing->size; i++)
		count += missing->data[i] == '\0';
	struct control_message message = {
		.type = FRAME_READY,
		.ready = {.version = CONTROL_VERSION,
			  .machine = EM_X86_64,
			  .attached = (uint32_t)capture_attached(agent->capture),
			  .missing = count,
			  .kernel = span_text(name.release),
			  .missing_names = buffer_span(missing)},
	};
	port_send(&agent->control, &message);
	port_flush(&agent->control);
}

static void on_signals(struct agent *agent)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(agent->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM)
			agent->stopped = true;
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		requests_child_ended(agent, pid, status);
}

static void on_control(struct agent *agent)
{
	struct frame frame;

	if (!port_read(&agent->control)) {
		/* The host's side is closed: look again at the next idle tick. */
		unwatch(agent, agent->control.fd);
		return;
	}
	while (frame_reader_next(&agent->control.in, &frame))
		requests_handle(agent, &frame);
}

static void say_idle(struct agent *agent, uint64_t now)
{
	if (agent->idle_said || !agent->child.exited || capture_marked_count(agent->capture) ||
	    now < agent->next_idle_ns)
		return;
	/* The last records may show that something is due. */
	stream_drain_all(agent);
	if (changes_due(&agent->changes)) {
		agent->next_idle_ns = now + DUE_NS;
		return;
	}
	stream_counters(agent);
	struct control_message message = {
		.type = FRAME_IDLE,
		.idle = {.time_ns = clock_monotonic_ns(), .stream_frames = agent->stream.frames},
	};
	port_send(&agent->control, &message);
	agent->idle_said = true;
}

static void say_heartbeat(struct agent *agent, uint64_t now)
{
	if (now - agent->last_heartbeat_ns < HEARTBEAT_NS)
		return;
	agent->last_heartbeat_ns = now;
	if (!stream_is_full(agent)) {
		stream_counters(agent);
		stream_clock(agent);
	}
	struct control_message message = {
		.type = FRAME_HEARTBEAT,
		.heartbeat = {.time_ns = now,
			      .marked_tasks = capture_marked_count(agent->capture),
			      .stream_frames = agent->stream.frames,
			      .pending_bytes = port_pending(&agent->stream)},
	};
	port_send(&agent->control, &message);
}

/*
 * Reads what the child wrote. By the clock and not when there is something: a program that writes byte
 * by byte would else make a frame of each.
 */
static void take_output(struct agent *agent, int *fd, uint32_t which)
{
	uint64_t before = agent->stream.frames;

	if (*fd < 0)
		return;
	bool is_open = stream_terminal(agent, *fd, which);
	if (agent->stream.frames != before)
		agent->last_activity_ns = clock_monotonic_ns();
	if (is_open)
		return;
	/* A pty is kept: closing it would hang up what still runs. */
	if (!agent->child.terminal)
		close(*fd);
	*fd = -1;
}

/* What is done at each tick and whenever something happened. */
static void work(struct agent *agent)
{
	uint64_t now = clock_monotonic_ns();

	if (agent->greeted) {
		if (stream_drain(agent))
			agent->last_activity_ns = now;
		take_output(agent, &agent->child.output, CONTROL_TERMINAL_OUTPUT);
		take_output(agent, &agent->child.error, CONTROL_TERMINAL_ERROR);
		if (agent->child.input >= 0 && !agent->run.active)
			child_feed(&agent->child);
		requests_step(agent);
		say_idle(agent, now);
		say_heartbeat(agent, now);
	}
	port_flush(&agent->control);
	port_flush(&agent->stream);
	bool waits = port_pending(&agent->stream) || port_pending(&agent->control);
	bool busy = waits || now - agent->last_activity_ns < BUSY_NS || agent->run.active ||
		    agent->freeze.active || agent->collect.active;
	set_tick(agent, busy ? TICK_BUSY_NS : TICK_IDLE_NS);
}

static void on_event(struct agent *agent, int fd)
{
	uint64_t ticks;

	if (fd == agent->timer) {
		if (read(fd, &ticks, sizeof(ticks)) < 0)
			return;
		if (agent->control.fd >= 0)
			error_free(watch(agent, agent->control.fd));
	} else if (fd == agent->signals) {
		on_signals(agent);
	} else if (fd == agent->control.fd) {
		on_control(agent);
	}
}

struct error *agent_loop(struct agent *agent)
{
	struct epoll_event events[EPOLL_EVENTS];

	send_ready(agent);
	set_tick(agent, TICK_IDLE_NS);
	while (!agent->stopped) {
		int count = epoll_wait(agent->epoll, events, EPOLL_EVENTS, -1);
		if (count < 0 && errno != EINTR)
			return error_os(errno, "wait for events");
		for (int i = 0; i < count; i++)
			on_event(agent, events[i].data.fd);
		work(agent);
	}
	return NULL;
}
