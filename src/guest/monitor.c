/* SPDX-License-Identifier: MIT */
#include "guest/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

enum { STATUS_LIMIT = 64 * 1024 };

static const char output_folder[] = "/run/monitor";

char *monitor_expand(const char *command, pid_t pid, const char *output)
{
	struct buffer text = {0};

	while (*command) {
		if (text_starts_with(command, "{pid}")) {
			buffer_printf(&text, "%d", (int)pid);
			command += 5;
		} else if (text_starts_with(command, "{out}")) {
			buffer_append_text(&text, output);
			command += 5;
		} else {
			buffer_append_char(&text, *command++);
		}
	}
	buffer_append_text(&text, "");
	return text.data ? buffer_steal(&text) : xstrdup("");
}

__attribute__((noreturn)) static void monitor_main(const char *command, int gate, int output)
{
	char byte;

	setsid();
	if (read(gate, &byte, 1) != 1)
		_exit(1);
	dup2(output, 1);
	dup2(output, 2);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

struct error *monitor_start(struct monitors *monitors, struct span command, pid_t pid)
{
	struct error *err;
	int gate[2];
	cleanup_close int output = -1;

	if (monitors->count == MONITORS_MAX)
		return error_new(ERROR_LIMIT, "more than %d monitors", MONITORS_MAX);
	err = file_make_folders(output_folder, 0700);
	if (err)
		return err;
	cleanup_free char *path = xasprintf("%s/%zu", output_folder, monitors->count);
	cleanup_free char *given = xstrndup((const char *)command.data, command.size);
	cleanup_free char *expanded = monitor_expand(given, pid, path);
	cleanup_free char *log = xasprintf("%s.log", path);
	err = file_open(log, O_CREAT | O_TRUNC | O_WRONLY, 0600, &output);
	if (err)
		return err;
	if (pipe2(gate, O_CLOEXEC) < 0)
		return error_os(errno, "make a pipe");
	pid_t child = fork();
	if (child == 0) {
		close(gate[1]);
		monitor_main(expanded, gate[0], output);
	}
	close(gate[0]);
	if (child < 0) {
		close(gate[1]);
		return error_os(errno, "fork");
	}
	monitors->list[monitors->count++] = (struct monitor){
		.pid = child, .command = steal(&given), .output = steal(&path), .gate = gate[1]};
	return NULL;
}

void monitor_release(struct monitor *monitor)
{
	if (monitor->gate < 0)
		return;
	/* A monitor that is already dead shows by not being attached. */
	if (write(monitor->gate, "", 1) < 0)
		kill(monitor->pid, SIGKILL);
	close(monitor->gate);
	monitor->gate = -1;
}

void monitors_stop(struct monitors *monitors)
{
	for (size_t i = 0; i < monitors->count; i++) {
		/* Its session, whose leader is the shell. */
		if (monitors->list[i].pid > 0)
			kill(-monitors->list[i].pid, SIGTERM);
	}
}

void monitors_deinit(struct monitors *monitors)
{
	for (size_t i = 0; i < monitors->count; i++) {
		free(monitors->list[i].command);
		free(monitors->list[i].output);
	}
	monitors->count = 0;
}

bool process_is_traced(pid_t pid)
{
	char path[64];
	cleanup_free char *status = NULL;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	cleanup_error struct error *err = file_read(path, STATUS_LIMIT, &status, &size);
	if (err)
		return false;
	const char *line = strstr(status, "\nTracerPid:\t");
	return line && line[12] != '0';
}
