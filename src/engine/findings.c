/* SPDX-License-Identifier: MIT */
/*
 * The event stream becomes processes, files, system calls and findings: one pass in one confined
 * child, with the rules loaded before. Rules over files and DNS need what other stages found (hashes
 * of files that were brought out, names on the wire), so the child joins those first.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "behavior/matcher.h"
#include "behavior/verdict.h"
#include "engine/confined.h"
#include "engine/job.h"
#include "engine/join.h"
#include "engine/place.h"
#include "trace/trace.h"

enum {
	PASS_TIMEOUT_MS = 300000,
	PASS_MEMORY = 1024 * 1024 * 1024,
	SYSCALLS_LIMIT = 1024 * 1024 * 1024,
	HIGHLIGHTS_MAX = 1000, /* as the model's limit */
};

struct pass {
	const struct job *job;
	const struct rules *rules;
	struct trace_options options;
	struct arena *arena;
	vec(struct event) highlights;
	const char *last_path; /* of the highlight before, so that repetitions are left out */
	enum event_kind last_type;
};

static bool is_main_event(const struct event *event)
{
	static const enum event_kind kinds[] = {
		EVENT_KIND_EXEC,        EVENT_KIND_EXEC_FAILED,   EVENT_KIND_SIGNAL,
		EVENT_KIND_FILE_CREATE, EVENT_KIND_FILE_WRITE,    EVENT_KIND_FILE_DELETE,
		EVENT_KIND_FILE_RENAME, EVENT_KIND_FILE_LINK,     EVENT_KIND_FILE_SYMLINK,
		EVENT_KIND_FILE_CHMOD,  EVENT_KIND_FILE_CHOWN,    EVENT_KIND_FILE_TIMES,
		EVENT_KIND_CONNECT,     EVENT_KIND_LISTEN,        EVENT_KIND_ACCEPT,
		EVENT_KIND_DNS,         EVENT_KIND_MODULE_LOAD,   EVENT_KIND_BPF,
		EVENT_KIND_PTRACE,      EVENT_KIND_KILL,          EVENT_KIND_MOUNT,
		EVENT_KIND_ATTRIBUTE,   EVENT_KIND_FOLDER_CREATE, EVENT_KIND_FILE_TRUNCATE,
	};

	if (!event->is_sample || event->phase != PHASE_RUN)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (event->type == kinds[i])
			return true;
	return false;
}

/* Copies an event with all that it points to, through the codec. */
static void keep_highlight(struct pass *pass, const struct event *event)
{
	cleanup_buffer struct buffer bytes = {0};

	if (pass->highlights.count >= HIGHLIGHTS_MAX || !is_main_event(event) ||
	    (event->type == pass->last_type && text_equal(event->path, pass->last_path)))
		return;
	model_encode(&bytes, &record_event, event);
	struct event *copy = vec_push(&pass->highlights);
	struct error *err = model_decode(buffer_span(&bytes), &record_event, pass->arena, copy);
	if (err) {
		error_free(err);
		pass->highlights.count--;
		return;
	}
	pass->last_type = copy->type;
	pass->last_path = copy->path;
}

/* DNS is seen on the wire; rules read it as events. */
static void match_names(struct pass *pass, struct matcher *matcher,
			const struct trace_summary *trace)
{
	struct network_report *network = pass->job->report->network;

	if (!network)
		return;
	join_flows(trace, network);
	list_foreach(&network->dns, dns) {
		struct event event = {
			.type = EVENT_KIND_DNS,
			.phase = PHASE_RUN,
			.time_ns = (int64_t)dns->time_ns - (int64_t)pass->job->go_realtime_ns,
			.is_sample = dns->process != NULL,
			.process = dns->process,
			.name = dns->name,
			.address = dns->answers.count ? dns->answers.data[0].value : NULL,
			.port = dns->server_port,
			.protocol = dns->transport,
			.count = 1,
		};
		matcher_event(matcher, &event);
	}
}

static struct error *match(struct pass *pass, struct trace *trace, struct trace_summary *summary)
{
	const struct hashes *hashes = pass->job->report->sample->hashes;
	const struct analysis_facts facts = {.sample_sha256 = hashes ? hashes->sha256 : NULL,
					     .package_files = span_empty()};
	cleanup_matcher struct matcher *matcher = matcher_new(pass->rules, &facts);
	struct findings findings;
	struct event event;

	while (trace_next(trace, &event)) {
		matcher_event(matcher, &event);
		keep_highlight(pass, &event);
	}
	struct error *err = trace_finish(trace, summary);
	if (err)
		return err;
	join_collected(summary, &pass->job->collector, pass->arena);
	match_names(pass, matcher, summary);
	list_foreach(&summary->files, file)
		matcher_file(matcher, file);
	matcher_finish(matcher, pass->arena, &findings);
	list_take(pass->arena, &summary->behaviors, findings.data, findings.count);
	summary->given_up = findings.given_up;
	list_take(pass->arena, &summary->highlights, pass->highlights.data, pass->highlights.count);
	return NULL;
}

/* In the confined child. fds: events.bin, sample.syscall. */
static struct error *run_pass(const struct confine_child *child)
{
	struct pass *pass = child->context;
	cleanup_arena struct arena *arena = arena_new(PASS_MEMORY);
	cleanup_trace struct trace *trace = NULL;
	struct trace_summary summary = {0};

	pass->arena = arena;
	struct error *err = trace_open(child->fds[0], &pass->options, arena, &trace);
	if (!err)
		err = match(pass, trace, &summary);
	if (!err)
		err = trace_write_syscalls(trace, SYSCALLS_LIMIT, child->fds[1]);
	return err ? err : confined_answer(child, &record_trace_summary, &summary);
}

static struct error *load_rules(struct job *job, struct rules *rules)
{
	const struct analysis_options *options = job->options;
	cleanup_rule_problems struct rule_problems problems = {0};
	const char *own = place_rules(job->arena, "sigma");

	struct error *err = own ? rules_add_path(rules, own, &problems) : NULL;
	for (size_t i = 0; !err && i < options->rule_folder_count; i++)
		err = rules_add_path(rules, options->rule_folders[i], &problems);
	if (err)
		return err;
	vec_foreach(&problems.list, problem)
		job_problem(job, HEALTH_OK, "sigma_rule_skipped", "habo rules check says more",
			    "%s: %s", problem->path, error_message(problem->err));
	if (!own)
		job_problem(job, HEALTH_DEGRADED, "no_rules", "set HABO_RULES",
			    "the tool's own rules were not found: behaviours are not named");
	return NULL;
}

static void take_summary(struct job *job)
{
	struct trace_summary *trace = &job->trace;
	struct report *report = job->report;

	job->go_guest_ns = trace->start_guest_ns;
	job->event_total = trace->events;
	list_take(job->arena, &report->processes, trace->processes.data, trace->processes.count);
	list_take(job->arena, &report->files, trace->files.data, trace->files.count);
	list_take(job->arena, &report->behaviors, trace->behaviors.data, trace->behaviors.count);
	report->syscalls = trace->syscalls;
	/* Where the tool's own rules lie on this machine is nobody's business. */
	list_foreach(&report->behaviors, behavior) {
		const char *own =
			behavior->source ? strstr(behavior->source, "/rules/sigma/") : NULL;
		if (own)
			behavior->source = own + 1;
	}
	if (trace->given_up)
		job_problem(job, HEALTH_OK, "expressions_given_up", NULL,
			    "%" PRIu64 " matches of regular expressions were given up: too dear",
			    trace->given_up);
	list_foreach(&trace->counters, counter)
		vec_add(&job->counters, *counter);
	list_foreach(&trace->problems, problem)
		vec_add(&job->problems, *problem);
}

struct error *stage_behavior(struct job *job)
{
	cleanup_rules struct rules *rules = rules_new();
	cleanup_close int events = -1;
	cleanup_close int syscalls = -1;

	struct error *err = load_rules(job, rules);
	if (!err)
		err = file_open(job_path(job, RESULT_EVENTS), O_RDONLY, 0, &events);
	if (!err)
		err = file_open(job_path(job, RESULT_SYSCALLS),
				O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644, &syscalls);
	if (err)
		return err;
	struct pass pass = {
		.job = job,
		.rules = rules,
		.options = {.sample_path = job->guest_path, .architecture = "x86_64"},
	};
	const int fds[] = {events, syscalls};
	const struct confined_call call = {
		.name = "event analysis",
		.function = run_pass,
		.context = &pass,
		.fds = fds,
		.fd_count = ARRAY_SIZE(fds),
		.policy = {.memory_limit = 2 * (uint64_t)PASS_MEMORY, .file_limit = SYSCALLS_LIMIT},
		.timeout_ms = PASS_TIMEOUT_MS,
		.record = &record_trace_summary,
	};
	err = confined_run(&call, job->arena, &job->trace);
	if (!err)
		take_summary(job);
	return err;
}
