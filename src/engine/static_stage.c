/* SPDX-License-Identifier: MIT */
#include "engine/static_stage.h"

#include "engine/confined.h"
#include "engine/place.h"
#include "static/static.h"

enum { STATIC_TIMEOUT_MS = 60000, STATIC_MEMORY_BASE = 192 * 1024 * 1024 };

/* Rules and libmagic, loaded once for all files of an analysis. */
struct static_tools {
	struct scanner *scanner;
	struct file_type *file_type;
};

void static_free(struct job *job)
{
	struct static_tools *tools = job->static_tools;

	if (!tools)
		return;
	scanner_free(tools->scanner);
	file_type_free(tools->file_type);
	job->static_tools = NULL;
}

static struct error *load_scanner(struct job *job, struct scanner **ret)
{
	const struct analysis_options *options = job->options;
	vec(const char *) folders = {0};
	size_t count;

	const char *own = place_rules(job->arena, "yara");
	if (own)
		vec_add(&folders, own);
	for (size_t i = 0; i < options->rule_folder_count; i++)
		vec_add(&folders, options->rule_folders[i]);
	struct error *err = scanner_new(folders.data, folders.count, ret);
	vec_deinit(&folders);
	if (err)
		return err;
	const struct scan_problem *problems = scanner_problems(*ret, &count);
	for (size_t i = 0; i < count; i++)
		job_problem(job, HEALTH_OK, "yara_rule_skipped", "correct the rule or leave it out",
			    "%s:%u: %s", problems[i].file, problems[i].line, problems[i].text);
	return NULL;
}

static struct error *load_tools(struct job *job)
{
	if (job->static_tools)
		return NULL;
	job->static_tools = arena_new_of(job->arena, struct static_tools);
	struct error *err = load_scanner(job, &job->static_tools->scanner);
	if (!err)
		err = file_type_new(&job->static_tools->file_type);
	return err;
}

struct static_call {
	struct static_options options;
};

/* In the confined child. */
static struct error *analyze_file(const struct confine_child *child)
{
	const struct static_call *call = child->context;
	struct static_options options = call->options;
	cleanup_mapping struct mapping bytes = {0};
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report = {0};

	struct error *err = mapping_init(&bytes, child->fds[0], SAMPLE_SIZE_LIMIT);
	options.has_fd = true;
	options.fd = child->fds[0];
	if (!err)
		err = static_analyze(mapping_span(&bytes), &options, arena, &report);
	return err ? err : confined_answer(child, &record_static_report, &report);
}

struct error *static_run(struct job *job, int fd, const char *name, struct static_report *ret)
{
	struct error *err = load_tools(job);
	if (err)
		return err;
	struct static_call context = {
		.options = {.file_name = name,
			    .scanner = job->static_tools->scanner,
			    .file_type = job->static_tools->file_type},
	};
	const struct confined_call call = {
		.name = "static analysis",
		.function = analyze_file,
		.context = &context,
		.fds = &fd,
		.fd_count = 1,
		.policy = {.memory_limit = STATIC_MEMORY_BASE + 4 * (uint64_t)job->sample.size,
			   .tolerate_open = true},
		.timeout_ms = STATIC_TIMEOUT_MS,
		.record = &record_static_report,
	};
	return confined_run(&call, job->arena, ret);
}

struct error *stage_static(struct job *job)
{
	struct static_report *report = arena_new_of(job->arena, struct static_report);

	struct error *err = static_run(job, job->sample_fd, job->sample_name, report);
	if (err)
		return err;
	job->report->static_ = report;
	job->report->sample->hashes = report->hashes;
	job->report->sample->kind = report->kind;
	job->report->sample->type = report->type;
	return NULL;
}
