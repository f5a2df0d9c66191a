/* SPDX-License-Identifier: MIT */
/* The files of the result folder: what came out of the guest, programs among it analysed in turn. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "digest/digest.h"
#include "engine/job.h"
#include "engine/static_stage.h"

enum { PROGRAMS_MAX = 64 }; /* dropped programs that are analysed */

static const char *kind_name(enum control_file_kind kind)
{
	switch (kind) {
	case CONTROL_FILE_CHANGED:
		return "dropped";
	case CONTROL_FILE_UNNAMED:
		return "memfd";
	case CONTROL_FILE_MONITOR:
		return "monitor";
	}
	return "dropped";
}

/* Whether it starts as an ELF file or a script. */
static bool is_program(int fd)
{
	char start[4] = "";

	if (pread(fd, start, sizeof(start), 0) < 2)
		return false;
	return memcmp(start, "\177ELF", 4) == 0 || memcmp(start, "#!", 2) == 0;
}

/* Static analysis of a dropped program; the sample itself was analysed already. */
static void analyze_program(struct job *job, struct artifact *artifact, const char *path,
			    size_t *programs)
{
	cleanup_close int fd = -1;
	const struct hashes *sample = job->report->sample->hashes;

	struct error *err = file_open(path, O_RDONLY | O_NOFOLLOW, 0, &fd);
	if (err) {
		error_free(err);
		return;
	}
	if (!is_program(fd) || (sample && text_equal(sample->sha256, artifact->sha256)))
		return;
	if ((*programs)++ >= PROGRAMS_MAX)
		return;
	struct static_report *report = arena_new_of(job->arena, struct static_report);
	err = static_run(job, fd, NULL, report);
	if (err) {
		job_problem_error(job, HEALTH_DEGRADED, "artifact_not_analyzed", NULL, err);
		return;
	}
	artifact->analysis = report;
	artifact->type = report->type;
}

static const char *writer_of(const struct job *job, const char *guest_path)
{
	list_foreach(&job->trace.files, file)
		if ((text_equal(file->path, guest_path) ||
		     text_equal(file->renamed_to, guest_path)) &&
		    file->processes.count)
			return file->processes.data[file->processes.count - 1];
	return NULL;
}

static void add_collected(struct job *job)
{
	size_t programs = 0;

	vec_foreach(&job->collector.files, file) {
		struct artifact artifact = {
			.kind = kind_name(file->kind),
			.guest_path = file->guest_path,
			.size = file->size,
			.sha256 = file->sha256,
			.mode = file->mode & 07777,
			.process = writer_of(job, file->guest_path),
			.not_kept = file->not_kept,
		};
		if (file->sha256) {
			artifact.path = arena_printf(job->arena, "files/%s", file->sha256);
			if (file->is_cut)
				artifact.not_kept = "only its beginning was kept";
			analyze_program(job, &artifact, job_path(job, artifact.path), &programs);
		}
		vec_add(&job->artifacts, artifact);
	}
	if (programs > PROGRAMS_MAX)
		job_problem(job, HEALTH_OK, "programs_not_analyzed", "run habo static on files/",
			    "%zu dropped programs; the first %d were analysed", programs,
			    PROGRAMS_MAX);
	if (job->collector.over_limit)
		job_problem(job, HEALTH_DEGRADED, "files_not_listed", NULL,
			    "%llu files were changed beyond the %d that are listed",
			    (unsigned long long)job->collector.over_limit, COLLECTOR_FILES_MAX);
	if (job->collector.err)
		job_problem(job, HEALTH_DEGRADED, "files_not_written", "is the disk full?", "%s",
			    error_message(job->collector.err));
}

static void add_result(struct job *job, const char *name, const char *kind)
{
	const char *path = job_path(job, name);
	cleanup_close int fd = -1;
	cleanup_mapping struct mapping bytes = {0};
	struct digest_set digests;
	char text[DIGEST_TEXT_SIZE];

	struct error *err = file_open(path, O_RDONLY | O_NOFOLLOW, 0, &fd);
	if (!err)
		err = mapping_init(&bytes, fd, UINT64_MAX);
	if (err) {
		error_free(err);
		return;
	}
	digest_compute(mapping_span(&bytes), DIGEST_SHA256, &digests);
	digest_text(digests.sha256, sizeof(digests.sha256), text);
	*vec_push(&job->artifacts) = (struct artifact){
		.path = arena_strdup(job->arena, name),
		.kind = kind,
		.size = bytes.size,
		.sha256 = arena_strdup(job->arena, text),
	};
}

struct error *stage_artifacts(struct job *job)
{
	struct error *err = publish_terminal(job);

	add_result(job, RESULT_PACKETS, "packets");
	add_result(job, RESULT_EVENTS, "events");
	add_result(job, RESULT_SYSCALLS, "syscalls");
	add_result(job, RESULT_TERMINAL, "terminal");
	add_result(job, RESULT_LOG, "log");
	if (job->options->keep_memory)
		add_result(job, RESULT_MEMORY, "memory");
	if (job->has_collector)
		add_collected(job);
	return err;
}
