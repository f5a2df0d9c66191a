/* SPDX-License-Identifier: MIT */
#include "engine/analysis.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/text.h"
#include "behavior/verdict.h"
#include "engine/job.h"
#include "engine/static_stage.h"
#include "report/report.h"
#include "version.h"

struct stage_row {
	const char *name;
	struct error *(*run)(struct job *job);
	bool needs_guest; /* left out of a static analysis, and where the guest did not start */
	bool is_vital;    /* without it there is no report */
};

static const struct stage_row stage_rows[] = {
	{"intake", stage_intake, false, true},     {"static", stage_static, false, false},
	{"guest", stage_guest, true, false},       {"network", stage_network, true, false},
	{"behavior", stage_behavior, true, false}, {"artifacts", stage_artifacts, true, false},
	{"join", stage_join, false, false},
};

const char *job_path(const struct job *job, const char *name)
{
	return arena_printf(job->arena, "%s/%s", job->options->output, name);
}

static const char *time_text(struct arena *arena)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(clock_realtime_ns(), text);
	return arena_strdup(arena, text);
}

static struct error *make_id(struct arena *arena, const char **ret)
{
	uint8_t bytes[16];
	char text[33];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return error_os(errno, "getrandom");
	text_hex(bytes, sizeof(bytes), text);
	*ret = arena_strdup(arena, text);
	return NULL;
}

static struct error *make_report(struct job *job)
{
	struct arena *arena = job->arena;
	struct report *report = arena_new_of(arena, struct report);

	report->schema_version = "1.0";
	report->tool = arena_new_of(arena, struct tool);
	report->tool->name = "HaboMalHunter";
	report->tool->version = HABO_VERSION;
	report->analysis = arena_new_of(arena, struct analysis);
	report->analysis->started = time_text(arena);
	list_take(arena, &report->analysis->options, job->options->effective,
		  job->options->effective_count);
	report->sample = arena_new_of(arena, struct sample);
	report->verdict = arena_new_of(arena, struct verdict);
	report->verdict->level = VERDICT_UNKNOWN;
	report->health = arena_new_of(arena, struct health);
	job->report = report;
	return make_id(arena, &report->analysis->id);
}

static bool is_left_out(const struct job *job, const struct stage_row *row, const char **ret_why)
{
	if (!row->needs_guest)
		return false;
	if (job->options->static_only) {
		*ret_why = "static analysis only";
		return true;
	}
	if (row->run != stage_guest && (!job->has_session || !job->session.has_started)) {
		*ret_why = "the sample was not run";
		return true;
	}
	return false;
}

/* Runs one stage and notes how it went. A vital stage's error is given, others are problems. */
static struct error *run_stage(struct job *job, const struct stage_row *row)
{
	uint64_t start = clock_monotonic_ns();
	struct stage stage = {.name = row->name, .start_us = (start - job->start_ns) / 1000};
	const char *why = NULL;

	if (is_left_out(job, row, &why)) {
		stage.status = STAGE_SKIPPED;
		stage.error = why;
		vec_add(&job->stages, stage);
		return NULL;
	}
	if (job->options->progress)
		job->options->progress(job->options->progress_context, row->name);
	struct error *err = row->run(job);
	stage.duration_us = (clock_monotonic_ns() - start) / 1000;
	stage.status = err ? STAGE_FAILED : STAGE_DONE;
	if (err)
		stage.error = arena_strdup(job->arena, error_message(err));
	vec_add(&job->stages, stage);
	if (!err || row->is_vital)
		return err;
	cleanup_free char *code = xasprintf("%s_failed", row->name);
	job_problem_error(job, row->run == stage_guest ? HEALTH_FAILED : HEALTH_DEGRADED, code,
			  NULL, err);
	return NULL;
}

static struct error *run_stages(struct job *job)
{
	for (size_t i = 0; i < ARRAY_SIZE(stage_rows); i++) {
		struct error *err = run_stage(job, &stage_rows[i]);
		if (err)
			return err;
	}
	health_conclude(job);
	report_indicators(job->arena, job->report);
	verdict_of(job->report->behaviors.data, job->report->behaviors.count,
		   job->has_run && job->report->health->status == HEALTH_OK, job->arena,
		   job->report->verdict);
	list_take(job->arena, &job->report->analysis->stages, job->stages.data, job->stages.count);
	list_take(job->arena, &job->report->artifacts, job->artifacts.data, job->artifacts.count);
	job->report->analysis->finished = time_text(job->arena);
	job->report->analysis->duration_ms = (clock_monotonic_ns() - job->start_ns) / 1000000;
	return stage_publish(job);
}

static void job_deinit(struct job *job)
{
	if (job->has_session)
		guest_session_deinit(&job->session);
	if (job->has_collector)
		collector_deinit(&job->collector);
	mapping_deinit(&job->sample);
	if (job->sample_fd >= 0)
		close(job->sample_fd);
	vec_deinit(&job->problems);
	vec_deinit(&job->counters);
	vec_deinit(&job->cross_checks);
	vec_deinit(&job->stages);
	vec_deinit(&job->artifacts);
	static_free(job);
}

struct error *analysis_run(const struct analysis_options *options, struct arena *arena,
			   struct report **ret)
{
	struct job job = {
		.options = options,
		.arena = arena,
		.start_ns = clock_monotonic_ns(),
		.sample_fd = -1,
	};

	struct error *err = make_report(&job);
	if (!err)
		err = file_make_folders(options->output, 0755);
	if (!err)
		err = run_stages(&job);
	if (!err)
		*ret = job.report;
	job_deinit(&job);
	return err;
}
