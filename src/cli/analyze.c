/* SPDX-License-Identifier: MIT */
/* habo analyze FILE: one sample in, one folder of results out. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/verb.h"
#include "cli/words.h"
#include "engine/analysis.h"
#include "report/report.h"

/* Every setting is a key of habo.conf, HABO_<NAME> in the environment, and a long flag. */
static const struct setting settings[] = {
	{"output", "DIR", NULL, "Write the results there (default: NAME.habo)", 'o', false},
	{"timeout", "TIME", "30s", "Let the sample run at most this long", 't', false},
	{"static-only", NULL, NULL, "Do not run the sample", 's', false},
	{"args", "WORDS", NULL, "Arguments for the sample, split as a shell does", 'a', false},
	{"env", "NAME=VALUE", NULL, "Set a variable for the sample (may be repeated)", 'e', true},
	{"name", "NAME", NULL, "File name of the sample in the guest", 'n', false},
	{"cwd", "PATH", NULL, "Folder of the guest to put it in and start it in", 'd', false},
	{"user", "NAME", "root", "User of the guest that runs it", 'u', false},
	{"stdin", "FILE", NULL, "Give it this file as standard input", 'i', false},
	{"with", "PATH[=GUEST]", NULL, "Put a further file into the guest (may be repeated)", 'w',
	 true},
	{"setup", "SCRIPT", NULL, "Run a script of yours in the guest before the clock starts", 0,
	 false},
	{"setup-timeout", "TIME", "60s", "Let the set-up script run at most this long", 0, false},
	{"monitor", "COMMAND", NULL,
	 "Attach a tool of the guest to the stopped sample; {pid} and {out} are replaced (may be "
	 "repeated)",
	 'm', true},
	{"network", "MODE", "simulated", "simulated, refuse or none", 'N', false},
	{"image", "NAME", "default", "Guest image", 'I', false},
	{"state", "DIR", "/var/lib/habo", "Where images and templates are", 0, false},
	{"accelerator", "NAME", "auto", "auto, kvm or tcg", 0, false},
	{"rules", "DIR", NULL, "Further YARA and Sigma rules (may be repeated)", 'r', true},
	{"keep-memory", NULL, NULL, "Keep an image of the guest's memory in the results", 0, false},
	{"file-limit", "SIZE", "32M", "Bring out files up to this size", 0, false},
	{"files-limit", "SIZE", "256M", "Bring out at most so much in all", 0, false},
};

enum {
	KEY_LONG_ONLY = 0x1000, /* + index into settings */
	KEY_JSON = 0x2000,
	KEY_COLOR,
};

struct analyze_flags {
	struct config config;
	const char *sample;
	const char *file;             /* -c */
	const char *const *arguments; /* behind -- */
	size_t argument_count;
	bool as_json;
	bool is_quiet;
	bool is_verbose;
	enum color_choice color;
	struct error *err; /* the first bad flag */
	/* Flags are applied behind files and environment, so they wait here. */
	vec(struct {
		const char *name;
		const char *value;
	}) given;
};

static struct argp_option *make_options(void)
{
	static const struct argp_option fixed[] = {
		{"config", 'c', "FILE", 0, "Read this file of settings too", 0},
		{"json", KEY_JSON, NULL, 0, "Print report.json instead of the summary", 0},
		{"quiet", 'q', NULL, 0, "No progress on stderr", 0},
		{"verbose", 'v', NULL, 0, "Times of the stages on stderr", 0},
		{"color", KEY_COLOR, "WHEN", 0, "auto, always or never", 0},
	};
	struct argp_option *options =
		xcalloc(ARRAY_SIZE(settings) + ARRAY_SIZE(fixed) + 1, sizeof(*options));

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		options[i] = (struct argp_option){
			.name = settings[i].name,
			.key = settings[i].key ? settings[i].key : KEY_LONG_ONLY + (int)i,
			.arg = settings[i].argument,
			.doc = settings[i].doc,
		};
	memcpy(options + ARRAY_SIZE(settings), fixed, sizeof(fixed));
	return options;
}

static const struct setting *setting_of_key(int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (key == settings[i].key || key == KEY_LONG_ONLY + (int)i)
			return settings[i].key == 0 || key == settings[i].key ? &settings[i] : NULL;
	return NULL;
}

static error_t parse_flag(int key, char *argument, struct argp_state *state)
{
	struct analyze_flags *flags = state->input;
	const struct setting *setting = key ? setting_of_key(key) : NULL;

	if (setting) {
		__typeof__(flags->given.data) given = vec_push(&flags->given);
		given->name = setting->name;
		given->value = setting->argument ? argument : "yes";
		return 0;
	}
	switch (key) {
	case 'c':
		flags->file = argument;
		return 0;
	case KEY_JSON:
		flags->as_json = true;
		return 0;
	case 'q':
		flags->is_quiet = true;
		return 0;
	case 'v':
		flags->is_verbose = true;
		return 0;
	case KEY_COLOR:
		if (!flags->err)
			flags->err = color_parse(argument, &flags->color);
		return 0;
	case ARGP_KEY_ARG:
		if (flags->sample)
			argp_error(state,
				   "one file at a time: '%s'? (its arguments stand behind --)",
				   argument);
		flags->sample = argument;
		return 0;
	case ARGP_KEY_END:
		if (!flags->sample)
			argp_error(state, "which file?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Files, environment, flags, in that order. */
static struct error *load_config(struct analyze_flags *flags)
{
	struct config *config = &flags->config;

	struct error *err = config_load_usual_files(config);
	if (!err && flags->file)
		err = config_load_file(config, flags->file, true);
	if (!err)
		err = config_load_environment(config);
	vec_foreach(&flags->given, given)
		if (!err)
			err = config_set_flag(config, given->name, given->value);
	return err;
}

/* What the options point to and do not own. */
struct analyze_memory {
	struct arena *arena;
	struct analysis_options options;
};

static struct error *take_network(const char *text, enum network_mode *ret)
{
	static const char *const names[] = {[NETWORK_SIMULATED] = "simulated",
					    [NETWORK_REFUSE] = "refuse",
					    [NETWORK_NONE] = "none"};
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (text_equal(names[i], text)) {
			*ret = (enum network_mode)i;
			return NULL;
		}
	return error_new(ERROR_USAGE, "'%s' is no network (simulated, refuse or none)", text);
}

/* --with PATH[=GUEST_PATH]; by default into /tmp under its own name. */
static struct error *take_with(struct analyze_memory *memory, const struct config *config)
{
	size_t count;
	const char *const *texts = config_get_list(config, "with", &count);
	struct analysis_file *files = arena_alloc(memory->arena, count * sizeof(*files));

	for (size_t i = 0; i < count; i++) {
		const char *equal = strrchr(texts[i], '=');
		const char *slash = strrchr(texts[i], '/');
		if (equal && equal[1] == '/') {
			files[i].host_path =
				arena_strndup(memory->arena, texts[i], (size_t)(equal - texts[i]));
			files[i].guest_path = equal + 1;
		} else {
			files[i].host_path = texts[i];
			files[i].guest_path = arena_printf(memory->arena, "/tmp/%s",
							   slash ? slash + 1 : texts[i]);
		}
		if (!file_exists(files[i].host_path))
			return error_new(ERROR_USAGE, "--with: there is no '%s'",
					 files[i].host_path);
	}
	memory->options.with = files;
	memory->options.with_count = count;
	return NULL;
}

static struct error *take_environment(struct analyze_memory *memory, const struct config *config)
{
	struct analysis_options *options = &memory->options;

	options->environment = config_get_list(config, "env", &options->environment_count);
	for (size_t i = 0; i < options->environment_count; i++)
		if (!strchr(options->environment[i], '=') || options->environment[i][0] == '=')
			return error_new(ERROR_USAGE, "--env: '%s' is no NAME=VALUE",
					 options->environment[i]);
	return NULL;
}

/* Arguments: those of --args, then those behind --. */
static struct error *take_arguments(struct analyze_memory *memory,
				    const struct analyze_flags *flags)
{
	const char *text = config_get(&flags->config, "args");
	struct words words = {0};

	struct error *err = text ? words_split(text, memory->arena, &words) : NULL;
	if (err)
		return error_wrap(err, "--args");
	for (size_t i = 0; i < flags->argument_count; i++)
		vec_add(&words, flags->arguments[i]);
	memory->options.arguments =
		model_copy_elements(memory->arena, words.data, words.count, sizeof(*words.data));
	memory->options.argument_count = words.count;
	vec_deinit(&words);
	return NULL;
}

static void take_effective(struct analyze_memory *memory, const struct config *config)
{
	struct analysis_option *effective =
		arena_alloc(memory->arena, ARRAY_SIZE(settings) * sizeof(*effective));
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		const struct config_value *value = &config->values[i];
		cleanup_buffer struct buffer text = {0};
		for (size_t k = 0; k < value->texts.count; k++)
			buffer_printf(&text, "%s%s", k ? "\n" : "", value->texts.data[k]);
		if (value->texts.count == 0 && text_equal(value->origin, "default"))
			continue;
		effective[count++] = (struct analysis_option){
			.name = settings[i].name,
			.value = arena_strdup(memory->arena, buffer_text(&text)),
			.origin = arena_strdup(memory->arena, value->origin),
		};
	}
	memory->options.effective = effective;
	memory->options.effective_count = count;
}

static struct error *take_numbers(struct analysis_options *options, const struct config *config)
{
	struct error *err =
		text_to_duration_ms(config_get(config, "timeout"), &options->timeout_ms);

	if (!err)
		err = text_to_duration_ms(config_get(config, "setup-timeout"),
					  &options->setup_timeout_ms);
	if (!err && (options->timeout_ms > 86400000 || options->setup_timeout_ms > 86400000))
		err = error_new(ERROR_USAGE, "a run lasts a day at most");
	if (!err)
		err = text_to_size(config_get(config, "file-limit"), &options->file_limit);
	if (!err)
		err = text_to_size(config_get(config, "files-limit"), &options->files_limit);
	return err;
}

static struct error *make_analysis_options(struct analyze_memory *memory,
					   const struct analyze_flags *flags)
{
	const struct config *config = &flags->config;
	struct analysis_options *options = &memory->options;

	options->sample_path = flags->sample;
	options->name = config_get(config, "name");
	options->user = config_get(config, "user");
	options->cwd = config_get(config, "cwd");
	options->image = config_get(config, "image");
	options->state = config_get(config, "state");
	options->accelerator = config_get(config, "accelerator");
	options->setup = config_get(config, "setup");
	options->input = config_get(config, "stdin");
	options->static_only = config_is_on(config, "static-only");
	options->keep_memory = config_is_on(config, "keep-memory");
	options->monitors = config_get_list(config, "monitor", &options->monitor_count);
	options->rule_folders = config_get_list(config, "rules", &options->rule_folder_count);
	if (options->cwd && options->cwd[0] != '/')
		return error_new(ERROR_USAGE, "--cwd: '%s' is no absolute path", options->cwd);
	struct error *err = take_network(config_get(config, "network"), &options->network);
	if (!err)
		err = take_numbers(options, config);
	if (!err)
		err = take_with(memory, config);
	if (!err)
		err = take_environment(memory, config);
	if (!err)
		err = take_arguments(memory, flags);
	take_effective(memory, config);
	return err;
}

/* A folder that holds nothing of anybody's: new, empty, or an earlier result, which goes. */
static struct error *prepare_output(const char *output)
{
	cleanup_free char *report = xasprintf("%s/report.json", output);

	if (file_exists(report))
		return file_remove_tree(output);
	DIR *folder = opendir(output);
	if (!folder && errno == ENOENT)
		return NULL;
	if (!folder)
		return error_os(errno, "output '%s'", output);
	bool is_empty = true;
	for (struct dirent *entry; (entry = readdir(folder));)
		is_empty &= text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..");
	closedir(folder);
	if (!is_empty)
		return error_new(
			ERROR_USAGE,
			"'%s' holds something that is no result of mine: choose another -o",
			output);
	return NULL;
}

static void show_progress(void *context, const char *stage)
{
	const struct analyze_flags *flags = context;

	if (flags->is_verbose)
		fprintf(stderr, "habo: %s…\n", stage);
	else if (!flags->is_quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[Khabo: %s…", stage);
}

/* SIGINT and SIGTERM become readable, so that a run can end with a report. */
static struct error *catch_signals(int *ret_fd)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
		return error_os(errno, "sigprocmask");
	*ret_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret_fd < 0 ? error_os(errno, "signalfd") : NULL;
}

static unsigned terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		return size.ws_col;
	return 100;
}

static struct error *print_result(const struct analyze_flags *flags, const struct report *report,
				  const char *output)
{
	cleanup_buffer struct buffer text = {0};

	if (flags->as_json) {
		cleanup_free char *path = xasprintf("%s/report.json", output);
		cleanup_close int fd = -1;
		struct error *err = file_open(path, O_RDONLY, 0, &fd);
		return err ? err : file_copy_fd(fd, STDOUT_FILENO, NULL);
	}
	report_write_text(&text, report, color_wanted(flags->color, stdout), terminal_width());
	if (flags->is_verbose)
		list_foreach(&report->analysis->stages, stage)
			fprintf(stderr, "habo: %-10s %8.1f ms\n", stage->name,
				(double)stage->duration_us / 1000);
	buffer_append_text(&text, "report    ");
	term_text(&text, span_text(output));
	buffer_append_text(&text, "/report.html\n");
	return file_write_fd(STDOUT_FILENO, buffer_text(&text), text.size);
}

static struct error *analyze(struct analyze_flags *flags, int *ret_status)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct analyze_memory memory = {.arena = arena};
	cleanup_close int signals = -1;
	struct report *report;

	struct error *err = load_config(flags);
	if (!err)
		err = make_analysis_options(&memory, flags);
	if (err)
		return err;
	const char *output = config_get(&flags->config, "output");
	const char *slash = strrchr(flags->sample, '/');
	const char *name = memory.options.name ? memory.options.name
			   : slash             ? slash + 1
					       : flags->sample;
	memory.options.output = output ? output : arena_printf(arena, "%s.habo", name);
	if (!file_exists(flags->sample))
		return error_new(ERROR_USAGE, "there is no '%s'", flags->sample);
	err = prepare_output(memory.options.output);
	if (!err)
		err = catch_signals(&signals);
	if (err)
		return err;
	memory.options.interrupt_fd = signals;
	memory.options.progress = show_progress;
	memory.options.progress_context = flags;
	err = analysis_run(&memory.options, arena, &report);
	if (!flags->is_quiet && !flags->is_verbose && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	if (err)
		return err;
	*ret_status = report->health->status == HEALTH_OK ? EXIT_DONE : EXIT_UNHEALTHY;
	return print_result(flags, report, memory.options.output);
}

/* Cuts what stands behind -- off argv: it is the sample's, not ours. */
static int cut_arguments(int argc, char **argv, struct analyze_flags *flags)
{
	for (int i = 1; i < argc; i++) {
		if (!text_equal(argv[i], "--"))
			continue;
		flags->arguments = (const char *const *)argv + i + 1;
		flags->argument_count = (size_t)(argc - i - 1);
		argv[i] = NULL;
		return i;
	}
	return argc;
}

int cli_analyze(int argc, char **argv)
{
	struct analyze_flags flags = {0};
	cleanup_free struct argp_option *options = make_options();
	const struct argp argp = {
		.options = options,
		.parser = parse_flag,
		.args_doc = "FILE [-- ARGUMENT…]",
		.doc = "Runs FILE in a virtual machine of its own, watches it, and writes what it "
		       "is and "
		       "does to a folder.\vEvery long option but config, json, quiet, verbose and "
		       "color is "
		       "also a line of habo.conf (`timeout = 1m`) and a variable "
		       "(HABO_TIMEOUT=1m). Flags "
		       "win over variables, variables over files.",
	};
	int status = EXIT_COULD_NOT;

	config_init(&flags.config, "analyze", settings, ARRAY_SIZE(settings));
	argc = cut_arguments(argc, argv, &flags);
	argp_err_exit_status = EXIT_BAD_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &flags);
	struct error *err = steal(&flags.err);
	if (!err)
		err = analyze(&flags, &status);
	vec_deinit(&flags.given);
	config_deinit(&flags.config);
	return err ? cli_fail(err) : status;
}
