/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Files that processes of the sample touched, summed up. A file is its device, inode number and
 * generation, so a name that is used again is another file, and a renamed one the same.
 */
#include "base/vec.h"
#include "model/model.h"
#include "trace/id_map.h"
#include "trace/store.h"
#include "wire/event_read.h"

enum {
	FILES_MAX = 100000, /* as the report's list */
	FILE_PROCESSES_MAX = 64,
};

enum file_operation {
	FILE_OPENED = 1 << 0,
	FILE_CREATED = 1 << 1,
	FILE_WRITTEN = 1 << 2,
	FILE_TRUNCATED = 1 << 3,
	FILE_DELETED = 1 << 4,
	FILE_RENAMED = 1 << 5,
	FILE_REPLACED = 1 << 6,
	FILE_LINKED = 1 << 7,
	FILE_CHMOD = 1 << 8,
	FILE_CHOWN = 1 << 9,
	FILE_TIMES = 1 << 10,
	FILE_XATTR = 1 << 11,
	FILE_EXECUTED = 1 << 12,
};

struct file_entry {
	struct file_activity activity; /* operations and processes are below until the end */
	unsigned operations;           /* enum file_operation */
	vec(const char *) processes;
	uint64_t planted; /* the last event that changed its content */
};

struct files {
	struct store *store;
	struct id_map ids;
	vec(struct file_entry) entries;
	uint64_t not_kept;
	struct event_inode sample; /* the sample's own file, once it is known */
	const char *sample_path;   /* may be NULL */
};

void files_init(struct files *files, struct store *store, const char *sample_path, uint64_t seed);
void files_deinit(struct files *files);

/* Whether it is the sample's own file. Learns the sample's inode from the first file of its path. */
bool files_is_sample(struct files *files, const struct event_inode *file, const char *path);

/* Adds one event to the file's sums. path is the file's, not a second one. */
void files_touch(struct files *files, const struct event_inode *file, const char *path,
		 enum file_operation operation, const struct event *event);
/* The number of the last event that changed the content of the file, 0 when there was none. */
uint64_t files_planted(const struct files *files, const struct event_inode *file);

void files_finish(struct files *files, struct trace_summary *ret);
