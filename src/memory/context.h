/* SPDX-License-Identifier: MIT */
#pragma once
/* What plugins share: the kernel, the report, and what was already collected. */
#include "memory/kernel.h"
#include "memory/memory.h"
#include "memory/modules.h"
#include "memory/tasks.h"

struct memory_context {
	struct kernel *kernel;
	struct arena *arena;
	struct memory_report *report;
	const struct memory_options *options;
	struct task_set tasks; /* collected when first asked for */
	bool has_tasks;
	struct module_set modules; /* likewise */
	bool has_modules;
	vec(struct anomaly) anomalies;
};

enum { CONTEXT_ANOMALIES_MAX = 4096 };

/* All tasks of the image; the first call collects them. */
struct task_set *context_tasks(struct memory_context *context);
struct module_set *context_modules(struct memory_context *context);
/* Notes what could not be read or does not agree. */
void context_anomaly(struct memory_context *context, const char *code, uint64_t address,
		     const char *format, ...) PRINTF_LIKE(4, 5);

/* A list of texts that grows and ends up in a record. */
struct text_list {
	const char **data;
	size_t count, capacity;
};
void text_list_add(struct text_list *list, const char *text);

/* The plugins, one file each. */
const char *plugin_processes(struct memory_context *context);
const char *plugin_modules(struct memory_context *context);
const char *plugin_syscalls(struct memory_context *context);
const char *plugin_log(struct memory_context *context);
const char *plugin_files(struct memory_context *context);
const char *plugin_sockets(struct memory_context *context);
const char *plugin_callbacks(struct memory_context *context);
const char *plugin_bpf(struct memory_context *context);
const char *plugin_regions(struct memory_context *context);
const char *plugin_history(struct memory_context *context);
