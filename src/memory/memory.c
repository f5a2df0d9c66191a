/* SPDX-License-Identifier: MIT */
#include "memory/memory.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/text.h"
#include "memory/context.h"
#include "memory/process.h"

const struct memory_plugin memory_plugins[] = {
	{"processes", "processes by task list, pid tables, families and scan", "processes",
	 "pid ppid uid standing name exe argv notes", plugin_processes},
	{"modules", "kernel modules by list, sysfs and scan", "modules",
	 "name standing in_list in_sysfs in_scan state base size taints notes", plugin_modules},
	{"syscalls", "system calls that were diverted", "syscall_hooks",
	 "table number handler address target owner note", plugin_syscalls},
	{"callbacks", "code that the kernel calls: tracing, netfilter, tables", "callbacks",
	 "kind name target owner note", plugin_callbacks},
	{"bpf", "eBPF programs and who holds them", "bpf_programs",
	 "id type name tag instructions uid attached_to holders", plugin_bpf},
	{"sockets", "open sockets, their holders and filters", "sockets",
	 "pid process fd family type protocol local remote state notes filter", plugin_sockets},
	{"regions", "code where programs rarely have any", "regions",
	 "pid process address size access kind content entropy file", plugin_regions},
	{"history", "what was entered in shells", "commands", "pid process started line",
	 plugin_history},
	{"files", "open files", "files", "pid process fd mode size is_deleted path", plugin_files},
	{"log", "the kernel's log", "kernel_log", "time_us level text", plugin_log},
};
const size_t memory_plugin_count = ARRAY_SIZE(memory_plugins);

static void scan_tasks(struct memory_context *context)
{
	enum memory_scan scan = context->options->scan;
	struct kernel *kernel = context->kernel;

	if (scan == MEMORY_SCAN_AUTO)
		scan = kernel->image->format == IMAGE_FORMAT_LIVE ? MEMORY_SCAN_SLABS
								  : MEMORY_SCAN_ALL;
	if (scan == MEMORY_SCAN_NONE)
		return;
	if (scan == MEMORY_SCAN_ALL || !tasks_scan_slabs(kernel, &context->tasks))
		tasks_scan(kernel, &context->tasks);
}

struct task_set *context_tasks(struct memory_context *context)
{
	if (!context->has_tasks) {
		tasks_collect(context->kernel, &context->tasks);
		scan_tasks(context);
	}
	context->has_tasks = true;
	return &context->tasks;
}

struct module_set *context_modules(struct memory_context *context)
{
	if (!context->has_modules)
		modules_collect(context->kernel, &context->modules);
	context->has_modules = true;
	return &context->modules;
}

void context_anomaly(struct memory_context *context, const char *code, uint64_t address,
		     const char *format, ...)
{
	va_list args;

	if (context->anomalies.count >= CONTEXT_ANOMALIES_MAX)
		return;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	vec_add(&context->anomalies,
		((struct anomaly){.code = code,
				  .offset = address,
				  .text = arena_strdup(context->arena, text)}));
}

void text_list_add(struct text_list *list, const char *text)
{
	vec_add(list, text);
}

static bool is_wanted(const struct memory_options *options, const struct memory_plugin *plugin)
{
	if (!options->plugins)
		return true;
	for (size_t i = 0; i < options->plugin_count; i++)
		if (text_equal(options->plugins[i], plugin->name))
			return true;
	return false;
}

static struct error *check_names(const struct memory_options *options)
{
	for (size_t i = 0; options->plugins && i < options->plugin_count; i++) {
		size_t k = 0;
		while (k < memory_plugin_count &&
		       !text_equal(options->plugins[i], memory_plugins[k].name))
			k++;
		if (k == memory_plugin_count)
			return error_new(ERROR_USAGE, "there is no memory plugin '%s'",
					 options->plugins[i]);
	}
	return NULL;
}

/* Rows in the report's list of that name. */
static size_t rows_of(const struct memory_report *report, const char *list)
{
	for (size_t i = 0; i < record_memory_report.field_count; i++) {
		const struct field *field = &record_memory_report.fields[i];
		if (field->kind == FIELD_LIST && text_equal(field->name, list)) {
			struct model_list rows;
			memcpy(&rows, (const char *)report + field->offset, sizeof(rows));
			return rows.count;
		}
	}
	return 0;
}

static void run_plugins(struct memory_context *context)
{
	vec(struct memory_run) runs = {0};

	for (size_t i = 0; i < memory_plugin_count; i++) {
		const struct memory_plugin *plugin = &memory_plugins[i];
		if (!is_wanted(context->options, plugin))
			continue;
		uint64_t start = clock_monotonic_ns();
		struct memory_run run = {.name = plugin->name};
		run.error = plugin->run(context);
		run.rows = rows_of(context->report, plugin->list);
		run.duration_us = (clock_monotonic_ns() - start) / 1000;
		vec_add(&runs, run);
	}
	list_take(context->arena, &context->report->runs, runs.data, runs.count);
	vec_deinit(&runs);
}

static void read_boot(struct memory_context *context)
{
	enum { COMMAND_LINE_MAX = 4096 };
	struct kernel *kernel = context->kernel;
	uint64_t pointer, offset = process_clock_offset(kernel);
	char text[CLOCK_TEXT_SIZE];

	if (kernel_symbol(kernel, "saved_command_line", &pointer))
		context->report->command_line =
			kernel_string(kernel, kernel_u64(kernel, pointer), COMMAND_LINE_MAX);
	if (!offset)
		return;
	clock_text(offset, text);
	context->report->booted = arena_strdup(context->arena, text);
}

static void describe(struct memory_context *context)
{
	struct kernel *kernel = context->kernel;
	struct memory_report *report = context->report;
	struct text_list checks = {0};

	report->format = image_format_name(kernel->image->format);
	report->size = image_size(kernel->image);
	report->rung = kernel_rung_name(kernel->rung);
	report->kernel = kernel->banner[0] ? arena_strdup(context->arena, kernel->banner) : NULL;
	read_boot(context);
	report->symbols = kernel->symbols.count;
	report->types = kernel->btf.count;
	report->paging_levels = kernel->space.levels;
	(void)kernel_symbol(kernel, "_stext", &report->kernel_base);
	for (size_t i = 0; i < kernel->check_count; i++) {
		if (kernel->checks[i].agrees)
			text_list_add(&checks, kernel->checks[i].what);
		else
			context_anomaly(context, "check_failed", 0, "does not hold: %s",
					kernel->checks[i].what);
	}
	list_take(context->arena, &report->checks, checks.data, checks.count);
	vec_deinit(&checks);
	if (kernel->image->cut_ranges)
		context_anomaly(context, "image_cut", 0,
				"%llu ranges of the image are cut, overlap or are malformed",
				(unsigned long long)kernel->image->cut_ranges);
	if (!kernel->has_symbols)
		context_anomaly(context, "no_symbols", 0, "the kernel's symbol table is not found");
	if (!kernel->has_types)
		context_anomaly(context, "no_types", 0,
				"the kernel has no BTF: its structures cannot be read");
}

struct error *memory_analyze(struct image *image, const struct memory_options *options,
			     struct arena *arena, struct memory_report *ret)
{
	static const struct memory_options defaults = {0};
	struct memory_context context = {.arena = arena, .options = options ? options : &defaults};
	struct kernel_hint hint = {.vmcoreinfo_paddr = context.options->vmcoreinfo_paddr};
	cleanup_kernel struct kernel *kernel = NULL;
	struct memory_report report = {0};

	struct error *err = check_names(context.options);
	if (err)
		return err;
	err = kernel_open(image, arena, &hint, &kernel);
	if (err)
		return err;
	context.kernel = kernel;
	context.report = &report;
	describe(&context);
	run_plugins(&context);
	list_take(arena, &report.anomalies, context.anomalies.data, context.anomalies.count);
	vec_deinit(&context.anomalies);
	task_set_deinit(&context.tasks);
	module_set_deinit(&context.modules);
	*ret = report;
	return NULL;
}
