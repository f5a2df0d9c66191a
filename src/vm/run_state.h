/* SPDX-License-Identifier: MIT */
#pragma once
/* What a run consists of. Private to launch.c and run.c. */
#include "base/buffer.h"
#include "vm/launch.h"
#include "vm/qmp.h"
#include "vm/run_folder.h"

enum run_channel { RUN_QMP, RUN_CONTROL, RUN_STREAM, RUN_CONSOLE, RUN_CHANNELS };

struct vm_run {
	struct run_folder folder;
	struct jail jail;
	struct qmp qmp;
	int channels[RUN_CHANNELS];            /* our ends */
	int stop_fd;                           /* closed to ask the helper boxes to finish */
	int log_fd;                            /* standard error of the boxes */
	enum vm_box box_kinds[JAIL_BOXES_MAX]; /* of the jail's boxes, by their index */
	size_t box_count;
	uint64_t memory_size;
	struct buffer console;
	uint64_t console_dropped;
	struct vm_box_end ends[VM_BOX_COUNT];
	uint64_t start_ns, restored_ns;
};

struct vm_run *run_new(const struct launch *launch);
