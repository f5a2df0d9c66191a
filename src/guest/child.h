/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The first process of a run. It is made whole (session, terminal, user, folder), stops itself, and
 * does nothing after SIGCONT but execve: so marks and monitors that come to it while it is stopped
 * see the program's very first call.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"
#include "wire/control.h"

struct child {
	pid_t pid;    /* 0: none */
	pid_t leader; /* of the terminal's session, a process of ours; 0: none */
	bool exited;  /* waited for */
	int status;
	int output;    /* pty, or stdout's pipe; -1 when closed */
	int error;     /* stderr's pipe, -1 with a pty */
	int input;     /* where stdin's bytes go, -1 when all went */
	int exec_pipe; /* gives errno when execve failed */
	bool terminal;
	struct buffer pending_input;
};

void child_init(struct child *child);
void child_deinit(struct child *child);
/* Returns when it is stopped. */
MUST_USE struct error *child_start(const struct control_run *run, struct child *ret);
MUST_USE struct error *child_continue(const struct child *child);
/* Feeds waiting stdin as far as it goes. */
void child_feed(struct child *child);
/* errno of its execve, 0: it worked. Once it has ended. */
uint32_t child_exec_error(const struct child *child);
