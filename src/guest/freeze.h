/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Freezing marked processes: all are moved into one control group whose freezer is on, which no
 * signal undoes and which what they fork falls into. Without cgroup v2 they get SIGSTOP.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "capture/capture.h"

enum { FREEZE_TASKS_MAX = 8192 };

struct freezer {
	char *folder; /* of the control group, NULL: SIGSTOP */
	struct marked_task *tasks;
	size_t task_count;
	size_t process_count;
};

/* Makes the control group, frozen from the start. */
void freezer_init(struct freezer *freezer);
void freezer_deinit(struct freezer *freezer);
/* Moves or stops what is marked now. Call until *ret_done: no process is left that still runs. */
MUST_USE struct error *freezer_step(struct freezer *freezer, struct capture *capture,
				    bool *ret_done);
/* Processes that are not shown to be frozen. */
size_t freezer_running(const struct freezer *freezer);
