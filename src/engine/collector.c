/* SPDX-License-Identifier: MIT */
#include "engine/collector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "digest/digest.h"

static const char incoming[] = ".incoming";

struct error *collector_init(struct collector *collector, const char *folder, uint64_t total_limit,
			     struct arena *arena)
{
	cleanup_free char *path = xasprintf("%s/files", folder);

	*collector = (struct collector){
		.arena = arena, .folder_fd = -1, .fd = -1, .total_limit = total_limit};
	struct error *err = file_make_folders(path, 0755);
	if (err)
		return err;
	return file_open(path, O_RDONLY | O_DIRECTORY, 0, &collector->folder_fd);
}

static void close_current(struct collector *collector)
{
	if (collector->fd >= 0)
		close(collector->fd);
	collector->fd = -1;
	collector->is_open = false;
}

void collector_deinit(struct collector *collector)
{
	if (collector->folder_fd >= 0) {
		unlinkat(collector->folder_fd, incoming, 0);
		close(collector->folder_fd);
	}
	collector->folder_fd = -1;
	close_current(collector);
	vec_deinit(&collector->files);
	error_free(collector->err);
	collector->err = NULL;
}

static void fail(struct collector *collector, const char *what)
{
	if (!collector->err)
		collector->err = error_os(errno, "%s", what);
}

static void list(struct collector *collector, const struct collected_file *file)
{
	if (collector->files.count >= COLLECTOR_FILES_MAX)
		collector->over_limit++;
	else
		vec_add(&collector->files, *file);
}

static const char *keep_path(struct collector *collector, struct span path)
{
	return arena_strndup(collector->arena, path.data, min_of(path.size, (size_t)4096));
}

/* A file that never got its end is listed as it is. */
static void finish_current(struct collector *collector);

void collector_begin(struct collector *collector, const struct control_file_begin *begin)
{
	if (collector->is_open) {
		collector->current.is_cut = true;
		finish_current(collector);
	}
	collector->current = (struct collected_file){
		.guest_path = keep_path(collector, begin->path),
		.kind = (enum control_file_kind)begin->kind,
		.mode = begin->mode,
		.uid = begin->uid,
		.gid = begin->gid,
		.inode = begin->inode,
		.writer = begin->writer,
		.size = begin->size,
	};
	collector->id = begin->id;
	collector->received = 0;
	collector->is_open = true;
	unlinkat(collector->folder_fd, incoming, 0);
	collector->fd = openat(collector->folder_fd, incoming,
			       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (collector->fd < 0)
		fail(collector, "make a file for what the guest sends");
}

void collector_data(struct collector *collector, const struct control_file_data *data)
{
	if (!collector->is_open || data->id != collector->id || collector->fd < 0)
		return;
	if (data->offset != collector->received ||
	    data->data.size > collector->total_limit - collector->total) {
		collector->current.is_cut = true;
		return;
	}
	struct error *err = file_write_fd(collector->fd, data->data.data, data->data.size);
	if (err) {
		collector->current.is_cut = true;
		if (!collector->err)
			collector->err = err;
		else
			error_free(err);
		return;
	}
	collector->received += data->data.size;
	collector->total += data->data.size;
}

/* Names the received file for its digest; NULL when it cannot be kept. */
static const char *name_by_digest(struct collector *collector)
{
	cleanup_mapping struct mapping mapping = {0};
	char text[DIGEST_TEXT_SIZE];
	struct digest_set digests;

	struct error *err = mapping_init(&mapping, collector->fd, UINT64_MAX);
	if (err) {
		error_free(err);
		return NULL;
	}
	digest_compute(mapping_span(&mapping), DIGEST_SHA256, &digests);
	digest_text(digests.sha256, sizeof(digests.sha256), text);
	if (renameat(collector->folder_fd, incoming, collector->folder_fd, text) != 0) {
		fail(collector, "name a file from the guest");
		return NULL;
	}
	return arena_strdup(collector->arena, text);
}

static void finish_current(struct collector *collector)
{
	struct collected_file *file = &collector->current;

	if (collector->fd >= 0 && (collector->received > 0 || file->size == 0))
		file->sha256 = name_by_digest(collector);
	if (file->sha256)
		file->size = collector->received;
	else
		file->not_kept = "it could not be read or is over the budget of this analysis";
	list(collector, file);
	close_current(collector);
}

void collector_end(struct collector *collector, const struct control_file_end *end)
{
	if (!collector->is_open || end->id != collector->id)
		return;
	if (end->error || end->size != collector->received)
		collector->current.is_cut = true;
	finish_current(collector);
}

void collector_skipped(struct collector *collector, const struct control_file_skipped *skipped)
{
	static const char *const reasons[] = {
		[CONTROL_SKIP_GONE] = "it is no longer there",
		[CONTROL_SKIP_FILE_LIMIT] = "it is larger than the limit for one file",
		[CONTROL_SKIP_TOTAL_LIMIT] = "the budget of this analysis was used up",
		[CONTROL_SKIP_NOT_REGULAR] = "it is no regular file",
		[CONTROL_SKIP_ERROR] = "it could not be read",
		[CONTROL_SKIP_TIME] = "the time for collecting was over",
	};
	const char *reason =
		skipped->reason < ARRAY_SIZE(reasons) ? reasons[skipped->reason] : NULL;
	struct collected_file file = {
		.guest_path = keep_path(collector, skipped->path),
		.kind = (enum control_file_kind)skipped->kind,
		.inode = skipped->inode,
		.size = skipped->size,
		.not_kept = reason ? reason : "the agent gave no reason",
		.is_gone = skipped->reason == CONTROL_SKIP_GONE,
	};

	list(collector, &file);
}
