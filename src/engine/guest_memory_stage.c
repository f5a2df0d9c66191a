/* SPDX-License-Identifier: MIT */
#include "engine/guest_memory_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/confined.h"
#include "memory/memory.h"

enum {
	MEMORY_TIMEOUT_MS = 60000,
	LIME_MAGIC = 0x4c694d45,
	LIME_VERSION = 1,
	KEEP_BLOCK = 1024 * 1024, /* all-zero blocks of this size are left out */
};

struct memory_call {
	struct image_region regions[GUEST_MEMORY_REGIONS_MAX];
	size_t count;
};

/* In the confined child. */
static struct error *analyze_memory(const struct confine_child *child)
{
	const struct memory_call *call = child->context;
	cleanup_arena struct arena *arena = arena_new(MEMORY_ARENA_MAX);
	cleanup_image struct image *image = NULL;
	struct memory_report report = {0};

	struct error *err = image_open_live(child->fds[0], call->regions, call->count, &image);
	if (!err)
		err = memory_analyze(image, NULL, arena, &report);
	return err ? err : confined_answer(child, &record_memory_report, &report);
}

static bool is_zero(const char *bytes, size_t size)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* One record of LiME v1: a header and the bytes [paddr, paddr + size). */
static struct error *write_lime_record(int fd, uint64_t paddr, const char *bytes, size_t size)
{
	cleanup_buffer struct buffer header = {0};

	buffer_append_u32(&header, LIME_MAGIC);
	buffer_append_u32(&header, LIME_VERSION);
	buffer_append_u64(&header, paddr);
	buffer_append_u64(&header, paddr + size - 1);
	buffer_append_u64(&header, 0);
	struct error *err = file_write_fd(fd, header.data, header.size);
	return err ? err : file_write_fd(fd, bytes, size);
}

static struct error *write_region(int fd, int memory_fd, const struct guest_region *region)
{
	cleanup_free char *block = xmalloc(KEEP_BLOCK);

	for (uint64_t at = 0; at < region->size; at += KEEP_BLOCK) {
		size_t size = (size_t)min_of(region->size - at, (uint64_t)KEEP_BLOCK);
		ssize_t got = pread(memory_fd, block, size, (off_t)(region->vaddr + at));
		if (got != (ssize_t)size)
			return error_os(got < 0 ? errno : EIO, "read the guest's memory");
		if (is_zero(block, size))
			continue;
		struct error *err = write_lime_record(fd, region->paddr + at, block, size);
		if (err)
			return err;
	}
	return NULL;
}

/* memory/guest.lime, for other tools and for `habo memory`. */
static struct error *keep_memory(struct job *job, const struct guest_memory *memory)
{
	cleanup_close int fd = -1;

	struct error *err = file_make_folders(job_path(job, "memory"), 0755);
	if (!err)
		err = file_open(job_path(job, RESULT_MEMORY),
				O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644, &fd);
	for (size_t i = 0; !err && i < memory->region_count; i++)
		err = write_region(fd, memory->fd, &memory->regions[i]);
	return error_wrap(err, "keep the guest's memory");
}

static struct error *analyze(struct job *job, const struct guest_memory *memory)
{
	struct memory_report *report = arena_new_of(job->arena, struct memory_report);
	struct memory_call context = {.count = memory->region_count};

	for (size_t i = 0; i < memory->region_count; i++)
		context.regions[i] = (struct image_region){
			.paddr = memory->regions[i].paddr,
			.size = memory->regions[i].size,
			.host_offset = memory->regions[i].vaddr,
		};
	const struct confined_call call = {
		.name = "memory analysis",
		.function = analyze_memory,
		.context = &context,
		.fds = &memory->fd,
		.fd_count = 1,
		.timeout_ms = MEMORY_TIMEOUT_MS,
		.record = &record_memory_report,
	};
	struct error *err = confined_run(&call, job->arena, report);
	if (!err)
		job->report->memory = report;
	return err;
}

struct error *guest_memory_stage(struct job *job, struct vm_run *run)
{
	struct guest_memory memory = {.fd = -1};

	struct error *err = vm_run_memory(run, &memory);
	if (err)
		return err;
	err = analyze(job, &memory);
	if (!err && job->options->keep_memory)
		err = keep_memory(job, &memory);
	guest_memory_deinit(&memory);
	return err;
}
