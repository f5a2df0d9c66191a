/* SPDX-License-Identifier: MIT */
/*
 * restore_times [RUNS [CONCURRENT]]: how long a restore takes until the agent's first answer, beside a
 * cold boot of the same guest in the same run, and how much memory each of several machines that run
 * at once has for itself. Prints JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json_reader.h"
#include "vm/place.h"
#include "vm/run.h"
#include "wire/control.h"

enum { MAX_RUNS = 200, ANSWER_TIMEOUT_MS = 20000, LIGHT_WORK_MS = 2000 };

struct times {
	double loaded_ms, answered_ms;
};

static double ms_since(uint64_t start_ns)
{
	return (double)(clock_monotonic_ns() - start_ns) / 1e6;
}

/* HELLO, and the wait for its DONE. */
static struct error *greet(struct vm_run *run)
{
	const struct control_message hello = {
		.type = FRAME_HELLO,
		.hello = {.version = CONTROL_VERSION,
			  .realtime_ns = clock_realtime_ns(),
			  .key = 1,
			  .entropy = span_text("0123456789abcdef0123456789abcdef")}};
	cleanup_buffer struct buffer out = {0};
	struct frame_reader reader;
	struct frame frame;
	char chunk[4096];
	int fd = vm_run_control(run);

	control_append(&out, 0, 0, &hello);
	struct error *err = file_write_fd(fd, out.data, out.size);
	frame_reader_init(&reader);
	for (bool done = false; !err && !done;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		if (poll(&ready, 1, ANSWER_TIMEOUT_MS) <= 0) {
			err = error_new(ERROR_TIMEOUT, "no answer from the agent");
			break;
		}
		ssize_t got = recv(fd, chunk, sizeof(chunk), 0);
		if (got <= 0) {
			err = error_new(ERROR_FAILED, "the machine hung up");
			break;
		}
		frame_reader_feed(&reader, chunk, (size_t)got);
		while (frame_reader_next(&reader, &frame))
			done |= frame.type == FRAME_DONE;
	}
	frame_reader_deinit(&reader);
	return err;
}

static struct error *start(const struct vm_template *template, struct vm_run **ret,
			   struct times *times)
{
	const struct vm_run_options options = {
		.network = JAIL_SIMULATED, .capture_fd = -1, .internet_fd = VM_NO_INTERNET};
	uint64_t began = clock_monotonic_ns();

	struct error *err = vm_run_start(template, &options, ret);
	if (err)
		return err;
	times->loaded_ms = ms_since(began);
	err = vm_run_resume(*ret);
	if (!err)
		err = greet(*ret);
	times->answered_ms = ms_since(began);
	return err;
}

static int compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* A line of /proc/PID/smaps_rollup in KiB. */
static uint64_t rollup_kib(pid_t pid, const char *name)
{
	cleanup_free char *path = xasprintf("/proc/%d/smaps_rollup", pid);
	cleanup_free char *wanted = xasprintf("\n%s:", name);
	cleanup_free char *text = NULL;
	size_t size;

	struct error *err = file_read(path, 65536, &text, &size);
	if (err) {
		error_free(err);
		return 0;
	}
	const char *line = strstr(text, wanted);
	return line ? strtoull(line + strlen(wanted), NULL, 10) : 0;
}

static struct error *measure_restores(const struct vm_template *template, int runs,
				      double *ret_answered_ms)
{
	double loaded[MAX_RUNS], answered[MAX_RUNS];

	for (int i = 0; i < runs; i++) {
		cleanup_run struct vm_run *run = NULL;
		struct times times;
		struct error *err = start(template, &run, &times);
		if (!err)
			err = vm_run_end(run, 2000);
		if (err)
			return err;
		loaded[i] = times.loaded_ms;
		answered[i] = times.answered_ms;
	}
	qsort(loaded, (size_t)runs, sizeof(loaded[0]), compare);
	qsort(answered, (size_t)runs, sizeof(answered[0]), compare);
	printf("  \"restores\": %d,\n  \"loaded_ms\": {\"min\": %.1f, \"median\": %.1f, \"max\": "
	       "%.1f},\n"
	       "  \"answered_ms\": {\"min\": %.1f, \"median\": %.1f, \"max\": %.1f},\n",
	       runs, loaded[0], loaded[runs / 2], loaded[runs - 1], answered[0], answered[runs / 2],
	       answered[runs - 1]);
	*ret_answered_ms = answered[runs / 2];
	return NULL;
}

static struct error *measure_memory(const struct vm_template *template, int count)
{
	struct vm_run *runs[MAX_RUNS] = {0};
	struct error *err = NULL;
	struct times times;

	for (int i = 0; i < count && !err; i++)
		err = start(template, &runs[i], &times);
	poll(NULL, 0, LIGHT_WORK_MS);
	printf("  \"concurrent\": %d,\n  \"private_mib\": [", count);
	/* With others beside it, what a run shares with them is not in its Private lines. */
	for (int i = 0; i < count && !err; i++) {
		pid_t pid = vm_run_qemu(runs[i]);
		uint64_t kib = rollup_kib(pid, "Private_Clean") + rollup_kib(pid, "Private_Dirty");
		printf("%s%.1f", i ? ", " : "", (double)kib / 1024);
	}
	printf("],\n  \"anonymous_mib\": [");
	for (int i = 0; i < count && !err; i++)
		printf("%s%.1f", i ? ", " : "",
		       (double)rollup_kib(vm_run_qemu(runs[i]), "Anonymous") / 1024);
	printf("]\n");
	for (int i = 0; i < count; i++)
		vm_run_free(runs[i]);
	return err;
}

/* Makes a template of the same image anew, in a state folder of its own, and asks how long its guest
 * took to be up: agent ready, and a login on the console. */
static struct error *measure_boot(const char *state, double *ret_ms)
{
	char folder[] = "/tmp/habo-bench-XXXXXX";
	const struct template_options options = {.state = folder, .accelerator = "tcg"};
	cleanup_template struct vm_template template = {0};
	cleanup_json struct json_document *manifest = NULL;
	int64_t boot_ms = 0;

	if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
		return error_os(errno, "make a folder in /tmp");
	cleanup_free char *images = xasprintf("%s/images", state);
	cleanup_free char *link = xasprintf("%s/images", folder);
	struct error *err = symlink(images, link) == 0 ? NULL : error_os(errno, "'%s'", link);
	if (!err)
		err = vm_template_make(&options, &template);
	if (!err) {
		cleanup_free char *path = xasprintf("%s/manifest.json", template.folder);
		err = json_document_load(path, 65536, &manifest);
	}
	if (!err && !json_get_i64(json_get(json_root(manifest), "boot_ms"), &boot_ms))
		err = error_new(ERROR_FORMAT, "the template's manifest has no boot_ms");
	if (template.folder)
		chmod(template.folder, 0755);
	error_free(file_remove_tree(folder));
	*ret_ms = (double)boot_ms;
	return err;
}

static struct error *measure(int runs, int concurrent)
{
	const struct template_options options = {0};
	cleanup_template struct vm_template template = {0};
	cleanup_free char *state = place_state(NULL);
	double answered_ms = 0, boot_ms = 0;

	struct error *err = vm_template_find(&options, &template);
	if (err)
		return err;
	printf("{\n  \"accelerator\": \"%s\",\n", template.machine.accelerator);
	err = measure_restores(&template, runs, &answered_ms);
	if (!err)
		err = measure_boot(state, &boot_ms);
	if (err)
		return err;
	printf("  \"cold_boot_ms\": %.0f,\n  \"boot_to_restore\": %.0f,\n", boot_ms,
	       boot_ms / answered_ms);
	err = measure_memory(&template, concurrent);
	printf("}\n");
	return err;
}

int main(int argc, char **argv)
{
	int runs = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10;
	int concurrent = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 3;

	if (runs < 1 || runs > MAX_RUNS || concurrent < 1 || concurrent > MAX_RUNS) {
		fprintf(stderr, "usage: restore_times [RUNS [CONCURRENT]], at most %d each\n",
			MAX_RUNS);
		return 2;
	}
	struct error *err = measure(runs, concurrent);
	if (!err)
		return 0;
	fprintf(stderr, "restore_times: %s\n", error_message(err));
	error_free(err);
	return 1;
}
