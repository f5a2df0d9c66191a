/* SPDX-License-Identifier: MIT */
#pragma once
/* What the stages of one analysis share. Private to engine. */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/file.h"
#include "base/vec.h"
#include "engine/collector.h"
#include "engine/guest_session.h"
#include "engine/options.h"
#include "model/model.h"

/* Artifacts of ours in the result folder. */
#define RESULT_REPORT "report.json"
#define RESULT_PAGE "report.html"
#define RESULT_SYSCALLS "sample.syscall"
#define RESULT_PACKETS "network.pcapng"
#define RESULT_EVENTS "events.bin"
#define RESULT_TERMINAL "terminal.cast"
#define RESULT_LOG "run.log"
#define RESULT_MEMORY "memory/guest.lime"

enum { SAMPLE_SIZE_LIMIT = 512 * 1024 * 1024 };

struct job {
	const struct analysis_options *options;
	struct arena *arena;
	struct report *report;
	uint64_t start_ns; /* host-monotonic */

	/* The sample: a sealed private copy, so that nothing changes under the mapping. */
	int sample_fd;
	struct mapping sample;
	const char *sample_name;
	const char *guest_path;

	struct static_tools *static_tools; /* private to static_stage.c */

	/* The run. */
	struct collector collector;
	bool has_collector;
	struct guest_session session;
	bool has_session;
	uint64_t go_realtime_ns; /* host, when the sample was let go */
	uint64_t go_guest_ns;    /* guest-monotonic */
	const char *end_reason;  /* idle, timeout, interrupted, machine_gone, machine_stopped,
				   * agent_silent */
	bool machine_stopped;    /* panicked, powered off, reset */
	bool has_run;            /* the sample was let go */
	struct trace_summary trace;
	uint64_t event_total;

	vec(struct problem) problems;
	vec(struct counter) counters;
	vec(struct cross_check) cross_checks;
	vec(struct stage) stages;
	vec(struct artifact) artifacts;
};

/* A path in the result folder, in the arena. */
const char *job_path(const struct job *job, const char *name);
/* Adds a problem; text is copied. hint may be NULL. */
void job_problem(struct job *job, enum health_status status, const char *code, const char *hint,
		 const char *format, ...) PRINTF_LIKE(5, 6);
/* Adds what an error says and frees it. */
void job_problem_error(struct job *job, enum health_status status, const char *code,
		       const char *hint, struct error *err);
void job_check(struct job *job, const char *name, bool agrees, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* Stages, one file each. */
MUST_USE struct error *stage_intake(struct job *job);
MUST_USE struct error *stage_static(struct job *job);
MUST_USE struct error *stage_guest(struct job *job);
MUST_USE struct error *stage_behavior(struct job *job);
MUST_USE struct error *stage_network(struct job *job);
MUST_USE struct error *stage_artifacts(struct job *job);
MUST_USE struct error *stage_join(struct job *job);
MUST_USE struct error *stage_publish(struct job *job);

/* Writes terminal.cast. */
MUST_USE struct error *publish_terminal(struct job *job);
/* Adds what the sample's own start and end mean to the problems. */
void outcome_judge(struct job *job);
/* Works out health.status and the summary from problems and the run. */
void health_conclude(struct job *job);
