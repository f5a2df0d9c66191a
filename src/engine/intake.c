/* SPDX-License-Identifier: MIT */
/* Takes the sample in: a sealed copy in memory, its name, its place in the guest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/text.h"
#include "engine/job.h"

/* The last part of a path; never empty. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static struct error *seal_copy(const char *path, int *ret_fd)
{
	cleanup_close int in = -1;
	cleanup_close int copy = -1;
	struct stat status;

	struct error *err = file_open(path, O_RDONLY | O_NONBLOCK, 0, &in);
	if (err)
		return err;
	if (fstat(in, &status) != 0)
		return error_os(errno, "stat '%s'", path);
	if (!S_ISREG(status.st_mode))
		return error_new(ERROR_USAGE, "'%s' is no regular file", path);
	if (status.st_size > SAMPLE_SIZE_LIMIT)
		return error_new(ERROR_LIMIT, "'%s' is larger than %d MiB", path,
				 SAMPLE_SIZE_LIMIT / 1024 / 1024);
	copy = memfd_create("sample", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy < 0)
		return error_os(errno, "memfd_create");
	err = file_copy_fd(in, copy, NULL);
	if (err)
		return error_wrap(err, "copy '%s'", path);
	if (fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return error_os(errno, "seal the copy of the sample");
	*ret_fd = steal(&copy);
	return NULL;
}

static struct error *check_name(const char *name)
{
	if (strlen(name) == 0 || strlen(name) > 200 || strchr(name, '/') ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return error_new(ERROR_USAGE, "'%s' is no name for a file in the guest", name);
	return NULL;
}

struct error *stage_intake(struct job *job)
{
	const struct analysis_options *options = job->options;
	struct sample *sample = job->report->sample;

	struct error *err = seal_copy(options->sample_path, &job->sample_fd);
	if (err)
		return err;
	err = mapping_init(&job->sample, job->sample_fd, SAMPLE_SIZE_LIMIT);
	if (err)
		return err;
	const char *name = options->name ? options->name : base_name(options->sample_path);
	err = check_name(name);
	if (err)
		return err;
	const char *folder = options->cwd;
	if (!folder)
		folder = text_equal(options->user, "root")
				 ? "/root"
				 : arena_printf(job->arena, "/home/%s", options->user);
	job->sample_name = arena_strdup(job->arena, name);
	job->guest_path =
		arena_printf(job->arena, "%s/%s", text_equal(folder, "/") ? "" : folder, name);
	sample->name = job->sample_name;
	sample->size = job->sample.size;
	sample->guest_path = options->static_only ? NULL : job->guest_path;
	sample->user = options->static_only ? NULL : options->user;
	sample->cwd = options->static_only ? NULL : folder;
	sample->arguments.data = (const char **)(uintptr_t)options->arguments;
	sample->arguments.count = options->argument_count;
	return NULL;
}
