/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What marked tasks have changed: the paths to bring out at the end, and whether something that
 * they planted is still due to run (a cron line, a timer, an at job).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "wire/event_read.h"

enum {
	CHANGES_MAX = 20000,
	CHANGES_BYTES_MAX = 8 * 1024 * 1024,
	SCHEDULED_MAX = 32,
};

struct change {
	char *path;
	uint64_t writer; /* process */
};

struct changes {
	struct change *slots; /* open addressing by path, `capacity` a power of two */
	size_t capacity;
	size_t count;
	size_t path_bytes;
	uint64_t overflow;              /* paths that found no room */
	char *scheduled[SCHEDULED_MAX]; /* paths from which something starts by itself */
	size_t scheduled_count;
};

void changes_init(struct changes *changes);
void changes_deinit(struct changes *changes);
/* Looks at a record of class file. */
void changes_note(struct changes *changes, const struct event_record *record);
/* Whether something that marked tasks planted is there and may start by itself soon. */
bool changes_due(const struct changes *changes);
