/* SPDX-License-Identifier: MIT */
/* habo memory IMAGE [PLUGIN…]: forensics of a memory image, read in a confined child. */
#include <argp.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "confine/confine.h"
#include "memory/memory.h"

enum {
	PLUGINS_MAX = 64,
	OPTION_NO_SCAN = 256,
	OPTION_CSV,
	OPTION_JSON,
	OPTION_LIST,
	TIMEOUT_MS = 600000
};

struct settings {
	const char *path;
	const char *plugins[PLUGINS_MAX];
	struct memory_options options;
	bool is_json, is_csv, is_list, is_quiet;
};

static const struct argp_option options[] = {
	{"json", OPTION_JSON, NULL, 0, "print the whole result as JSON", 0},
	{"csv", OPTION_CSV, NULL, 0, "print the rows as CSV", 0},
	{"list", OPTION_LIST, NULL, 0, "list the plugins", 0},
	{"no-scan", OPTION_NO_SCAN, NULL, 0,
	 "look for hidden tasks only through the kernel's own lists", 0},
	{"quiet", 'q', NULL, 0, "print no summary on stderr", 0},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct settings *settings = state->input;

	switch (key) {
	case OPTION_JSON:
		settings->is_json = true;
		break;
	case OPTION_CSV:
		settings->is_csv = true;
		break;
	case OPTION_LIST:
		settings->is_list = true;
		break;
	case OPTION_NO_SCAN:
		settings->options.scan = MEMORY_SCAN_NONE;
		break;
	case 'q':
		settings->is_quiet = true;
		break;
	case ARGP_KEY_ARG:
		if (!settings->path)
			settings->path = argument;
		else if (settings->options.plugin_count < PLUGINS_MAX)
			settings->plugins[settings->options.plugin_count++] = argument;
		else
			argp_error(state, "too many plugins");
		break;
	case ARGP_KEY_END:
		if (!settings->path && !settings->is_list)
			argp_usage(state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* In the confined child: image → rows → the model's codec. */
static struct error *read_image(const struct confine_child *child)
{
	const struct memory_options *memory_options = child->context;
	cleanup_arena struct arena *arena = arena_new(MEMORY_ARENA_MAX);
	cleanup_buffer struct buffer out = {0};
	cleanup_image struct image *image = NULL;
	struct memory_report report = {0};

	struct error *err = image_open(child->fds[0], &image);
	if (err)
		return err;
	err = memory_analyze(image, memory_options, arena, &report);
	if (err)
		return err;
	model_encode(&out, &record_memory_report, &report);
	return file_write_fd(child->output, out.data, out.size);
}

static struct error *analyze(struct settings *settings, struct arena *arena,
			     struct memory_report *ret)
{
	/* glibc's qsort looks for /proc/meminfo. */
	static const struct confine_policy policy = {.memory_limit = 512u << 20,
						     .tolerate_open = true};
	cleanup_buffer struct buffer output = {0};
	cleanup_close int fd = -1;
	struct confine_outcome outcome;

	struct error *err = file_open(settings->path, O_RDONLY, 0, &fd);
	if (err)
		return err;
	struct confine_task task = {.function = read_image,
				    .context = &settings->options,
				    .fds = &fd,
				    .fd_count = 1,
				    .timeout_ms = TIMEOUT_MS};
	err = confine_run(&policy, &task, &output, &outcome);
	if (!err)
		err = confine_outcome_error(&outcome);
	if (!err)
		err = model_decode(buffer_span(&output), &record_memory_report, arena, ret);
	return error_wrap(err, "read %s", settings->path);
}

static void print_text(struct buffer *out, const char *prefix, const char *text)
{
	buffer_append_text(out, prefix);
	term_text(out, span_text(text ? text : "-"));
	buffer_append_char(out, '\n');
}

static void print_summary(const struct memory_report *report)
{
	cleanup_buffer struct buffer out = {0};

	print_text(&out, "kernel:   ", report->kernel);
	print_text(&out, "found by: ", report->rung);
	for (size_t i = 0; i < report->runs.count; i++) {
		const struct memory_run *run = &report->runs.data[i];
		if (run->error)
			print_text(&out, "not run:  ", run->error);
	}
	for (size_t i = 0; i < report->anomalies.count; i++) {
		const struct anomaly *anomaly = &report->anomalies.data[i];
		buffer_printf(&out, "anomaly:  at 0x%llx: ", (unsigned long long)anomaly->offset);
		print_text(&out, "", anomaly->text);
	}
	fputs(buffer_text(&out), stderr);
}

static bool is_chosen(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->options.plugin_count; i++)
		if (strcmp(settings->plugins[i], name) == 0)
			return true;
	return settings->options.plugin_count == 0;
}

static void print_tables(const struct settings *settings, const struct memory_report *report)
{
	cleanup_buffer struct buffer out = {0};

	for (size_t i = 0; i < memory_plugin_count; i++) {
		const struct memory_plugin *plugin = &memory_plugins[i];
		const struct field *field;
		struct model_list rows;
		if (!is_chosen(settings, plugin->name) ||
		    !table_find(&record_memory_report, report, plugin->list, &field, &rows))
			continue;
		if (settings->options.plugin_count != 1 && !settings->is_csv)
			buffer_printf(&out, "\n%s: %s\n", plugin->name, plugin->title);
		if (settings->is_csv)
			table_write_csv(&out, field->record, rows);
		else
			table_write_text(&out, field->record, rows, plugin->columns);
	}
	fputs(buffer_text(&out), stdout);
}

static int print_report(const struct settings *settings, const struct memory_report *report)
{
	struct json_writer writer;

	if (!settings->is_quiet)
		print_summary(report);
	if (!settings->is_json) {
		print_tables(settings, report);
		return EXIT_DONE;
	}
	json_writer_init_fd(&writer, STDOUT_FILENO, true);
	model_write_json(&writer, &record_memory_report, report);
	struct error *err = json_writer_finish(&writer);
	return err ? cli_fail(err) : EXIT_DONE;
}

/* Names are checked before the child is made, so that a wrong one is bad usage. */
static struct error *check_plugins(const struct settings *settings)
{
	for (size_t i = 0; i < settings->options.plugin_count; i++) {
		size_t k = 0;
		while (k < memory_plugin_count &&
		       strcmp(settings->plugins[i], memory_plugins[k].name) != 0)
			k++;
		if (k == memory_plugin_count)
			return error_new(
				ERROR_USAGE,
				"there is no memory plugin '%s'; `habo memory --list` lists them",
				settings->plugins[i]);
	}
	return NULL;
}

int cli_memory(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "IMAGE [PLUGIN…]",
		.doc = "Look into a memory image of a Linux machine: raw, LiME, AVML, or an ELF "
		       "core of "
		       "QEMU. The kernel's symbols and types are found in the image itself.",
	};
	struct settings settings = {0};
	struct memory_report report = {0};
	cleanup_arena struct arena *arena = arena_new(2 * (size_t)MEMORY_ARENA_MAX);

	argp_err_exit_status = EXIT_BAD_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &settings);
	if (settings.is_list) {
		for (size_t i = 0; i < memory_plugin_count; i++)
			printf("%-12s %s\n", memory_plugins[i].name, memory_plugins[i].title);
		return EXIT_DONE;
	}
	if (settings.options.plugin_count)
		settings.options.plugins = settings.plugins;
	struct error *err = check_plugins(&settings);
	if (!err)
		err = analyze(&settings, arena, &report);
	if (err)
		return cli_fail(err);
	return print_report(&settings, &report);
}
