/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Files that come out of the guest, kept once each as files/<sha256> below the result folder.
 * Contents, paths and sizes are hostile: paths are only told, never used; sizes are capped.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "wire/control.h"

enum { COLLECTOR_FILES_MAX = 20000 };

struct collected_file {
	const char *guest_path;
	const char *sha256;   /* NULL when it was not kept */
	const char *not_kept; /* why, or NULL */
	enum control_file_kind kind;
	uint32_t mode;
	uint32_t uid, gid;
	uint64_t inode;
	uint64_t size;   /* of what was kept; as the guest claims when it was not */
	uint64_t writer; /* process identity as in event records; 0: not known */
	bool is_cut;     /* what is kept is not all */
	bool is_gone;    /* it was not there any more */
};

struct collector {
	struct arena *arena;
	int folder_fd;        /* files/ */
	uint64_t total_limit; /* bytes kept in all */
	uint64_t total;
	vec(struct collected_file) files;
	uint64_t over_limit; /* files that were not even listed */

	/* The file that is being received. */
	int fd;
	uint32_t id;
	bool is_open;
	uint64_t received;
	struct collected_file current;
	struct error *err; /* the first failure to write */
};

/* folder: where files/ is (made here). */
MUST_USE struct error *collector_init(struct collector *collector, const char *folder,
				      uint64_t total_limit, struct arena *arena);
void collector_deinit(struct collector *collector);

void collector_begin(struct collector *collector, const struct control_file_begin *begin);
void collector_data(struct collector *collector, const struct control_file_data *data);
void collector_end(struct collector *collector, const struct control_file_end *end);
void collector_skipped(struct collector *collector, const struct control_file_skipped *skipped);
