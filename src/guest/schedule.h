/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What starts by itself: cron, at and systemd's timers. A sample that planted something there is
 * given its time; what waits for the next boot or the next day is not waited for.
 */
#include <stdbool.h>

#include "base/span.h"

enum schedule {
	SCHEDULE_NONE,
	SCHEDULE_CRONTAB, /* lines of times and commands */
	SCHEDULE_ALWAYS,  /* an at job, a timer, a path unit: due as long as it is there */
};

enum schedule schedule_of(const char *path);
/* Whether a crontab has a line that may come due within minutes. */
bool crontab_is_due(struct span text);
/* The same of a file of this machine, by its path's kind. */
bool schedule_file_due(const char *path);
