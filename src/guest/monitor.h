/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Monitors: further tools of the host's choice (strace, ltrace, bpftrace…), started on the stopped
 * child and known to be attached before it goes on.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/span.h"

enum { MONITORS_MAX = 8 };

struct monitor {
	pid_t pid; /* 0 once waited for */
	char *command;
	char *output; /* path of what it writes */
	int gate;     /* the monitor waits for one byte before its exec */
};

struct monitors {
	struct monitor list[MONITORS_MAX];
	size_t count;
};

/*
 * Starts `command` by the shell, with {pid} and {out} replaced; stdout and stderr go to the output
 * too. It waits until monitor_release(), so that it can be marked as ours first.
 */
MUST_USE struct error *monitor_start(struct monitors *monitors, struct span command, pid_t pid);
void monitor_release(struct monitor *monitor);
/* TERM to all that run, so that they write what they have. */
void monitors_stop(struct monitors *monitors);
void monitors_deinit(struct monitors *monitors);
/* Whether process `pid` has a tracer (TracerPid). */
bool process_is_traced(pid_t pid);
/* Puts number and path for {pid} and {out}; the caller's to free. */
char *monitor_expand(const char *command, pid_t pid, const char *output);
