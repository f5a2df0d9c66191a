/* SPDX-License-Identifier: MIT */
/* habo static FILE…: what files are, without running them. Each is read in a confined child that a
 * warm one with rules loaded forks. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/vec.h"
#include "cli/static_page.h"
#include "cli/verb.h"
#include "confine/confine.h"
#include "engine/place.h"
#include "static/static.h"

enum {
	OPTION_JSON = 256,
	OPTION_RULES,
	OPTION_NO_RULES,
	OPTION_NO_FUZZY,
	OPTION_TIMEOUT,
	OPTION_COLOR,
	FILE_LIMIT = 1 << 30,
	MEMORY_BASE = 64 << 20,
	MEMORY_FACTOR = 4, /* three times the bytes, and the codec's copy of the answer */
	TIMEOUT_MS = 60000,
};

struct settings {
	vec(const char *) paths;
	vec(const char *) rules;
	bool is_json, no_rules;
	enum color_choice color;
	struct static_options options;
	struct arena *arena;
};

static const struct argp_option options[] = {
	{"json", OPTION_JSON, NULL, 0,
	 "print JSON, one object a line (also when stdout is no terminal)", 0},
	{"rules", OPTION_RULES, "PATH", 0,
	 "further YARA rules: a file or a folder; may be repeated", 0},
	{"no-rules", OPTION_NO_RULES, NULL, 0, "use no YARA rules", 0},
	{"no-fuzzy", OPTION_NO_FUZZY, NULL, 0, "leave out ssdeep and TLSH", 0},
	{"yara-timeout", OPTION_TIMEOUT, "TIME", 0, "most time for the rules of a file (20s)", 0},
	{"color", OPTION_COLOR, "WHEN", 0, "auto, always or never", 0},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct settings *settings = state->input;
	struct error *err = NULL;

	switch (key) {
	case OPTION_JSON:
		settings->is_json = true;
		break;
	case OPTION_RULES:
		vec_add(&settings->rules, argument);
		break;
	case OPTION_NO_RULES:
		settings->no_rules = true;
		break;
	case OPTION_NO_FUZZY:
		settings->options.no_fuzzy_hashes = true;
		break;
	case OPTION_TIMEOUT:
		err = text_to_duration_ms(argument, &settings->options.yara_timeout_ms);
		break;
	case OPTION_COLOR:
		err = color_parse(argument, &settings->color);
		break;
	case ARGP_KEY_ARG:
		vec_add(&settings->paths, argument);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (err) {
		cleanup_free char *message = term_text_dup(error_message(err));
		error_free(err);
		argp_error(state, "%s", message);
	}
	return 0;
}

/* In the warm child, before it confines itself. */
static struct error *load(void *context)
{
	struct settings *settings = context;
	vec(const char *) folders = {0};
	const char *own = place_rules(settings->arena, "yara");

	if (own)
		vec_add(&folders, own);
	vec_foreach(&settings->rules, path)
		vec_add(&folders, *path);
	struct error *err = NULL;
	if (!settings->no_rules)
		err = scanner_new(folders.data, folders.count, &settings->options.scanner);
	vec_deinit(&folders);
	return err ? err : file_type_new(&settings->options.file_type);
}

/* In the confined child: the request is the file's base name. */
static struct error *analyze(const struct confine_child *child)
{
	const struct settings *settings = child->context;
	struct static_options call = settings->options;
	cleanup_mapping struct mapping bytes = {0};
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer out = {0};
	struct static_report report = {0};

	call.file_name = arena_strndup(arena, child->request.data, child->request.size);
	call.has_fd = true;
	call.fd = child->fds[0];
	struct error *err = mapping_init(&bytes, child->fds[0], FILE_LIMIT);
	if (!err)
		err = static_analyze(mapping_span(&bytes), &call, arena, &report);
	if (err)
		return err;
	model_encode(&out, &record_static_report, &report);
	return file_write_fd(child->output, out.data, out.size);
}

static struct error *check_regular(int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		return error_os(errno, "stat");
	return S_ISREG(status.st_mode) ? NULL : error_new(ERROR_USAGE, "not a regular file");
}

static struct error *run(struct confine_zygote *zygote, const char *path, struct arena *arena,
			 struct static_report *ret)
{
	cleanup_buffer struct buffer output = {0};
	cleanup_close int fd = -1;
	struct confine_outcome outcome;
	const char *slash = strrchr(path, '/');
	struct span name = span_clip(span_text(slash ? slash + 1 : path), 0, 255);

	struct error *err = file_open(path, O_RDONLY | O_NONBLOCK, 0, &fd);
	if (!err)
		err = check_regular(fd);
	if (err)
		return err;
	struct confine_task task = {
		.request = name, .fds = &fd, .fd_count = 1, .timeout_ms = TIMEOUT_MS};
	err = confine_zygote_run(zygote, &task, &output, &outcome);
	if (!err)
		err = confine_outcome_error(&outcome);
	if (!err)
		err = model_decode(buffer_span(&output), &record_static_report, arena, ret);
	return err;
}

/* {"path": …, "static": {…}}: one line, or indented when it is the only file on a terminal. */
static struct error *print_json(const char *path, const struct static_report *report)
{
	struct json_writer writer;

	json_writer_init_fd(&writer, STDOUT_FILENO, false);
	json_object_begin(&writer);
	json_key(&writer, "path");
	json_put_string(&writer, span_text(path));
	json_key(&writer, "static");
	model_write_json(&writer, &record_static_report, report);
	json_object_end(&writer);
	struct error *err = json_writer_finish(&writer);
	return err ? err : file_write_fd(STDOUT_FILENO, "\n", 1);
}

static struct error *print(const struct settings *settings, const char *path,
			   const struct static_report *report)
{
	cleanup_buffer struct buffer page = {0};

	if (settings->is_json)
		return print_json(path, report);
	static_page_write(&page, path, report, color_wanted(settings->color, stdout));
	return file_write_fd(STDOUT_FILENO, buffer_text(&page), page.size);
}

static struct error *process(const struct settings *settings, struct confine_zygote *zygote,
			     const char *path)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_report report = {0};

	struct error *err = run(zygote, path, arena, &report);
	if (!err)
		err = print(settings, path, &report);
	return error_wrap(err, "%s", path);
}

static int run_all(struct settings *settings)
{
	cleanup_zygote struct confine_zygote *zygote = NULL;
	/* A limit for the largest file that is taken; what counts is private memory in use. */
	const struct confine_policy policy = {
		.memory_limit = MEMORY_BASE + (uint64_t)MEMORY_FACTOR * FILE_LIMIT,
		.tolerate_open = true,
	};
	const struct confine_zygote_options warm = {
		.policy = &policy, .prepare = load, .function = analyze, .context = settings};
	int status = EXIT_DONE;

	struct error *err = confine_zygote_new(&warm, &zygote);
	if (err)
		return cli_fail(err);
	vec_foreach(&settings->paths, path) {
		err = process(settings, zygote, *path);
		if (err)
			status = cli_fail(err);
	}
	return status;
}

int cli_static(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "FILE…",
		.doc = "Says what files are, without running them.",
	};
	struct settings settings = {.arena = arena_new(0), .is_json = !isatty(STDOUT_FILENO)};
	int status = EXIT_BAD_USAGE;

	argp_err_exit_status = EXIT_BAD_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &settings) == 0)
		status = run_all(&settings);
	vec_deinit(&settings.paths);
	vec_deinit(&settings.rules);
	arena_free(settings.arena);
	return status;
}
