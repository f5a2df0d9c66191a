/* SPDX-License-Identifier: MIT */
/*
 * The run: restore, start, let go, freeze, stop, read memory, go on, collect, quit. Whatever fails on
 * the way, what was recorded until then stays, and the report says where it ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "engine/agent.h"
#include "engine/guest_memory_stage.h"
#include "vm/run.h"

enum {
	END_TIMEOUT_MS = 3000,
	CAPTURE_TIMEOUT_MS = 30000,
	LOG_LIMIT = 1024 * 1024,
	EVENTS_LIMIT = 2000000000
};

struct guest {
	struct job *job;
	struct vm_template template;
	struct vm_run *run;
	int events_fd;
	int packets_fd;
	int internet_fd;
	int wake_fds[VM_RUN_FDS + 1];
};

static void pump_machine(void *context)
{
	struct guest *guest = context;
	struct vm_health health;

	vm_run_pump(guest->run);
	vm_run_health(guest->run, &health);
	guest->job->machine_stopped =
		health.has_panicked || health.is_shut_down || health.is_reset || health.is_gone;
}

static struct error *open_result(const struct job *job, const char *name, int *ret_fd)
{
	return file_open(job_path(job, name), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644,
			 ret_fd);
}

static void describe_machine(struct guest *guest)
{
	static const char *const networks[] = {[NETWORK_SIMULATED] = "simulated",
					       [NETWORK_REFUSE] = "refuse",
					       [NETWORK_NONE] = "none"};
	struct arena *arena = guest->job->arena;
	const struct vm_template *template = &guest->template;
	struct analysis_machine *machine = arena_new_of(arena, struct analysis_machine);

	machine->image = arena_strdup(arena, template->image.name);
	machine->template_ = arena_strdup(arena, template->key);
	machine->accelerator = arena_strdup(arena, template->machine.accelerator);
	machine->kernel = arena_strdup(arena, template->image.release);
	machine->network = networks[guest->job->options->network];
	guest->job->report->analysis->machine = machine;
}

/* The capture's file has its header once it takes packets: not before may the machine run. */
static struct error *wait_for_capture(const struct guest *guest)
{
	struct stat status = {0};
	struct vm_health health;

	for (int waited_ms = 0; waited_ms < CAPTURE_TIMEOUT_MS; waited_ms++) {
		if (fstat(guest->packets_fd, &status) != 0)
			return error_os(errno, "stat the capture");
		if (status.st_size > 0)
			return NULL;
		vm_run_pump(guest->run);
		vm_run_health(guest->run, &health);
		if (health.boxes[VM_BOX_CAPTURE].has_ended)
			return error_new(ERROR_FAILED,
					 "the packet capture ended at once: see run.log");
		(void)poll(NULL, 0, 1);
	}
	return error_new(ERROR_TIMEOUT, "the packet capture did not start in %d ms",
			 CAPTURE_TIMEOUT_MS);
}

/* Restores the machine and wakes the agent. */
static struct error *restore(struct guest *guest)
{
	struct job *job = guest->job;
	static const enum jail_network networks[] = {[NETWORK_SIMULATED] = JAIL_SIMULATED,
						     [NETWORK_REFUSE] = JAIL_REFUSE,
						     [NETWORK_NONE] = JAIL_NONE};

	struct error *err = open_result(job, RESULT_EVENTS, &guest->events_fd);
	if (!err)
		err = open_result(job, RESULT_PACKETS, &guest->packets_fd);
	if (!err)
		err = collector_init(&job->collector, job->options->output,
				     job->options->files_limit, job->arena);
	if (err)
		return err;
	job->has_collector = true;
	const struct vm_run_options options = {
		.network = networks[job->options->network],
		.capture_fd = guest->packets_fd,
		.internet_fd = -1,
	};
	err = vm_run_start(&guest->template, &options, &guest->run);
	if (err)
		return err;
	guest_session_init(&job->session, vm_run_control(guest->run), vm_run_stream(guest->run),
			   guest->events_fd, job->arena, &job->collector);
	job->has_session = true;
	job->session.events_limit = EVENTS_LIMIT;
	vm_run_fds(guest->run, guest->wake_fds);
	guest->wake_fds[VM_RUN_FDS] = job->options->interrupt_fd;
	job->session.side = (struct guest_session_side){.fds = guest->wake_fds,
							.fd_count = ARRAY_SIZE(guest->wake_fds),
							.pump = pump_machine,
							.context = guest};
	err = wait_for_capture(guest);
	if (!err)
		err = vm_run_resume(guest->run);
	return err ? err : agent_hello(job);
}

/* Times a part of the run as a stage of its own. */
static struct error *timed(struct guest *guest, const char *name,
			   struct error *(*step)(struct guest *guest))
{
	struct job *job = guest->job;
	uint64_t start = clock_monotonic_ns();

	if (job->options->progress)
		job->options->progress(job->options->progress_context, name);
	struct error *err = step(guest);
	*vec_push(&job->stages) = (struct stage){
		.name = name,
		.status = err ? STAGE_FAILED : STAGE_DONE,
		.start_us = (start - job->start_ns) / 1000,
		.duration_us = (clock_monotonic_ns() - start) / 1000,
		.error = err ? arena_strdup(job->arena, error_message(err)) : NULL,
	};
	return err;
}

static struct error *prepare(struct guest *guest)
{
	struct error *err = agent_prepare(guest->job);

	return err ? err : agent_start(guest->job);
}

static struct error *let_run(struct guest *guest)
{
	return agent_run(guest->job);
}

static struct error *read_memory(struct guest *guest)
{
	return guest_memory_stage(guest->job, guest->run);
}

static struct error *collect(struct guest *guest)
{
	return agent_collect(guest->job);
}

/* What the run's end means for the record. */
static void judge_end(struct guest *guest)
{
	struct job *job = guest->job;
	struct vm_health health;
	const char *reason = job->end_reason ? job->end_reason : "";

	vm_run_health(guest->run, &health);
	if (text_equal(reason, "timeout"))
		job_problem(job, HEALTH_OK, "time_limit", "give it more time with --timeout",
			    "the sample was still active when its time (%" PRIu64 " ms) was over",
			    job->options->timeout_ms);
	else if (text_equal(reason, "interrupted"))
		job_problem(job, HEALTH_DEGRADED, "interrupted", NULL,
			    "the run was ended by the analyst");
	else if (health.has_panicked)
		job_problem(job, HEALTH_DEGRADED, "guest_panic",
			    "memory was read; see memory.kernel_log",
			    "the guest's kernel panicked");
	else if (health.is_shut_down || health.is_reset)
		job_problem(job, HEALTH_DEGRADED, "guest_reboot", NULL,
			    "the guest was %s by what ran in it",
			    health.is_reset ? "reset" : "powered off");
	else if (health.is_gone || text_equal(reason, "machine_gone"))
		job_problem(job, HEALTH_FAILED, "machine_gone", "see run.log",
			    "the virtual machine ended by itself");
	else if (text_equal(reason, "agent_silent"))
		job_problem(job, HEALTH_DEGRADED, "agent_gone",
			    "the record is whole up to the last heartbeat",
			    "the agent in the guest has gone silent");
}

static void judge_session(struct job *job)
{
	const struct guest_session *session = &job->session;
	uint64_t forged = session->control.forged_frames + session->stream.forged_frames;
	uint64_t skipped = session->control.skipped_bytes + session->stream.skipped_bytes;

	if (session->missing_probes[0])
		job_problem(job, HEALTH_DEGRADED, "probes_missing", "rebuild the template",
			    "the agent could not attach: %s", session->missing_probes);
	if (forged || skipped || session->malformed)
		job_problem(job, HEALTH_DEGRADED, "forged_records", NULL,
			    "%" PRIu64 " forged frames, %" PRIu64 " malformed ones and %" PRIu64
			    " stray bytes came from the guest and were refused",
			    forged, session->malformed, skipped);
	if (session->stream.missing_frames)
		job_problem(job, HEALTH_DEGRADED, "missing_frames", NULL,
			    "%" PRIu64 " frames of the guest's stream never came",
			    session->stream.missing_frames);
	if (session->events_dropped)
		job_problem(job, HEALTH_DEGRADED, "events_cut", NULL,
			    "events.bin reached its ceiling; %" PRIu64 " bytes were dropped",
			    session->events_dropped);
	if (session->write_error)
		job_problem(job, HEALTH_DEGRADED, "events_not_written", "is the disk full?", "%s",
			    error_message(session->write_error));
	if (session->terminal_dropped)
		job_problem(job, HEALTH_DEGRADED, "terminal_cut", NULL,
			    "%" PRIu64 " bytes of terminal output were not kept",
			    session->terminal_dropped);
	vec_foreach(&session->problems, problem)
		job_problem(job, HEALTH_DEGRADED, problem->code, NULL, "%s", problem->text);
}

/* Everything from the frozen sample to the collected files. A machine that has stopped by itself
 * still has its memory. */
static void look_inside(struct guest *guest)
{
	struct job *job = guest->job;
	bool is_alive = !job->machine_stopped && !job->session.is_closed;
	struct error *err = NULL;

	if (is_alive) {
		err = agent_freeze(job);
		if (err)
			job_problem_error(job, HEALTH_DEGRADED, "not_frozen", NULL, err);
		err = vm_run_pause(guest->run);
	}
	if (!err)
		err = timed(guest, "memory", read_memory);
	if (err)
		job_problem_error(job, HEALTH_DEGRADED, "memory_failed", NULL, err);
	if (!is_alive) {
		job_problem(job, HEALTH_DEGRADED, "files_not_collected", NULL,
			    "the guest could not be asked for its files");
		return;
	}
	err = vm_run_resume(guest->run);
	if (!err)
		err = timed(guest, "collect", collect);
	if (err)
		job_problem_error(job, HEALTH_DEGRADED, "collect_failed", NULL, err);
}

static struct error *run_steps(struct guest *guest)
{
	struct job *job = guest->job;

	struct error *err = timed(guest, "restore", restore);
	if (!err)
		err = timed(guest, "prepare", prepare);
	if (err)
		return err;
	job->has_run = true;
	err = timed(guest, "run", let_run);
	if (err)
		job_problem_error(job, HEALTH_DEGRADED, "run_cut", NULL, err);
	judge_end(guest);
	look_inside(guest);
	return NULL;
}

/* What the boxes wrote on standard error, and the guest's serial line. */
static struct error *keep_log(struct guest *guest)
{
	cleanup_buffer struct buffer text = {0};
	cleanup_free char *boxes = NULL;
	cleanup_free char *path = xasprintf("%s/" VM_LOG, vm_run_folder(guest->run));
	struct vm_health health;
	size_t size = 0;

	struct error *err = file_read(path, LOG_LIMIT, &boxes, &size);
	if (err)
		return err;
	vm_run_health(guest->run, &health);
	buffer_append_text(&text, "== boxes\n");
	buffer_append(&text, boxes, size);
	buffer_printf(&text, "== serial line of the guest (%" PRIu64 " bytes more were dropped)\n",
		      health.console_dropped);
	buffer_append(&text, health.console, health.console_size);
	return file_write(job_path(guest->job, RESULT_LOG), buffer_text(&text), text.size, 0644);
}

/* A box that ended before it was asked to left a part of the run unwatched or unanswered. */
static void judge_boxes(struct guest *guest)
{
	struct vm_health health;

	vm_run_pump(guest->run);
	vm_run_health(guest->run, &health);
	if (health.boxes[VM_BOX_CAPTURE].has_ended)
		job_problem(guest->job, HEALTH_DEGRADED, "capture_ended", "see run.log",
			    "the packet capture ended before the run did (wait status 0x%x)",
			    (unsigned)health.boxes[VM_BOX_CAPTURE].status);
	if (health.boxes[VM_BOX_INTERNET].has_ended)
		job_problem(guest->job, HEALTH_DEGRADED, "internet_ended", "see run.log",
			    "the simulated internet ended before the run did (wait status 0x%x)",
			    (unsigned)health.boxes[VM_BOX_INTERNET].status);
}

static void finish(struct guest *guest)
{
	struct job *job = guest->job;

	if (guest->run) {
		judge_boxes(guest);
		struct error *err = vm_run_end(guest->run, END_TIMEOUT_MS);
		if (err)
			job_problem_error(job, HEALTH_DEGRADED, "end_failed", NULL, err);
		err = keep_log(guest);
		if (err)
			job_problem_error(job, HEALTH_DEGRADED, "log_not_kept", NULL, err);
	}
	if (job->has_session)
		judge_session(job);
	vm_run_free(guest->run);
	vm_template_deinit(&guest->template);
	if (guest->events_fd >= 0)
		close(guest->events_fd);
	if (guest->packets_fd >= 0)
		close(guest->packets_fd);
}

struct error *stage_guest(struct job *job)
{
	struct guest guest = {.job = job, .events_fd = -1, .packets_fd = -1, .internet_fd = -1};
	const struct template_options options = {.state = job->options->state,
						 .image = job->options->image,
						 .accelerator = job->options->accelerator};

	struct error *err = vm_template_find(&options, &guest.template);
	if (err)
		return err;
	describe_machine(&guest);
	err = run_steps(&guest);
	finish(&guest);
	return err;
}
