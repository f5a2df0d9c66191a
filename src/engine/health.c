/* SPDX-License-Identifier: MIT */
/* What went wrong, what was lost, and what that does to the run's health. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "engine/job.h"

static void add_problem(struct job *job, enum health_status status, const char *code,
			const char *hint, const char *text)
{
	*vec_push(&job->problems) = (struct problem){
		.code = arena_strdup(job->arena, code),
		.status = status,
		.text = arena_strdup(job->arena, text),
		.hint = hint ? arena_strdup(job->arena, hint) : NULL,
	};
}

void job_problem(struct job *job, enum health_status status, const char *code, const char *hint,
		 const char *format, ...)
{
	va_list args;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	add_problem(job, status, code, hint, text);
}

void job_problem_error(struct job *job, enum health_status status, const char *code,
		       const char *hint, struct error *err)
{
	add_problem(job, status, code, hint, error_message(err));
	error_free(err);
}

void job_check(struct job *job, const char *name, bool agrees, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	*vec_push(&job->cross_checks) = (struct cross_check){
		.name = arena_strdup(job->arena, name),
		.agrees = agrees,
		.text = arena_strdup(job->arena, text),
	};
}

static uint64_t lost_events(const struct job *job)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < job->counters.count; i++)
		lost += job->counters.data[i].lost;
	return lost;
}

static const char *describe_end(struct job *job)
{
	const struct guest_session *session = &job->session;
	uint32_t status = session->exited.status;

	if (!session->has_exited)
		return "it was still running when the time was over";
	if (session->exited.exec_error)
		return arena_printf(job->arena, "it could not be executed: %s",
				    strerror((int)session->exited.exec_error));
	if ((status & 0x7f) != 0)
		return arena_printf(job->arena, "it was ended by signal %u (%s)", status & 0x7f,
				    strsignal((int)(status & 0x7f)));
	return arena_printf(job->arena, "it exited with status %u", (status >> 8) & 0xff);
}

/* Two anchors, both seen by host and guest, tell how far the clocks drift apart. */
static struct time_map *map_time(struct job *job)
{
	const struct guest_session *session = &job->session;
	struct time_map *map = arena_new_of(job->arena, struct time_map);
	char wall[CLOCK_TEXT_SIZE];

	map->start_realtime_ns = job->go_realtime_ns;
	map->start_guest_ns = job->go_guest_ns;
	if (session->has_clock) {
		map->drift_ns = (int64_t)(session->last_clock.monotonic_ns -
					  session->first_clock.monotonic_ns) -
				(int64_t)(session->last_clock_ns - session->first_clock_ns);
		clock_text(session->first_clock.realtime_ns, wall);
		map->guest_wall = arena_strdup(job->arena, wall);
	}
	return map;
}

void health_conclude(struct job *job)
{
	struct health *health = job->report->health;
	uint64_t lost = lost_events(job);

	if (lost)
		job_problem(job, HEALTH_DEGRADED, "lost_events",
			    "health.counters says of which class",
			    "%" PRIu64 " events are known to be missing from the record", lost);
	health->status = HEALTH_OK;
	vec_foreach(&job->problems, problem)
		health->status = max_of(health->status, problem->status);
	list_take(job->arena, &health->problems, job->problems.data, job->problems.count);
	list_take(job->arena, &health->counters, job->counters.data, job->counters.count);
	list_take(job->arena, &health->cross_checks, job->cross_checks.data,
		  job->cross_checks.count);
	if (job->go_realtime_ns)
		health->time = map_time(job);
	if (job->options->static_only)
		health->summary = "Static analysis only; the file was not run.";
	else if (!job->has_session || !job->session.has_started)
		health->summary = "The sample was not run.";
	else if (job->session.has_exited && job->session.exited.exec_error)
		health->summary =
			arena_printf(job->arena, "The sample was not run: %s.", describe_end(job));
	else
		health->summary = arena_printf(job->arena, "The sample ran for %.1f s; %s.",
					       (double)job->report->analysis->run_ms / 1000,
					       describe_end(job));
}
