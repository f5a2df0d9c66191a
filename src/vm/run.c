/* SPDX-License-Identifier: MIT */
#include "vm/run.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "vm/run_state.h"

enum { QMP_TIMEOUT_MS = 10000, RESTORE_TIMEOUT_MS = 20000, PUMP_BYTES_MAX = 1024 * 1024 };

struct vm_run *run_new(const struct launch *launch)
{
	struct vm_run *run = xcalloc(1, sizeof(*run));

	run->folder.lock_fd = run->jail.report_fd = run->stop_fd = run->log_fd = run->qmp.fd = -1;
	for (int i = 0; i < RUN_CHANNELS; i++)
		run->channels[i] = -1;
	run->box_kinds[0] = VM_BOX_QEMU;
	run->memory_size = (uint64_t)launch->machine->memory_mib << 20;
	run->console.limit = VM_CONSOLE_MAX;
	run->start_ns = clock_monotonic_ns();
	return run;
}

void vm_run_free(struct vm_run *run)
{
	if (!run)
		return;
	jail_end(&run->jail);
	for (int i = 0; i < RUN_CHANNELS; i++)
		if (run->channels[i] >= 0)
			close(run->channels[i]);
	if (run->stop_fd >= 0)
		close(run->stop_fd);
	if (run->log_fd >= 0)
		close(run->log_fd);
	qmp_deinit(&run->qmp);
	buffer_deinit(&run->console);
	run_folder_deinit(&run->folder);
	free(run);
}

/* The machine is loaded when it no longer says "inmigrate". */
static struct error *wait_restored(struct vm_run *run)
{
	uint64_t deadline = run->start_ns + (uint64_t)RESTORE_TIMEOUT_MS * 1000000;

	while (clock_monotonic_ns() < deadline) {
		struct json_document *answer;
		struct error *err =
			qmp_call(&run->qmp, "query-status", NULL, QMP_TIMEOUT_MS, &answer);
		if (err)
			return err;
		const char *status = json_get_text(
			json_get(json_get(json_root(answer), "return"), "status"), NULL);
		bool is_loading = text_equal(status, "inmigrate");
		json_document_free(answer);
		if (!is_loading)
			return NULL;
		poll(NULL, 0, 1);
	}
	return error_new(ERROR_TIMEOUT, "the machine is not loaded after %d ms",
			 RESTORE_TIMEOUT_MS);
}

struct error *vm_run_start(const struct vm_template *template, const struct vm_run_options *options,
			   struct vm_run **ret)
{
	struct vm_run *run = NULL;
	const struct launch plan = {.machine = &template->machine,
				    .start = MACHINE_RESTORE,
				    .template_folder = template->folder,
				    .image_folder = template->image.folder,
				    .options = options};

	struct error *err = launch(&plan, &run);
	if (!err)
		err = qmp_ignore_shared(&run->qmp, QMP_TIMEOUT_MS);
	if (!err)
		err = vm_run_command(run, "migrate-incoming",
				     "{\"uri\":\"file:" MACHINE_STATE "\"}");
	if (!err)
		err = wait_restored(run);
	if (err) {
		vm_run_free(run);
		return error_wrap(err, "restore the machine");
	}
	run->restored_ns = clock_monotonic_ns();
	*ret = run;
	return NULL;
}

int vm_run_control(const struct vm_run *run)
{
	return run->channels[RUN_CONTROL];
}

int vm_run_stream(const struct vm_run *run)
{
	return run->channels[RUN_STREAM];
}

void vm_run_fds(const struct vm_run *run, int fds[VM_RUN_FDS])
{
	fds[0] = run->channels[RUN_CONSOLE];
	fds[1] = run->qmp.facts.is_closed ? -1 : run->channels[RUN_QMP];
	fds[2] = run->jail.report_fd;
}

static void pump_console(struct vm_run *run)
{
	char chunk[4096];
	size_t total = 0;

	while (run->channels[RUN_CONSOLE] >= 0 && total < PUMP_BYTES_MAX) {
		ssize_t got = recv(run->channels[RUN_CONSOLE], chunk, sizeof(chunk), MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			close(steal(&run->channels[RUN_CONSOLE]));
			return;
		}
		total += (size_t)got;
		size_t room = VM_CONSOLE_MAX - run->console.size;
		size_t kept = min_of(room, (size_t)got);
		buffer_append(&run->console, chunk, kept);
		run->console_dropped += (size_t)got - kept;
	}
}

/* Takes in boxes that ended, waiting for one at most timeout_ms. False: none did. */
static bool pump_jail(struct vm_run *run, int timeout_ms)
{
	int box, status = 0;

	if (run->jail.report_fd < 0)
		return false;
	struct error *err = jail_wait(&run->jail, timeout_ms, &box, &status);
	if (err) {
		/* The jail itself is gone, and all boxes with it. */
		error_free(err);
		jail_end(&run->jail);
		for (size_t i = 0; i < run->box_count; i++)
			run->ends[run->box_kinds[i]].has_ended = true;
		return true;
	}
	if (box < 0 || (size_t)box >= run->box_count)
		return false;
	run->ends[run->box_kinds[box]] = (struct vm_box_end){.has_ended = true, .status = status};
	return true;
}

void vm_run_pump(struct vm_run *run)
{
	pump_console(run);
	qmp_take_events(&run->qmp);
	while (pump_jail(run, 0))
		;
}

void vm_run_health(const struct vm_run *run, struct vm_health *ret)
{
	const struct qmp_facts *facts = &run->qmp.facts;

	*ret = (struct vm_health){.has_panicked = facts->has_panicked,
				  .is_shut_down = facts->is_shut_down,
				  .is_reset = facts->is_reset,
				  .is_gone = facts->is_closed || run->ends[VM_BOX_QEMU].has_ended,
				  .qmp_ignored_bytes = facts->ignored_bytes,
				  .console = buffer_text(&run->console),
				  .console_size = run->console.size,
				  .console_dropped = run->console_dropped,
				  .start_ns = run->start_ns,
				  .restored_ns = run->restored_ns};
	memcpy(ret->boxes, run->ends, sizeof(ret->boxes));
}

struct error *vm_run_command(struct vm_run *run, const char *command, const char *arguments)
{
	return qmp_call(&run->qmp, command, arguments, QMP_TIMEOUT_MS, NULL);
}

struct error *vm_run_resume(struct vm_run *run)
{
	return vm_run_command(run, "cont", NULL);
}

struct error *vm_run_pause(struct vm_run *run)
{
	return vm_run_command(run, "stop", NULL);
}

pid_t vm_run_qemu(const struct vm_run *run)
{
	return run->jail.pid > 0 ? jail_find(&run->jail, MACHINE_QEMU) : 0;
}

struct error *vm_run_memory(struct vm_run *run, struct guest_memory *ret)
{
	pid_t qemu = vm_run_qemu(run);

	if (qemu == 0)
		return error_new(ERROR_NOT_FOUND, "read the guest's memory: QEMU is gone");
	return guest_memory_open(qemu, "/memory", run->memory_size, ret);
}

const char *vm_run_folder(const struct vm_run *run)
{
	return run->folder.path;
}

struct error *vm_run_end(struct vm_run *run, int timeout_ms)
{
	uint64_t deadline = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000;
	size_t running;

	vm_run_pump(run);
	if (!run->qmp.facts.is_closed) /* one that gives no answer is killed with the jail */
		error_free(qmp_call(&run->qmp, "quit", NULL, min_of(timeout_ms, 1000), NULL));
	if (run->stop_fd >= 0)
		close(steal(&run->stop_fd));
	for (;;) {
		running = 0;
		for (size_t i = 0; i < run->box_count; i++)
			running += !run->ends[run->box_kinds[i]].has_ended;
		uint64_t now = clock_monotonic_ns();
		if (running == 0 || now >= deadline)
			break;
		pump_console(run);
		pump_jail(run, (int)min_of((deadline - now) / 1000000 + 1, (uint64_t)50));
	}
	jail_end(&run->jail);
	if (running)
		return error_new(ERROR_TIMEOUT, "%zu of the run's boxes had to be killed", running);
	return NULL;
}
