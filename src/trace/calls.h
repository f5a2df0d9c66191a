/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * System calls of the sample's threads: sums, and the exact order for each thread. The order is kept
 * as runs of identical calls, packed, within CALLS_ORDER_BYTES for all threads together.
 */
#include "base/buffer.h"
#include "base/vec.h"
#include "model/model.h"
#include "trace/id_map.h"
#include "wire/event_read.h"

enum {
	CALLS_TASKS_MAX = 100000,
	CALLS_ORDER_BYTES = 64 * 1024 * 1024,
	CALLS_KNOWN_MAX = 1024, /* numbers below have a counter of their own */
	CALLS_ODD_MAX = 1024,   /* further numbers that are told apart */
	CALLS_ABIS = 3,
	CALLS_RUN_EXPANDED = 1000, /* longer runs are written as "number*count" */
};

struct call_run {
	uint32_t abi; /* enum event_abi, or CALLS_ABIS: calls that were lost */
	uint32_t number;
	uint64_t count;
};

struct call_task {
	const char *process;
	uint32_t tid;
	int64_t start_ns;
	uint64_t made;
	uint64_t lost;
	uint64_t next_index;
	struct call_run last; /* not yet in `runs` */
	struct buffer runs;   /* LEB128: abi, number, count */
	bool is_cut;
};

struct odd_call {
	uint32_t abi;
	uint32_t number;
	uint64_t count;
};

struct calls {
	struct id_map ids;
	vec(struct call_task) tasks;
	struct id_map odd_ids;
	vec(struct odd_call) odd;
	uint64_t known[CALLS_ABIS][CALLS_KNOWN_MAX];
	uint64_t total;
	uint64_t lost;
	uint64_t not_ordered; /* calls whose order was not kept */
	uint64_t not_named;   /* calls of odd numbers beyond CALLS_ODD_MAX */
	size_t bytes;
};

void calls_init(struct calls *calls, uint64_t seed);
void calls_deinit(struct calls *calls);

/* Before the runs of a record: calls that are missing between it and the thread's last one. The
 * thread to add to, NULL when there are too many. */
struct call_task *calls_task(struct calls *calls, const struct event_record *record,
			     const char *process, int64_t time_ns);
void calls_add(struct calls *calls, struct call_task *task, const struct call_run *run);

/* Fills the summary; the architecture's name must last. */
void calls_finish(struct calls *calls, struct arena *arena, const char *architecture,
		  struct syscall_summary *ret);
/* Writes the file sample.syscall (docs/syscall-format.md), at most `limit` bytes of it. */
MUST_USE struct error *calls_write(const struct calls *calls, const char *architecture,
				   uint64_t limit, int fd);
