/* SPDX-License-Identifier: MIT */
/* habo events DIR: the event record of an analysis, one JSON object a line. */
#include <argp.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json_reader.h"
#include "base/text.h"
#include "base/vec.h"
#include "cli/verb.h"
#include "confine/confine.h"
#include "trace/trace.h"

enum {
	REPORT_LIMIT = 64 * 1024 * 1024,
	TYPES_MAX = 64,
	FLUSH_BYTES = 256 * 1024,
};

struct arguments {
	const char *folder;
	bool types[TYPES_MAX]; /* indexed by enum event_kind */
	bool has_types;
	bool is_all; /* of every process, not only the sample's */
	const char *process;
	struct trace_options trace;
};

static const struct argp_option options[] = {
	{"type", 't', "TYPE", 0,
	 "only events of this type (may be given again): exec, file_create …", 0},
	{"process", 'p', "ID", 0, "only events of this process, as p3", 0},
	{"all", 'a', NULL, 0, "events of every process of the guest, not only the sample's", 0},
	{0},
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 't':
		for (size_t i = 0; i < values_event_kind.count; i++) {
			if (!text_equal(values_event_kind.values[i], text))
				continue;
			arguments->types[i] = arguments->has_types = true;
			return 0;
		}
		argp_error(state, "there is no type of event '%s'", text);
		return EINVAL;
	case 'p':
		arguments->process = text;
		return 0;
	case 'a':
		arguments->is_all = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->folder)
			argp_usage(state);
		arguments->folder = text;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->folder)
			argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool is_wanted(const struct arguments *arguments, const struct event *event)
{
	if (arguments->has_types && !arguments->types[event->type])
		return false;
	if (arguments->process)
		return text_equal(arguments->process, event->process);
	return arguments->is_all || event->is_sample;
}

/* In the confined child: bytes in, lines out. */
static struct error *print_events(const struct confine_child *child)
{
	const struct arguments *arguments = child->context;
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = NULL;
	cleanup_buffer struct buffer text = {0};
	struct json_writer writer;
	struct trace_summary summary;
	struct event event;
	struct error *err;

	err = trace_open(child->fds[0], &arguments->trace, arena, &trace);
	if (err)
		return err;
	while (!err && trace_next(trace, &event)) {
		if (!is_wanted(arguments, &event))
			continue;
		json_writer_init_buffer(&writer, &text, false);
		model_write_json(&writer, &record_event, &event);
		err = json_writer_finish(&writer);
		buffer_append_char(&text, '\n');
		if (!err && text.size > FLUSH_BYTES) {
			err = file_write_fd(child->output, text.data, text.size);
			buffer_clear(&text);
		}
	}
	if (!err)
		err = file_write_fd(child->output, buffer_text(&text), text.size);
	if (err)
		return err;
	return trace_finish(trace, &summary);
}

/* The child is not to be trusted: nothing but printable text and line feeds passes. */
static struct error *relay(int fd)
{
	cleanup_free unsigned char *bytes = xmalloc(FLUSH_BYTES);
	struct error *err = NULL;

	while (!err) {
		ssize_t n = read(fd, bytes, FLUSH_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_os(errno, "read the events");
		if (n == 0)
			return NULL;
		for (ssize_t i = 0; i < n; i++)
			if ((bytes[i] < ' ' && bytes[i] != '\n') || bytes[i] == 0x7f)
				bytes[i] = '?';
		err = file_write_fd(STDOUT_FILENO, bytes, (size_t)n);
	}
	return err;
}

/* What the report knows of the run; without one the stream must do. */
static void read_report(struct arguments *arguments, struct json_document **document)
{
	cleanup_free char *path = xasprintf("%s/report.json", arguments->folder);
	int64_t start_ns;

	error_free(json_document_load(path, REPORT_LIMIT, document));
	if (!*document)
		return;
	const struct json_value *root = json_root(*document);
	arguments->trace.sample_path =
		json_get_text(json_get(json_get(root, "sample"), "guest_path"), NULL);
	const struct json_value *time = json_get(json_get(root, "health"), "time");
	if (json_get_i64(json_get(time, "start_guest_ns"), &start_ns) && start_ns > 0)
		arguments->trace.start_ns = (uint64_t)start_ns;
}

static struct error *run(struct arguments *arguments)
{
	static const struct confine_policy policy = {
		.memory_limit = 1ULL << 30, .cpu_seconds = 3600, .output_limit = 1ULL << 40};
	cleanup_free char *path = xasprintf("%s/events.bin", arguments->folder);
	cleanup_json struct json_document *document = NULL;
	cleanup_close int fd = -1;
	struct confine_process process;
	struct confine_outcome outcome;
	struct error *err;

	err = file_open(path, O_RDONLY, 0, &fd);
	if (err)
		return err;
	read_report(arguments, &document);
	struct confine_task task = {.function = print_events,
				    .context = arguments,
				    .fds = &fd,
				    .fd_count = 1,
				    .timeout_ms = INT_MAX};
	err = confine_start(&policy, &task, &process);
	if (err)
		return err;
	err = relay(process.output);
	if (err) {
		confine_kill(&process);
		return err;
	}
	err = confine_finish(&process, -1, &outcome);
	return err ? err : error_wrap(confine_outcome_error(&outcome), "decode '%s'", path);
}

int cli_events(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "DIR",
		.doc = "Print the events of an analysis, one JSON object a line.\v"
		       "DIR is the result folder of `habo analyze`. The fields are those of "
		       "docs/events.md.",
	};
	struct arguments arguments = {0};

	argp_err_exit_status = EXIT_BAD_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
		return EXIT_BAD_USAGE;
	struct error *err = run(&arguments);
	/* A reader that has enough, as head(1), is no failure. */
	if (err && error_errnum(err) == EPIPE) {
		error_free(err);
		return EXIT_DONE;
	}
	return err ? cli_fail(err) : EXIT_DONE;
}
