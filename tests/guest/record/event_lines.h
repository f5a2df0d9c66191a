/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The record of a run as lines of text, in the words of `expect` lines (tests/programs/README.md):
 * what a program printed can be looked for in what was recorded.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/vec.h"
#include "wire/control.h"
#include "wire/event_read.h"

/* One task's calls, equal neighbours joined. */
struct call_run {
	uint32_t number;
	uint32_t abi;
	uint64_t count;
};

struct task_calls {
	uint64_t task;
	uint32_t origin_tid;
	uint64_t next_index;
	uint64_t total;
	vec(struct call_run) runs;
};

struct lines {
	struct buffer text;  /* "KIND ARGUMENTS\n"… of all marked tasks */
	struct buffer other; /* the same of tasks that are not marked */
	vec(struct task_calls) tasks;
	uint64_t received[EVENT_CLASS_COUNT];
	uint64_t gaps; /* in the index of some task's calls */
	uint64_t anomalies;
	struct control_counters counters; /* the last */
};

void lines_deinit(struct lines *lines);
void lines_add_events(struct lines *lines, struct span payload);
/* Whether "KIND ARGUMENTS" is a line of a marked task, or begins one behind which a blank follows. */
bool lines_have(const struct lines *lines, const char *line);
/* Whether some task made exactly these calls one behind the other. */
bool lines_have_calls(const struct lines *lines, const struct call_run *runs, size_t count);
uint64_t lines_calls(const struct lines *lines);
/* Whether every record that was given a number came or was counted as lost. */
bool lines_add_up(const struct lines *lines);
