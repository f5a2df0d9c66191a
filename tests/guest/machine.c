/* SPDX-License-Identifier: MIT */
/*
 * A machine for tests, without the engine:
 *
 *	machine shell COMMAND   runs it in the guest as root, prints its output; the guest's status
 *	machine online COMMAND  the same, with the simulated internet
 *	machine hold            restores with all boxes, prints "ready FOLDER", stands until it is killed
 *	machine caps            CapEff, no_new_privs and name of each process of a run
 *	machine memory          pauses, reads memory from outside, prints what it finds
 *	machine probe ACCELERATOR   does the guest's kernel run under it?
 *	machine network MODE COMMAND   as online, with refuse or none
 *	machine alone COMMAND   as network refuse, without the internet box
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "vm/probe.h"
#include "vm/run.h"
#include "wire/control.h"

enum { KEY = 4711, TIMEOUT_S = 120, PAGE = 4096 };

struct talk {
	struct vm_run *run;
	struct frame_reader control, stream;
	uint32_t next_sequence;
	bool has_exited;
	uint32_t status;
	int done_error;
	uint32_t done_count;
};

static struct error *send_message(struct talk *talk, const struct control_message *message)
{
	cleanup_buffer struct buffer out = {0};
	/* HELLO itself still has no key. */
	control_append(&out, talk->next_sequence++, message->type == FRAME_HELLO ? 0 : KEY,
		       message);
	return file_write_fd(vm_run_control(talk->run), out.data, out.size);
}

static void take(struct talk *talk, const struct frame *frame)
{
	struct control_message message;

	if (!control_decode(frame->type, frame->payload, &message))
		return;
	if (message.type == FRAME_TERMINAL) {
		fwrite(message.terminal.data.data, 1, message.terminal.data.size, stdout);
	} else if (message.type == FRAME_EXITED) {
		talk->has_exited = true;
		talk->status = message.exited.status;
	} else if (message.type == FRAME_DONE) {
		talk->done_count++;
		if (message.done.error) {
			talk->done_error = (int)message.done.error;
			fprintf(stderr, "machine: the agent: %s %.*s\n",
				strerror((int)message.done.error), (int)message.done.message.size,
				(const char *)message.done.message.data);
		}
	}
}

static bool drain(struct talk *talk, int fd, struct frame_reader *reader)
{
	struct frame frame;
	char chunk[65536];
	ssize_t got = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (got == 0)
		return false;
	if (got > 0)
		frame_reader_feed(reader, chunk, (size_t)got);
	while (frame_reader_next(reader, &frame))
		take(talk, &frame);
	return true;
}

static struct error *step(struct talk *talk)
{
	int fds[VM_RUN_FDS];
	struct pollfd polls[VM_RUN_FDS + 2];

	vm_run_fds(talk->run, fds);
	for (int i = 0; i < VM_RUN_FDS; i++)
		polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	polls[VM_RUN_FDS] = (struct pollfd){.fd = vm_run_control(talk->run), .events = POLLIN};
	polls[VM_RUN_FDS + 1] = (struct pollfd){.fd = vm_run_stream(talk->run), .events = POLLIN};
	poll(polls, ARRAY_SIZE(polls), 200);
	vm_run_pump(talk->run);
	if (!drain(talk, vm_run_control(talk->run), &talk->control) ||
	    !drain(talk, vm_run_stream(talk->run), &talk->stream))
		return error_new(ERROR_FAILED, "the machine hung up");
	return NULL;
}

static struct error *wait_done(struct talk *talk, uint32_t count)
{
	uint64_t start = clock_monotonic_ns();

	while (talk->done_count < count && !talk->done_error) {
		struct error *err = step(talk);
		if (err)
			return err;
		if (clock_monotonic_ns() - start > (uint64_t)TIMEOUT_S * 1000000000)
			return error_new(ERROR_TIMEOUT, "no answer from the agent");
	}
	return talk->done_error ? error_new(ERROR_FAILED, "the agent refused") : NULL;
}

static struct error *talk_start(struct talk *talk)
{
	const struct control_message hello = {
		.type = FRAME_HELLO,
		.hello = {.version = CONTROL_VERSION,
			  .realtime_ns = clock_realtime_ns(),
			  .key = KEY,
			  .entropy = span_text("0123456789abcdef0123456789abcdef")}};

	frame_reader_init(&talk->control);
	frame_reader_init(&talk->stream);
	struct error *err = vm_run_resume(talk->run);
	if (!err)
		err = send_message(talk, &hello);
	return err ? err : wait_done(talk, 1);
}

static struct error *shell(struct vm_run *run, const char *command, int *ret_status)
{
	struct talk talk = {.run = run};
	cleanup_buffer struct buffer argv = {0}, environment = {0};

	struct error *err = talk_start(&talk);
	if (err)
		return err;
	control_list_add(&argv, "/bin/sh");
	control_list_add(&argv, "-c");
	control_list_add(&argv, command);
	control_list_add(&environment, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	control_list_add(&environment, "HOME=/root");
	const struct control_message start = {.type = FRAME_RUN,
					      .run = {.path = span_text("/bin/sh"),
						      .argv = buffer_span(&argv),
						      .environment = buffer_span(&environment),
						      .folder = span_text("/root")}};
	const struct control_message go = {.type = FRAME_GO};
	err = send_message(&talk, &start);
	if (!err)
		err = wait_done(&talk, 2);
	if (!err)
		err = send_message(&talk, &go);
	if (!err)
		err = wait_done(&talk, 3);
	uint64_t began = clock_monotonic_ns();
	while (!err && !talk.has_exited) {
		err = step(&talk);
		if (!err && clock_monotonic_ns() - began > (uint64_t)TIMEOUT_S * 1000000000)
			err = error_new(ERROR_TIMEOUT, "the command did not end");
	}
	for (int i = 0; !err && i < 5; i++) /* what is still on its way */
		err = step(&talk);
	fflush(stdout);
	frame_reader_deinit(&talk.control);
	frame_reader_deinit(&talk.stream);
	*ret_status = WIFEXITED((int)talk.status) ? WEXITSTATUS((int)talk.status) : 128;
	return err;
}

/* One line for each process below `ancestor`, itself included. */
static void list_below(pid_t ancestor)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		pid_t parent = pid;
		char line[256], name[64] = "", caps[64] = "", privs[16] = "", seccomp[16] = "";
		for (int depth = 0; pid > 0 && parent > 1 && parent != ancestor && depth < 12;
		     depth++) {
			cleanup_free char *path = xasprintf("/proc/%d/status", parent);
			FILE *status = fopen(path, "re");
			parent = 0;
			while (status && fgets(line, sizeof(line), status))
				sscanf(line, "PPid: %d", &parent);
			if (status)
				fclose(status);
		}
		if (pid <= 0 || parent != ancestor || pid == ancestor)
			continue;
		cleanup_free char *path = xasprintf("/proc/%d/status", pid);
		FILE *status = fopen(path, "re");
		while (status && fgets(line, sizeof(line), status)) {
			sscanf(line, "Name: %63s", name);
			sscanf(line, "CapEff: %63s", caps);
			sscanf(line, "NoNewPrivs: %15s", privs);
			sscanf(line, "Seccomp: %15s", seccomp);
		}
		if (status)
			fclose(status);
		printf("%s CapEff=%s NoNewPrivs=%s Seccomp=%s\n", name, caps, privs, seccomp);
	}
	if (folder)
		closedir(folder);
}

static struct error *look_at_memory(struct vm_run *run, const struct vm_template *template)
{
	static const char banner[] = "Linux version 6.";
	struct guest_memory memory = {.fd = -1};
	cleanup_free char *path = xasprintf("%s/memory", template->folder);
	cleanup_close int clean = -1;
	char page[PAGE], before[PAGE];
	size_t banners = 0, pages = 0, changed = 0;
	struct talk talk = {.run = run};

	struct error *err = talk_start(&talk);
	if (!err)
		err = vm_run_pause(run);
	if (!err)
		err = vm_run_memory(run, &memory);
	if (!err)
		err = file_open(path, 0, 0, &clean);
	for (size_t i = 0; !err && i < memory.region_count; i++) {
		const struct guest_region *region = &memory.regions[i];
		for (uint64_t at = 0; at + PAGE <= region->size; at += PAGE) {
			if (pread(memory.fd, page, PAGE, (off_t)(region->vaddr + at)) != PAGE ||
			    pread(clean, before, PAGE, (off_t)(region->paddr + at)) != PAGE) {
				err = error_new(ERROR_FAILED, "a page of 0x%" PRIx64 " is missing",
						region->paddr + at);
				break;
			}
			pages++;
			banners += memmem(page, PAGE, banner, sizeof(banner) - 1) != NULL;
			changed += memcmp(page, before, PAGE) != 0;
		}
	}
	if (!err)
		printf("pages %zu changed %zu banners %zu\n", pages, changed, banners);
	guest_memory_deinit(&memory);
	frame_reader_deinit(&talk.control);
	frame_reader_deinit(&talk.stream);
	return err;
}

static struct error *probe(const char *accelerator)
{
	struct vm_image image = {0};
	bool works = false;

	struct error *err = vm_image_find(NULL, NULL, &image);
	if (!err)
		err = probe_accelerator(&image, accelerator, &works);
	if (!err)
		printf("%s %s\n", accelerator, works ? "runs" : "does not run");
	vm_image_deinit(&image);
	return err;
}

static struct error *act(int argc, char **argv, int *ret_status)
{
	const struct template_options template_options = {0};
	struct vm_run_options options = {.capture_fd = -1, .internet_fd = VM_NO_INTERNET};
	cleanup_template struct vm_template template = {0};
	cleanup_run struct vm_run *run = NULL;
	const char *action = argc > 1 ? argv[1] : "";

	if (argc == 3 && text_equal(action, "probe"))
		return probe(argv[2]);
	struct error *err = vm_template_find(&template_options, &template);
	if (err)
		return err;
	if (argc == 4 && text_equal(action, "network")) {
		options.network = text_equal(argv[2], "refuse") ? JAIL_REFUSE : JAIL_NONE;
		options.internet_fd = -1;
	} else if (argc == 3 && text_equal(action, "alone")) {
		options.network = JAIL_REFUSE;
	} else if (argc == 3 && text_equal(action, "online")) {
		options.internet_fd = -1;
	} else if (argc == 2 && (text_equal(action, "hold") || text_equal(action, "caps"))) {
		options.capture_fd = STDERR_FILENO;
		options.internet_fd = -1;
		cleanup_free char *path = xasprintf("%s/machine.pcapng",
						    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
		err = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600, &options.capture_fd);
	}
	if (!err)
		err = vm_run_start(&template, &options, &run);
	if (err)
		return err;
	if (argc == 3 && (text_equal(action, "shell") || text_equal(action, "online") ||
			  text_equal(action, "alone")))
		return shell(run, argv[2], ret_status);
	if (argc == 4 && text_equal(action, "network"))
		return shell(run, argv[3], ret_status);
	if (text_equal(action, "memory"))
		return look_at_memory(run, &template);
	if (!text_equal(action, "hold") && !text_equal(action, "caps"))
		return error_new(ERROR_USAGE, "what is '%s'?", action);
	err = vm_run_resume(run);
	if (err)
		return err;
	poll(NULL, 0, 500);
	if (text_equal(action, "caps")) {
		list_below(getpid());
		return vm_run_end(run, 5000);
	}
	printf("ready %s\n", vm_run_folder(run));
	fflush(stdout);
	for (;;) {
		vm_run_pump(run);
		poll(NULL, 0, 100);
	}
}

int main(int argc, char **argv)
{
	int status = 0;
	struct error *err = act(argc, argv, &status);

	if (err) {
		fprintf(stderr, "machine: %s\n", error_message(err));
		error_free(err);
		return 1;
	}
	return status;
}
