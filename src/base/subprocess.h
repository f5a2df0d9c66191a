/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Child processes of ours. A child dies with its parent (PR_SET_PDEATHSIG), gets no descriptor but
 * those named, and is never run through a shell.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Descriptor `from` of ours becomes `to` in the child. */
struct fd_move {
	int from;
	int to;
};

struct subprocess_options {
	const char *const *argv;        /* argv[0] is looked up in PATH; ends with NULL */
	const char *const *environment; /* NULL: ours */
	const char *folder;             /* NULL: ours */
	const struct fd_move *moves;    /* 0, 1, 2 not named here are /dev/null, ours, ours */
	size_t move_count;
};

struct subprocess {
	pid_t pid; /* 0 once waited for */
	int pidfd; /* readable when it has ended */
};

MUST_USE struct error *subprocess_start(const struct subprocess_options *options,
					struct subprocess *ret);
/* Waits; ret_status as waitpid's. timeout_ms < 0 waits for ever; ERROR_TIMEOUT leaves it running. */
MUST_USE struct error *subprocess_wait(struct subprocess *process, int timeout_ms, int *ret_status);
/* SIGKILL and reap; harmless on one that has ended or never started. */
void subprocess_kill(struct subprocess *process);
/* Runs argv to its end. ret_output (may be NULL) gets stdout, at most `limit` bytes; an exit status
 * other than 0 is an error that quotes the last line of stderr. */
MUST_USE struct error *subprocess_run(const char *const *argv, size_t limit, char **ret_output);
