/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The event stream (events.bin: the frames of the guest's stream port as they came) → model.
 *
 *	err = trace_open(fd, &options, arena, &trace);
 *	while (trace_next(trace, &event)) …      one model event after another, in the order of time
 *	err = trace_finish(trace, &summary);     processes, files, connections, calls, losses
 *	err = trace_write_syscalls(trace, limit, out);
 *	trace_free(trace);
 *
 * The stream is hostile: garbage in it is counted and named in the summary's problems, and every
 * table has a ceiling whose passing is named there too. Memory stays below about 300 MB whatever the
 * stream holds. Meant to run in a confined child together with the rules that read the events; it
 * needs no file but fd.
 */
#include "base/arena.h"
#include "base/error.h"
#include "model/model.h"

struct trace_options {
	const char *sample_path;  /* of the sample in the guest; NULL: not known */
	const char *architecture; /* of the guest; NULL: "x86_64" */
	uint64_t start_ns; /* guest's monotonic clock at the start; 0: taken from the stream */
	uint64_t key;      /* of the stream; 0: any */
};

struct trace;

/* fd is read to its end and stays the caller's. When start_ns is not given and fd can seek, the
 * stream is searched for the first record of the run; otherwise times before it are 0. */
MUST_USE struct error *trace_open(int fd, const struct trace_options *options, struct arena *arena,
				  struct trace **ret);
/* The same over bytes in memory, which must outlast the trace. */
struct trace *trace_open_bytes(struct span bytes, const struct trace_options *options,
			       struct arena *arena);
void trace_free(struct trace *trace);
DEFINE_CLEANUP(struct trace *, trace_free)
#define cleanup_trace guard(trace_free)

/* The next event; false at the end of the stream. What it points to lasts until the next call, but
 * for ids of processes, which last as long as the arena. */
bool trace_next(struct trace *trace, struct event *ret);
/* After the last event. Gives the error of a read that failed. Everything in *ret lives in the
 * arena; behaviors are left empty. */
MUST_USE struct error *trace_finish(struct trace *trace, struct trace_summary *ret);
/* After trace_finish: the file sample.syscall, at most about `limit` bytes. */
MUST_USE struct error *trace_write_syscalls(const struct trace *trace, uint64_t limit, int fd);
