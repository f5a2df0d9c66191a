/* SPDX-License-Identifier: MIT */
/*
 * Rules over events: events a second of a mix of files, connections and calls through our own rules
 * and, where a folder is named, its rules too; beside the same events with no rule at all, and the
 * same decoded from a stream.
 *
 *	bench_behavior [RULES-FOLDER…]     without one: the rules of the source
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "behavior/matcher.h"
#include "trace/trace.h"
#include "wire/control.h"
#include "wire/event_read.h"

enum { EVENTS = 1000000, PATHS = 64 };

static char paths[PATHS][48];

static struct event event_at(size_t i)
{
	struct event event = {
		.number = i + 1,
		.time_ns = (int64_t)i,
		.phase = PHASE_RUN,
		.is_sample = true,
		.process = "p2",
		.count = 1,
		.path = paths[i % PATHS],
	};

	switch (i % 8) {
	case 0:
		event.type = EVENT_KIND_FILE_CREATE;
		break;
	case 1:
		event.type = EVENT_KIND_FILE_WRITE;
		break;
	case 2:
		event.type = EVENT_KIND_FILE_OPEN;
		break;
	case 3:
		event.type = EVENT_KIND_FILE_DELETE;
		break;
	case 4:
		event.type = EVENT_KIND_CONNECT;
		event.protocol = "tcp";
		event.address = "203.0.113.77";
		event.port = 443;
		event.path = NULL;
		break;
	default:
		event.type = EVENT_KIND_SYSCALL;
		event.abi = "x86_64";
		event.name = "getppid";
		event.number_of = 110;
		event.path = NULL;
	}
	return event;
}

/* Seconds for all events. */
static double run(const struct rules *rules, uint64_t *findings_ret)
{
	static const char *arguments[] = {"tool", "-v", "--output=/home/u/result.txt"};
	const struct analysis_facts facts = {.package_files = span_empty()};
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &facts);
	cleanup_arena struct arena *arena = arena_new(0);
	struct findings findings;
	struct event exec = {.process = "p2",
			     .is_sample = true,
			     .phase = PHASE_RUN,
			     .type = EVENT_KIND_EXEC,
			     .path = "/usr/bin/tool",
			     .arguments = {.data = arguments, .count = 3}};

	uint64_t start = clock_monotonic_ns();
	matcher_event(matcher, &exec);
	matcher_event(matcher, &exec);
	for (size_t i = 0; i < EVENTS; i++) {
		struct event event = event_at(i);
		matcher_event(matcher, &event);
	}
	double seconds = (double)(clock_monotonic_ns() - start) / 1e9;
	matcher_finish(matcher, arena, &findings);
	*findings_ret = findings.count;
	return seconds;
}

static double run_execs(const struct rules *rules, size_t count)
{
	static const char *arguments[] = {"sh", "-c",
					  "tar czf /home/u/x.tgz /home/u/projects && ls"};
	const struct analysis_facts facts = {.package_files = span_empty()};
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &facts);
	struct event exec = {.process = "p2",
			     .is_sample = true,
			     .phase = PHASE_RUN,
			     .type = EVENT_KIND_EXEC,
			     .path = "/usr/bin/dash",
			     .arguments = {.data = arguments, .count = 3}};
	uint64_t start = clock_monotonic_ns();

	for (size_t i = 0; i < count; i++)
		matcher_event(matcher, &exec);
	return (double)(clock_monotonic_ns() - start) / 1e9;
}

/* A stream of file records, through trace alone. */
static double run_trace(size_t count)
{
	static const char path[] = "file.txt\0projects\0u\0home\0";
	cleanup_buffer struct buffer records = {0}, frames = {0};
	cleanup_arena struct arena *arena = arena_new(0);
	struct trace_options options = {.start_ns = 1};
	struct event event;
	uint32_t sequence = 0;

	for (size_t i = 0; i < count; i++) {
		struct event_record record = {
			.header = {.type = EVENT_FILE_OPEN,
				   .class = EVENT_CLASS_FILE,
				   .flags = EVENT_MARKED,
				   .sequence = i,
				   .time_ns = 1000 * i,
				   .task = 7,
				   .process = 7},
			.file = {.file = {.inode = i % 5000 + 1, .device = 1}},
			.runs = span_empty(),
		};
		for (size_t t = 0; t < EVENT_TEXT_COUNT; t++)
			record.texts[t] = span_empty();
		record.texts[EVENT_TEXT_PATH] = span_of(path, sizeof(path) - 1);
		record.text_mask = 1U << EVENT_TEXT_PATH;
		event_append(&records, &record);
		if (records.size > FRAME_MAX_PAYLOAD / 4) {
			frame_append(&frames, FRAME_EVENTS, sequence++, 0, records.data,
				     records.size);
			buffer_clear(&records);
		}
	}
	uint64_t start = clock_monotonic_ns();
	cleanup_trace struct trace *trace = trace_open_bytes(buffer_span(&frames), &options, arena);
	while (trace_next(trace, &event))
		continue;
	return (double)(clock_monotonic_ns() - start) / 1e9;
}

int main(int argc, char **argv)
{
	enum { EXECS = 100000 };
	cleanup_rules struct rules *none = rules_new();
	cleanup_rules struct rules *rules = rules_new();
	cleanup_rule_problems struct rule_problems problems = {0};
	uint64_t findings;

	for (size_t i = 0; i < PATHS; i++)
		snprintf(paths[i], sizeof(paths[i]), "/home/u/projects/part-%zu/file-%zu.txt",
			 i % 7, i);
	if (argc == 1)
		error_free(rules_add_path(rules, SOURCE_ROOT "/rules/sigma", &problems));
	for (int i = 1; i < argc; i++)
		error_free(rules_add_path(rules, argv[i], &problems));
	double bare = run(none, &findings);
	double full = run(rules, &findings);
	double execs = run_execs(rules, EXECS);
	double decode = run_trace(EVENTS);
	printf("rules\t%zu\n", rules_count(rules));
	printf("events/s, no rules\t%.0f\n", EVENTS / bare);
	printf("events/s, these rules\t%.0f\t(%" PRIu64 " rules matched, x%.1f of the time)\n",
	       EVENTS / full, findings, full / bare);
	printf("execs/s, these rules\t%.0f\n", EXECS / execs);
	printf("records/s, stream to events\t%.0f\n", EVENTS / decode);
	return 0;
}
