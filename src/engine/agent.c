/* SPDX-License-Identifier: MIT */
#include "engine/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	HELLO_TIMEOUT_MS = 10000,
	ANSWER_TIMEOUT_MS = 20000,
	MONITOR_TIMEOUT_MS = 5000,
	FREEZE_TIMEOUT_MS = 3000,
	COLLECT_TIMEOUT_MS = 30000,
	DRAIN_TIMEOUT_MS = 5000,
	HEARTBEAT_DEADLINE_MS = 10000,
	TERMINAL_ROWS = 24,
	TERMINAL_COLUMNS = 80,
	INPUT_LIMIT = 512 * 1024,
	SETUP_LIMIT = 16 * 1024 * 1024,
};

static const char setup_path[] = "/root/.setup";

struct error *agent_hello(struct job *job)
{
	uint8_t entropy[64];
	uint64_t key;

	if (getrandom(entropy, sizeof(entropy), 0) != (ssize_t)sizeof(entropy) ||
	    getrandom(&key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return error_os(errno, "getrandom");
	struct control_message hello = {
		.type = FRAME_HELLO,
		.hello = {.version = CONTROL_VERSION,
			  .realtime_ns = clock_realtime_ns(),
			  .key = key | 1,
			  .entropy = span_of(entropy, sizeof(entropy))},
	};
	return guest_session_call(&job->session, &hello, HELLO_TIMEOUT_MS, "wake the agent");
}

/* Reads a host file whole and puts it into the guest. */
static struct error *put_host_file(struct job *job, const char *host_path,
				   const struct guest_session_put *put, size_t limit)
{
	cleanup_free char *bytes = NULL;
	size_t size;

	struct error *err = file_read(host_path, limit, &bytes, &size);
	if (err)
		return err;
	return guest_session_put(&job->session, put, span_of(bytes, size), ANSWER_TIMEOUT_MS);
}

static struct error *run_setup(struct job *job)
{
	const struct analysis_options *options = job->options;
	struct guest_session_put put = {.guest_path = setup_path, .mode = 0700};

	struct error *err = put_host_file(job, options->setup, &put, SETUP_LIMIT);
	if (err)
		return error_wrap(err, "set-up script");
	struct control_message setup = {
		.type = FRAME_SETUP,
		.setup = {.timeout_ms = (uint32_t)options->setup_timeout_ms,
			  .path = span_text(setup_path)},
	};
	err = guest_session_call(&job->session, &setup,
				 (int)options->setup_timeout_ms + ANSWER_TIMEOUT_MS,
				 "run the set-up script");
	if (err)
		return err;
	if (job->session.done.value != 0)
		return error_new(ERROR_FAILED,
				 "the set-up script failed (wait status 0x%" PRIx64 ")",
				 job->session.done.value);
	return NULL;
}

struct error *agent_prepare(struct job *job)
{
	const struct analysis_options *options = job->options;
	struct guest_session_put sample = {
		.guest_path = job->guest_path, .mode = 0755, .is_sample = true};

	struct error *err = guest_session_put(&job->session, &sample, mapping_span(&job->sample),
					      ANSWER_TIMEOUT_MS);
	if (err)
		return err;
	for (size_t i = 0; i < options->with_count; i++) {
		struct guest_session_put put = {.guest_path = options->with[i].guest_path,
						.mode = 0755};
		err = put_host_file(job, options->with[i].host_path, &put, SAMPLE_SIZE_LIMIT);
		if (err)
			return err;
	}
	return options->setup ? run_setup(job) : NULL;
}

static bool names_same_variable(const char *a, const char *b)
{
	size_t size = strcspn(a, "=");

	return strncmp(a, b, size + 1) == 0 && a[size] == '=';
}

static bool is_overridden(const struct analysis_options *options, const char *variable)
{
	for (size_t i = 0; i < options->environment_count; i++)
		if (names_same_variable(options->environment[i], variable))
			return true;
	return false;
}

/* What a login shell of that user would have, then the analyst's own. */
static void build_environment(const struct job *job, struct buffer *out)
{
	const struct analysis_options *options = job->options;
	bool is_root = text_equal(options->user, "root");
	const char *home = is_root ? "/root" : arena_printf(job->arena, "/home/%s", options->user);
	const char *const usual[] = {
		is_root ? "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
			: "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games",
		arena_printf(job->arena, "HOME=%s", home),
		arena_printf(job->arena, "USER=%s", options->user),
		arena_printf(job->arena, "LOGNAME=%s", options->user),
		arena_printf(job->arena, "PWD=%s", job->report->sample->cwd),
		"SHELL=/bin/bash",
		"LANG=en_US.UTF-8",
		"TERM=xterm-256color",
		"SHLVL=1",
	};
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (!is_overridden(options, usual[i]))
			control_list_add(out, usual[i]);
	for (size_t i = 0; i < options->environment_count; i++)
		control_list_add(out, options->environment[i]);
}

struct error *agent_start(struct job *job)
{
	const struct analysis_options *options = job->options;
	cleanup_buffer struct buffer argv = {0}, environment = {0}, monitors = {0};
	cleanup_free char *input = NULL;
	size_t input_size = 0;

	control_list_add(&argv, job->guest_path);
	for (size_t i = 0; i < options->argument_count; i++)
		control_list_add(&argv, options->arguments[i]);
	build_environment(job, &environment);
	for (size_t i = 0; i < options->monitor_count; i++)
		control_list_add(&monitors, options->monitors[i]);
	if (options->input) {
		struct error *err = file_read(options->input, INPUT_LIMIT, &input, &input_size);
		if (err)
			return error_wrap(err, "stdin");
	}
	struct control_message run = {
		.type = FRAME_RUN,
		.run = {.flags = options->input ? CONTROL_RUN_STDIN : CONTROL_RUN_TERMINAL,
			.rows = TERMINAL_ROWS,
			.columns = TERMINAL_COLUMNS,
			.monitor_timeout_ms = MONITOR_TIMEOUT_MS,
			.path = span_text(job->guest_path),
			.argv = buffer_span(&argv),
			.environment = buffer_span(&environment),
			.folder = span_text(job->report->sample->cwd),
			.user = span_text(options->user),
			.input = span_of(input, input_size),
			.monitors = buffer_span(&monitors)},
	};
	struct error *err =
		guest_session_call(&job->session, &run, ANSWER_TIMEOUT_MS + MONITOR_TIMEOUT_MS,
				   "make the sample's process");
	if (err)
		return err;
	if (!job->session.has_started)
		return error_new(ERROR_FORMAT, "the agent did not say which process it made");
	if (job->session.started.monitors < options->monitor_count)
		job_problem(job, HEALTH_DEGRADED, "monitor_not_attached",
			    "run the command by hand in the guest: is the tool installed there?",
			    "%u of %zu monitors attached to the sample",
			    job->session.started.monitors, options->monitor_count);
	return NULL;
}

static bool is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return fd >= 0 && poll(&poll_fd, 1, 0) > 0;
}

/* Why the run is over, or NULL. */
static const char *reason_to_end(struct job *job, uint64_t deadline_ns)
{
	const struct guest_session *session = &job->session;
	uint64_t now = clock_monotonic_ns();

	if (session->is_closed)
		return "machine_gone";
	if (session->has_idle)
		return "idle";
	if (is_readable(job->options->interrupt_fd))
		return "interrupted";
	if (job->machine_stopped)
		return "machine_stopped";
	if (now >= deadline_ns)
		return "timeout";
	if (session->has_heartbeat &&
	    now - session->heartbeat_ns > (uint64_t)HEARTBEAT_DEADLINE_MS * 1000000U)
		return "agent_silent";
	return NULL;
}

struct error *agent_run(struct job *job)
{
	struct guest_session *session = &job->session;
	struct control_message go = {.type = FRAME_GO};
	enum { SLICE_MS = 100 };

	job->go_realtime_ns = clock_realtime_ns();
	uint64_t start = clock_monotonic_ns();
	struct error *err =
		guest_session_call(session, &go, ANSWER_TIMEOUT_MS, "let the sample go");
	if (err)
		return err;
	uint64_t deadline = start + job->options->timeout_ms * 1000000U;
	while (!(job->end_reason = reason_to_end(job, deadline))) {
		uint64_t now = clock_monotonic_ns();
		uint64_t left_ms = deadline > now ? (deadline - now) / 1000000 + 1 : 0;
		err = guest_session_step(session, (int)min_of(left_ms, (uint64_t)SLICE_MS));
		if (err)
			return err;
	}
	job->report->analysis->run_ms = (clock_monotonic_ns() - start) / 1000000;
	return NULL;
}

struct error *agent_freeze(struct job *job)
{
	struct guest_session *session = &job->session;
	struct control_message freeze = {.type = FRAME_FREEZE,
					 .freeze = {.timeout_ms = FREEZE_TIMEOUT_MS}};

	struct error *err =
		guest_session_call(session, &freeze, FREEZE_TIMEOUT_MS + ANSWER_TIMEOUT_MS,
				   "freeze the sample's processes");
	if (err)
		return err;
	if (session->has_frozen && session->frozen.unfrozen)
		job_problem(
			job, HEALTH_DEGRADED, "not_frozen", NULL,
			"%u of %u processes of the sample could not be frozen: memory and files "
			"may have changed while they were read",
			session->frozen.unfrozen, session->frozen.tasks);
	return NULL;
}

struct error *agent_collect(struct job *job)
{
	struct guest_session *session = &job->session;
	struct control_message processes = {.type = FRAME_PROCESSES};
	struct control_message collect = {
		.type = FRAME_COLLECT,
		.collect = {.file_limit = job->options->file_limit,
			    .total_limit = job->options->files_limit,
			    .timeout_ms = COLLECT_TIMEOUT_MS},
	};

	guest_session_send(session, &processes);
	struct error *err = guest_session_call(
		session, &collect, COLLECT_TIMEOUT_MS + ANSWER_TIMEOUT_MS, "bring out files");
	if (err)
		return err;
	if (!guest_session_drain(session, session->done.stream_frames, DRAIN_TIMEOUT_MS))
		job_problem(job, HEALTH_DEGRADED, "stream_cut", NULL,
			    "the guest's stream ended before all that it announced had come");
	return NULL;
}
