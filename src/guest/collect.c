/* SPDX-License-Identifier: MIT */
#include "guest/collect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	CHUNK = 128 * 1024,
	LINK_SIZE = 4096,
	ITEMS_MAX = 2 * CHANGES_MAX,
	MILLISECOND_NS = 1000000,
	SECOND_NS = 1000000000,
};

void collector_init(struct collector *collector)
{
	*collector = (struct collector){.fd = -1};
}

void collector_deinit(struct collector *collector)
{
	vec_foreach(&collector->items, item) {
		free(item->open_path);
		free(item->path);
	}
	vec_deinit(&collector->items);
	vec_deinit(&collector->seen);
	if (collector->fd >= 0)
		close(collector->fd);
	collector_init(collector);
}

static void add(struct collector *collector, const char *open_path, const char *path, uint32_t kind,
		uint64_t writer)
{
	if (collector->items.count == ITEMS_MAX)
		return;
	struct collect_item *item = vec_push(&collector->items);
	*item = (struct collect_item){.open_path = xstrdup(open_path),
				      .path = xstrdup(path),
				      .kind = kind,
				      .writer = writer};
}

void collector_start(struct collector *collector, const struct control_collect *limits,
		     const struct changes *changes, const struct monitors *monitors)
{
	collector_deinit(collector);
	collector->active = true;
	collector->limits = *limits;
	collector->deadline_ns =
		clock_monotonic_ns() + (uint64_t)limits->timeout_ms * MILLISECOND_NS;
	for (size_t i = 0; i < changes->capacity; i++) {
		const struct change *change = &changes->slots[i];
		if (change->path)
			add(collector, change->path, change->path, CONTROL_FILE_CHANGED,
			    change->writer);
	}
	for (size_t i = 0; i < monitors->count; i++) {
		const struct monitor *monitor = &monitors->list[i];
		char log[LINK_SIZE];
		snprintf(log, sizeof(log), "%s.log", monitor->output);
		add(collector, monitor->output, monitor->command, CONTROL_FILE_MONITOR, 0);
		add(collector, log, monitor->command, CONTROL_FILE_MONITOR, 0);
	}
}

/* Adds what `link` of /proc/PID points to when no path leads there. */
static void add_link(struct collector *collector, const char *link)
{
	char target[LINK_SIZE];
	ssize_t size = readlink(link, target, sizeof(target) - 1);

	if (size <= 0)
		return;
	target[size] = '\0';
	if (target[0] == '/' && text_ends_with(target, " (deleted)"))
		add(collector, link, target, CONTROL_FILE_UNNAMED, 0);
}

void collector_add_unnamed(struct collector *collector, uint32_t tgid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/exe", tgid);
	add_link(collector, path);
	snprintf(path, sizeof(path), "/proc/%u/fd", tgid);
	DIR *folder = opendir(path);
	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder));) {
		char link[384];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(link, sizeof(link), "%s/%s", path, entry->d_name);
		add_link(collector, link);
	}
	closedir(folder);
}

/* As event records have it. */
static uint32_t device_of(const struct stat *stat)
{
	return major(stat->st_dev) << 20 | minor(stat->st_dev);
}

static bool is_seen(struct collector *collector, const struct stat *stat)
{
	vec_foreach(&collector->seen, key) {
		if (key->inode == stat->st_ino && key->device == device_of(stat))
			return true;
	}
	struct inode_key *key = vec_push(&collector->seen);
	*key = (struct inode_key){.inode = stat->st_ino, .device = device_of(stat)};
	return false;
}

static void skip(struct collector *collector, struct port *stream, const struct collect_item *item,
		 const struct stat *stat, uint32_t reason, int errnum)
{
	struct control_message message = {
		.type = FRAME_FILE_SKIPPED,
		.file_skipped = {.reason = reason,
				 .kind = item->kind,
				 .size = stat ? (uint64_t)stat->st_size : 0,
				 .inode = stat ? stat->st_ino : 0,
				 .device = stat ? device_of(stat) : 0,
				 .error = (uint32_t)errnum,
				 .path = span_text(item->path)},
	};

	port_send(stream, &message);
	collector->sums.skipped++;
}

/* Files of proc, sysfs, cgroups and the like have no content of their own. */
static bool is_pseudo(int fd)
{
	static const unsigned long kinds[] = {0x9fa0,     0x62656572, 0x63677270,
					      0x27e0eb,   0x64626720, 0x74726163,
					      0x73636673, 0xcafe4a11, 0x1cd1};
	struct statfs stat;

	if (fstatfs(fd, &stat) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if ((unsigned long)stat.f_type == kinds[i])
			return true;
	}
	return false;
}

static void begin(struct collector *collector, struct port *stream, const struct collect_item *item,
		  const struct stat *stat)
{
	struct control_message message = {
		.type = FRAME_FILE_BEGIN,
		.file_begin = {.id = ++collector->id,
			       .kind = item->kind,
			       .mode = stat->st_mode,
			       .uid = stat->st_uid,
			       .gid = stat->st_gid,
			       .device = device_of(stat),
			       .inode = stat->st_ino,
			       .size = (uint64_t)stat->st_size,
			       .mtime_ns = (uint64_t)stat->st_mtim.tv_sec * SECOND_NS +
					   (uint64_t)stat->st_mtim.tv_nsec,
			       .writer = item->writer,
			       .path = span_text(item->path)},
	};

	port_send(stream, &message);
	collector->offset = 0;
	collector->size = (uint64_t)stat->st_size;
	collector->sums.files++;
}

static void open_item(struct collector *collector, struct port *stream,
		      const struct collect_item *item)
{
	int follow = item->kind == CONTROL_FILE_UNNAMED ? 0 : O_NOFOLLOW;
	struct stat stat;
	cleanup_close int fd =
		open(item->open_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | follow);

	if (fd < 0 || fstat(fd, &stat) < 0) {
		/* A monitor need not write both of its outputs. */
		if (item->kind != CONTROL_FILE_MONITOR)
			skip(collector, stream, item, NULL,
			     errno == ENOENT || errno == ENOTDIR ? CONTROL_SKIP_GONE
			     : errno == ELOOP                    ? CONTROL_SKIP_NOT_REGULAR
								 : CONTROL_SKIP_ERROR,
			     errno);
		return;
	}
	if (is_pseudo(fd) || is_seen(collector, &stat))
		return;
	if (!S_ISREG(stat.st_mode)) {
		skip(collector, stream, item, &stat, CONTROL_SKIP_NOT_REGULAR, 0);
		return;
	}
	if ((uint64_t)stat.st_size > collector->limits.file_limit) {
		skip(collector, stream, item, &stat, CONTROL_SKIP_FILE_LIMIT, 0);
		return;
	}
	if ((uint64_t)stat.st_size > collector->limits.total_limit - collector->sums.bytes) {
		skip(collector, stream, item, &stat, CONTROL_SKIP_TOTAL_LIMIT, 0);
		return;
	}
	begin(collector, stream, item, &stat);
	collector->fd = steal(&fd);
}

/* Sends the next part of the open file, and its end. */
static void send_part(struct collector *collector, struct port *stream)
{
	static char bytes[CHUNK];
	uint64_t left = collector->size - collector->offset;
	ssize_t got = left ? read(collector->fd, bytes, min_of(left, (uint64_t)CHUNK)) : 0;

	if (got > 0) {
		struct control_message data = {
			.type = FRAME_FILE_DATA,
			.file_data = {.id = collector->id,
				      .offset = collector->offset,
				      .data = span_of(bytes, (size_t)got)},
		};
		port_send(stream, &data);
		collector->offset += (uint64_t)got;
		collector->sums.bytes += (uint64_t)got;
		return;
	}
	struct control_message end = {
		.type = FRAME_FILE_END,
		.file_end = {.id = collector->id,
			     .error = got < 0 ? (uint32_t)errno : 0,
			     .size = collector->offset},
	};
	port_send(stream, &end);
	close(collector->fd);
	collector->fd = -1;
}

bool collector_step(struct collector *collector, struct port *stream)
{
	if (collector->fd >= 0) {
		send_part(collector, stream);
		return true;
	}
	if (collector->next == collector->items.count) {
		collector->active = false;
		return false;
	}
	const struct collect_item *item = &collector->items.data[collector->next++];
	if (clock_monotonic_ns() > collector->deadline_ns)
		skip(collector, stream, item, NULL, CONTROL_SKIP_TIME, 0);
	else
		open_item(collector, stream, item);
	return true;
}
