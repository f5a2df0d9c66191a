/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The agent's state and its parts. One epoll loop (agent.c) looks at: the control port's requests
 * (requests.c), a clock tick that drains the tracer (stream.c), the child's output and end, and
 * steps of the long requests (run, freeze, collect).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "capture/capture.h"
#include "guest/changes.h"
#include "guest/child.h"
#include "guest/collect.h"
#include "guest/freeze.h"
#include "guest/monitor.h"
#include "guest/port.h"

/* What of a request is still to come before its DONE. */
struct pending {
	bool active;
	uint32_t request;
	uint64_t deadline_ns;
};

struct setup {
	struct pending pending;
	pid_t pid;
};

struct put {
	int fd; /* -1: none open */
	char *path;
	uint64_t offset;
};

struct agent {
	int epoll;
	int signals;
	int timer;
	bool greeted; /* HELLO came: frames flow */
	struct port control;
	struct port stream;
	struct capture *capture;
	struct buffer events; /* records on their way into a frame */
	struct changes changes;
	struct child child;
	struct pending run;
	struct monitors monitors;
	struct setup setup;
	struct put put;
	struct freezer freezer;
	struct pending freeze;
	struct collector collector;
	struct pending collect;
	uint64_t child_task;
	bool idle_said;
	uint64_t next_idle_ns; /* when to look again whether something is due */
	uint64_t last_heartbeat_ns;
	uint64_t last_activity_ns;
	bool stopped; /* leave the loop */
};

/* agent.c */
MUST_USE struct error *agent_init(struct agent *agent, const char *control_name,
				  const char *stream_name);
void agent_deinit(struct agent *agent);
MUST_USE struct error *agent_loop(struct agent *agent);
void agent_done(struct agent *agent, uint32_t request, struct error *err, uint64_t value);

/* requests.c: takes the frame's request; answers at once or leaves a struct pending. */
void requests_handle(struct agent *agent, const struct frame *frame);
/* Takes long requests a step further. */
void requests_step(struct agent *agent);
void requests_child_ended(struct agent *agent, pid_t pid, int status);

/* stream.c */
/* Drains the rings as far as the stream port has room; true when something came. */
bool stream_drain(struct agent *agent);
/* Drains until the rings are empty or the port is full, whatever it takes. */
void stream_drain_all(struct agent *agent);
void stream_counters(struct agent *agent);
void stream_clock(struct agent *agent);
void stream_problem(struct agent *agent, const char *code, struct error *err);
/* Reads what the child wrote; false when it is closed. */
bool stream_terminal(struct agent *agent, int fd, uint32_t which);
/* Whether producers must wait. */
bool stream_is_full(const struct agent *agent);
