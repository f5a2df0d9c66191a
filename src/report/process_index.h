/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The processes of a report by id, and their tree in the order of appearance. The report may be
 * hostile: parents that are missing, their own or part of a ring make a process a root, and every
 * process is visited once.
 */
#include "model/model.h"

struct process_node {
	const struct process *process;
	size_t depth;    /* 0 for a root */
	size_t children; /* direct ones */
};

struct process_index {
	const struct process **by_id; /* sorted */
	struct process_node *tree;    /* depth first */
	size_t count;
};

void process_index_init(struct process_index *index, const struct report *report);
void process_index_deinit(struct process_index *index);
#define cleanup_process_index __attribute__((cleanup(process_index_deinit)))
/* NULL when there is none. */
const struct process *process_find(const struct process_index *index, const char *id);

/* The last program that it ran, else NULL. */
const struct execution *process_last_execution(const struct process *process);
/* A program's arguments as one line, with those in double quotes that a shell would need quoted; at
 * most `limit` bytes, "…" where it was cut. */
void command_line(struct buffer *out, const struct execution *execution, size_t limit);
