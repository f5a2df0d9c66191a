/* SPDX-License-Identifier: MIT */
#pragma once
/* Decoders in confined children, whose answer is a record of the model. Private to engine. */
#include "confine/confine.h"
#include "model/model.h"

struct confined_call {
	const char *name;       /* for errors: "static analysis" */
	confine_main *function; /* writes one encoded record with confined_answer() */
	void *context;          /* as it stands at the fork */
	const int *fds;
	size_t fd_count;
	struct confine_policy policy;
	int timeout_ms;
	const struct record *record; /* of the answer */
};

/* Runs the call to its end and decodes the answer into *ret (zeroed, of the record's size). */
MUST_USE struct error *confined_run(const struct confined_call *call, struct arena *arena,
				    void *ret);

/* The same in two halves, so that something else can go on meanwhile. */
MUST_USE struct error *confined_start(const struct confined_call *call,
				      struct confine_process *ret);
MUST_USE struct error *confined_finish(const struct confined_call *call,
				       struct confine_process *process, struct arena *arena,
				       void *ret);

/* In the child: encodes and writes. */
MUST_USE struct error *confined_answer(const struct confine_child *child,
				       const struct record *record, const void *value);
