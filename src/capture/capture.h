/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The tracer: loads and attaches the BPF programs, marks tasks, and drains records.
 *
 *	capture_new        load, attach; nothing is recorded yet
 *	capture_start      counters and rings empty, recording on
 *	capture_drain      often: gives records to a sink
 *
 * Needs CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN and a kernel with BTF.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"
#include "capture/shared.h"
#include "wire/event.h"

struct capture;

/* Tasks of thread group own_tgid are never recorded. */
MUST_USE struct error *capture_new(pid_t own_tgid, struct capture **ret);
void capture_free(struct capture *capture);
DEFINE_CLEANUP(struct capture *, capture_free)

/* Programs that run; those that this kernel refused are named in `missing`, a list (NUL-terminated
 * "name: why" strings). */
size_t capture_attached(const struct capture *capture);
const struct buffer *capture_missing(const struct capture *capture);

/* Starts the record anew: everything from before is gone. */
void capture_start(struct capture *capture);
void capture_stop(struct capture *capture);
/* Records say EVENT_SETUP while this is on. */
void capture_set_setup(struct capture *capture, bool on);
/* Files that own_tgid opens for writing meanwhile belong to the sample. */
void capture_set_planting(struct capture *capture, bool on);

/* Marks a stopped task. ret_task: its identity as in records. */
MUST_USE struct error *capture_mark(struct capture *capture, pid_t tid, enum task_kind kind,
				    uint64_t *ret_task);
/* Living marked tasks. */
uint64_t capture_marked_count(const struct capture *capture);
/* Threads that are marked, at most `capacity`. */
MUST_USE struct error *capture_list_marked(struct capture *capture, struct marked_task *ret,
					   size_t capacity, size_t *ret_count);

enum capture_ring {
	CAPTURE_RING_RARE,
	CAPTURE_RING_FILE,
	CAPTURE_RING_HOT,
	CAPTURE_RING_COUNT,
};

/* Gets whole records; must not keep the pointer. */
typedef void capture_sink(void *context, const void *record, size_t size);
/* Drains one ring until it is empty or about `budget` bytes have come. Gives the bytes. */
size_t capture_drain(struct capture *capture, enum capture_ring ring, size_t budget,
		     capture_sink *sink, void *context);

/* Puts what frozen marked tasks have gathered (runs of calls) into the rings. */
MUST_USE struct error *capture_flush_runs(struct capture *capture);
/* Gives a record of EVENT_FILE_WRITTEN for each file that is written and still open. */
void capture_flush_writes(struct capture *capture, capture_sink *sink, void *context);

struct capture_counters {
	uint64_t happened[EVENT_CLASS_COUNT];
	uint64_t lost[EVENT_CLASS_COUNT];
	uint64_t mark_failures;
	uint64_t planted_overflow;
	uint64_t writes_overflow;
};
void capture_counters(const struct capture *capture, struct capture_counters *ret);
