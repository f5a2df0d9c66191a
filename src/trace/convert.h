/* SPDX-License-Identifier: MIT */
#pragma once
/* One record of the wire → the fields of a model event that need no table: texts, numbers, flags. */
#include "model/model.h"
#include "wire/event_read.h"

enum {
	CONVERT_TEXT_SIZE = 2 * EVENT_ARGUMENTS_MAX + 4 * EVENT_NAME_MAX,
	CONVERT_STRINGS_MAX = 4096,
};

/* Where the texts of the event that was converted last stand. */
struct convert {
	char path[EVENT_PATH_TEXT_SIZE];
	char path2[EVENT_PATH_TEXT_SIZE];
	char cwd[EVENT_PATH_TEXT_SIZE];
	char filename[EVENT_PATH_MAX + 1];
	char name[EVENT_NAME_MAX + 1];
	char address[128];
	char local_address[128];
	char protocol[16];
	char argument_bytes[EVENT_MAX_SIZE];
	char environment_bytes[EVENT_MAX_SIZE];
	const char *arguments[CONVERT_STRINGS_MAX];
	const char *environment[CONVERT_STRINGS_MAX];
};

/* Fills all of *ret but number, time_ns, process, parent, other_process, is_of_sample. False for
 * records that are no event of the model (the end of a thread). Runs of system calls are the
 * caller's. */
bool convert_record(struct convert *convert, const struct event_record *record, struct event *ret);
