/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The process table. A process is known by the identity that the tracer gives it (wire/event.h:
 * start time and thread id), never by its pid, and gets an id of ours (p1, p2, …) when it first
 * appears in any record.
 */
#include "base/vec.h"
#include "model/model.h"
#include "trace/id_map.h"
#include "trace/store.h"
#include "wire/event_read.h"

enum {
	PROCESSES_MAX = 100000, /* as the report's list */
	EXECUTIONS_MAX = 4096,  /* of one process */
};

struct process_entry {
	struct process process; /* executions are in `executions` until the end */
	vec(struct execution) executions;
	/* A file of the sample that execve opened: the program, or the script that names it. */
	struct event_inode planted;
	bool has_planted;
};

struct processes {
	struct store *store;
	struct id_map ids;
	struct id_map pids; /* pid → the last process that had it */
	vec(struct process_entry) entries;
	uint64_t not_kept; /* processes over PROCESSES_MAX, executions over EXECUTIONS_MAX */
};

void processes_init(struct processes *processes, struct store *store, uint64_t seed);
void processes_deinit(struct processes *processes);

/* The process of a record's header, new or known. NULL when the table is full. */
struct process_entry *processes_see(struct processes *processes, const struct event_header *header,
				    int64_t time_ns);
/* A process by the tracer's identity; NULL when it was not seen. */
struct process_entry *processes_find(struct processes *processes, uint64_t identity);
/* The id of a process, NULL when it was not seen. */
const char *processes_id(struct processes *processes, uint64_t identity);

/* What the records of the life cycle tell. `event` is the record's model event. */
void processes_fork(struct processes *processes, const struct event_record *record,
		    const struct event *event);
void processes_exec(struct processes *processes, const struct event_record *record,
		    const struct event *event);
void processes_exit(struct processes *processes, const struct event_record *record,
		    const struct event *event);
void processes_fault(struct processes *processes, const struct event_record *record,
		     const struct event *event);
/* planted: number of the event that wrote the file, 0 when not known. */
void processes_attribute(struct processes *processes, const struct event_record *record,
			 const struct event *event, uint64_t planted);
/* The agent's view of /proc: a name for processes that were there before the record began. */
void processes_name(struct processes *processes, uint32_t pid, const char *name);

void processes_finish(struct processes *processes, struct trace_summary *ret);
