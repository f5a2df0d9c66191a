/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Bringing files out: what marked tasks changed and is still there, files without a name that
 * frozen tasks hold, output of monitors. Works in small steps, so that the stream's buffer stays
 * small; what is not sent is listed with its reason.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "capture/shared.h"
#include "guest/changes.h"
#include "guest/monitor.h"
#include "guest/port.h"

struct collect_item {
	char *open_path; /* what is opened */
	char *path;      /* what it is called in the report */
	uint32_t kind;   /* enum control_file_kind */
	uint64_t writer;
};

struct collector {
	bool active;
	struct control_collect limits;
	uint64_t deadline_ns;
	vec(struct collect_item) items;
	size_t next;
	vec(struct inode_key) seen;
	/* The file under way. */
	int fd;
	uint32_t id;
	uint64_t offset;
	uint64_t size;
	struct control_collected sums;
};

void collector_init(struct collector *collector);
void collector_deinit(struct collector *collector);
/* Makes the list; nothing is sent yet. */
void collector_start(struct collector *collector, const struct control_collect *limits,
		     const struct changes *changes, const struct monitors *monitors);
/* Adds files without a name that process `tgid` has open or runs. */
void collector_add_unnamed(struct collector *collector, uint32_t tgid);
/* Sends a part; false when all is sent. */
bool collector_step(struct collector *collector, struct port *stream);
