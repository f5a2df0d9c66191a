/* SPDX-License-Identifier: MIT */
#pragma once
/* Shared by the plugins that list code which the kernel calls: rows with their owner. */
#include "memory/owner.h"

enum { CALLBACKS_MAX = 16384 };

struct callback_list {
	struct memory_context *context;
	vec(struct memory_callback) rows;
	bool only_foreign; /* leave out what the kernel or a listed module owns */
};

/* Adds a row for code at `target`, attached by the object at `address`. */
void callback_add(struct callback_list *list, const char *kind, const char *name, uint64_t address,
		  uint64_t target);
/* Sources, in files of their own. */
void callbacks_of_tracing(struct callback_list *list); /* ftrace, kprobes, tracepoints */
void callbacks_of_network(struct callback_list *list); /* netfilter */
void callbacks_of_tables(struct callback_list *list);  /* interrupts, operations, notifiers */
