/* SPDX-License-Identifier: MIT */
#include "guest/freeze.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"

enum { SMALL_FILE = 64 * 1024 };

static bool write_text(const char *folder, const char *name, const char *text)
{
	char path[256];
	cleanup_close int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

void freezer_init(struct freezer *freezer)
{
	static const char *const folders[] = {"/sys/fs/cgroup/machine.slice-1",
					      "/sys/fs/cgroup/unified/machine.slice-1"};

	*freezer = (struct freezer){0};
	freezer->tasks = xcalloc(FREEZE_TASKS_MAX, sizeof(*freezer->tasks));
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		mkdir(folders[i], 0755);
		if (!write_text(folders[i], "cgroup.freeze", "1"))
			continue;
		freezer->folder = xstrdup(folders[i]);
		return;
	}
}

void freezer_deinit(struct freezer *freezer)
{
	free(freezer->folder);
	free(freezer->tasks);
	*freezer = (struct freezer){0};
}

/* The state letter of a thread, 0 when it is gone. */
static char thread_state(const struct marked_task *task)
{
	char path[64];
	cleanup_free char *stat = NULL;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", task->tgid, task->tid);
	cleanup_error struct error *err = file_read(path, SMALL_FILE, &stat, &size);
	if (err)
		return 0;
	const char *end = strrchr(stat, ')');
	return end && end[1] == ' ' ? end[2] : 0;
}

static bool thread_in_group(const struct freezer *freezer, const struct marked_task *task)
{
	char path[64];
	cleanup_free char *text = NULL;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%u/cgroup", task->tgid);
	cleanup_error struct error *err = file_read(path, SMALL_FILE, &text, &size);
	return !err && strstr(text, strrchr(freezer->folder, '/')) != NULL;
}

static bool group_is_frozen(const struct freezer *freezer)
{
	char path[256];
	cleanup_free char *text = NULL;
	size_t size;

	snprintf(path, sizeof(path), "%s/cgroup.events", freezer->folder);
	cleanup_error struct error *err = file_read(path, SMALL_FILE, &text, &size);
	return !err && strstr(text, "frozen 1") != NULL;
}

static void stop_process(const struct freezer *freezer, uint32_t tgid)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", tgid);
	if (!freezer->folder || !write_text(freezer->folder, "cgroup.procs", text))
		kill((pid_t)tgid, SIGSTOP);
}

/* A thread that is there no more, or only as what its parent has not waited for. */
static bool is_gone(char state)
{
	return !state || strchr("ZXx", state);
}

static bool is_frozen(const struct freezer *freezer, const struct marked_task *task, char state,
		      bool group_frozen)
{
	return strchr("Tt", state) ||
	       (freezer->folder && group_frozen && thread_in_group(freezer, task));
}

struct error *freezer_step(struct freezer *freezer, struct capture *capture, bool *ret_done)
{
	struct error *err = capture_list_marked(capture, freezer->tasks, FREEZE_TASKS_MAX,
						&freezer->task_count);
	if (err)
		return err;
	bool group_frozen = freezer->folder && group_is_frozen(freezer);
	bool done = true;
	freezer->process_count = 0;
	for (size_t i = 0; i < freezer->task_count; i++) {
		const struct marked_task *task = &freezer->tasks[i];
		char state = thread_state(task);
		if (is_gone(state))
			continue;
		freezer->process_count += task->tid == task->tgid;
		/* One that is only stopped is moved too: a SIGCONT would set it free. */
		if (!freezer->folder || !thread_in_group(freezer, task))
			stop_process(freezer, task->tgid);
		done = done && is_frozen(freezer, task, state, group_frozen);
	}
	*ret_done = done;
	return NULL;
}

size_t freezer_running(const struct freezer *freezer)
{
	bool group_frozen = freezer->folder && group_is_frozen(freezer);
	size_t running = 0;

	for (size_t i = 0; i < freezer->task_count; i++) {
		char state = thread_state(&freezer->tasks[i]);
		running += !is_gone(state) &&
			   !is_frozen(freezer, &freezer->tasks[i], state, group_frozen);
	}
	return running;
}
