/* SPDX-License-Identifier: MIT */
#include "guest/processes.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum {
	SMALL_FILE = 64 * 1024,
	ARGV_LIMIT = 256 * 1024,
	ARGV_SENT = 4096,
	LINK_SIZE = 4096,
	PROCESSES_MAX = 4096,
};

/* The numbers of /proc/PID/stat behind the name, from field 3 on: proc(5). */
static bool read_stat(uint64_t pid, struct control_process *ret, char comm[64])
{
	char path[64];
	cleanup_free char *stat = NULL;
	size_t size;
	char state;
	int ppid;
	unsigned long long start;

	snprintf(path, sizeof(path), "/proc/%u/stat", (unsigned)pid);
	cleanup_error struct error *err = file_read(path, SMALL_FILE, &stat, &size);
	if (err)
		return false;
	char *open = strchr(stat, '(');
	char *end = strrchr(stat, ')');
	if (!open || !end || end < open)
		return false;
	*end = '\0';
	snprintf(comm, 64, "%s", open + 1);
	if (sscanf(end + 1,
		   " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		   "%llu",
		   &state, &ppid, &start) != 3)
		return false;
	ret->ppid = (uint32_t)ppid;
	ret->start_ticks = start;
	return true;
}

static uint32_t read_uid(uint64_t pid)
{
	char path[64];
	cleanup_free char *status = NULL;
	size_t size;
	unsigned uid = UINT32_MAX;

	snprintf(path, sizeof(path), "/proc/%u/status", (unsigned)pid);
	cleanup_error struct error *err = file_read(path, SMALL_FILE, &status, &size);
	const char *line = err ? NULL : strstr(status, "\nUid:");
	if (line && sscanf(line + 5, "%u", &uid) != 1)
		uid = UINT32_MAX;
	return uid;
}

static bool is_marked(uint64_t pid, const struct marked_task *marked, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (marked[i].tgid == pid)
			return true;
	}
	return false;
}

static bool send_process(struct port *stream, uint64_t pid, bool marked)
{
	struct control_message message = {.type = FRAME_PROCESS};
	char path[64];
	char comm[64];
	char executable[LINK_SIZE];
	cleanup_free char *argv = NULL;
	size_t argv_size = 0;

	message.process.pid = (uint32_t)pid;
	message.process.marked = marked;
	if (!read_stat(pid, &message.process, comm))
		return false;
	message.process.uid = read_uid(pid);
	snprintf(path, sizeof(path), "/proc/%u/exe", (unsigned)pid);
	ssize_t link = readlink(path, executable, sizeof(executable));
	snprintf(path, sizeof(path), "/proc/%u/cmdline", (unsigned)pid);
	cleanup_error struct error *err = file_read(path, ARGV_LIMIT, &argv, &argv_size);
	message.process.comm = span_text(comm);
	message.process.executable = span_of(executable, link > 0 ? (size_t)link : 0);
	message.process.argv = span_of(argv, err ? 0 : min_of(argv_size, (size_t)ARGV_SENT));
	port_send(stream, &message);
	return true;
}

struct error *processes_send(struct port *stream, const struct marked_task *marked,
			     size_t marked_count, size_t *ret_count)
{
	DIR *proc = opendir("/proc");
	size_t count = 0;

	if (!proc)
		return error_os(errno, "open '/proc'");
	for (struct dirent *entry; count < PROCESSES_MAX && (entry = readdir(proc));) {
		uint64_t pid;
		if (!text_to_u64(entry->d_name, &pid) || pid > UINT32_MAX)
			continue;
		count += send_process(stream, pid, is_marked(pid, marked, marked_count));
	}
	closedir(proc);
	*ret_count = count;
	return NULL;
}
