/* SPDX-License-Identifier: MIT */
/* The packets that were captured outside the guest. */
#include <fcntl.h>
#include <inttypes.h>

#include "engine/confined.h"
#include "engine/job.h"
#include "packet/analyze.h"

enum { PACKETS_TIMEOUT_MS = 120000 };

/* In the confined child. */
static struct error *analyze_packets(const struct confine_child *child)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct network_report report = {0};

	struct error *err = packet_analyze(child->fds[0], arena, &report);
	return err ? err : confined_answer(child, &record_network_report, &report);
}

struct error *stage_network(struct job *job)
{
	cleanup_close int fd = -1;
	struct network_report *report = arena_new_of(job->arena, struct network_report);

	struct error *err = file_open(job_path(job, RESULT_PACKETS), O_RDONLY, 0, &fd);
	if (err)
		return err;
	const struct confined_call call = {
		.name = "packet analysis",
		.function = analyze_packets,
		.fds = &fd,
		.fd_count = 1,
		.timeout_ms = PACKETS_TIMEOUT_MS,
		.record = &record_network_report,
	};
	err = confined_run(&call, job->arena, report);
	if (err)
		return err;
	job->report->network = report;
	*vec_push(&job->counters) = (struct counter){.name = "packets",
						     .recorded = report->packets,
						     .lost = report->dropped + report->unwritten};
	return NULL;
}
