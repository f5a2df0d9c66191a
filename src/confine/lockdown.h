/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What a child does to itself before it touches hostile bytes. Private to confine. All of it runs
 * between fork and the task, in a process that will only ever _exit().
 */
#include <sys/types.h>

#include "confine/confine.h"

/* One page that parent and child share: the child's last words. The parent copies what it needs and
 * believes none of it. */
struct confine_note {
	int syscall_nr; /* of a violation; -1 when there was none */
	char message[CONFINE_MESSAGE_SIZE];
};

/* A user and group that own nothing, for a caller that is root. */
struct confine_user {
	uid_t uid;
	gid_t gid;
};
/* habo-run, or nobody where set-up has not made it. */
struct confine_user confine_user_find(void);

/* Default handlers for all signals, none blocked. */
void lockdown_signals(void);
/* Makes the given descriptors 3, 4, … in that order and closes all others; 0, 1 and 2 become
 * /dev/null (2 stays under a sanitizer, for its report). */
MUST_USE struct error *lockdown_fds(const int *fds, size_t count);
/* Root becomes `user`; new namespaces where permitted; then lockdown_capabilities(). The process
 * dies with `parent`. */
MUST_USE struct error *lockdown_identity(struct confine_user user, pid_t parent);
/* No capability is left and none can come back; not dumpable. */
MUST_USE struct error *lockdown_capabilities(void);
/* No file, port, abstract socket or signal, as much of it as this kernel's landlock knows. */
MUST_USE struct error *lockdown_landlock(void);
/* Memory, file size, and that no more than `descriptors` are ever open. */
MUST_USE struct error *lockdown_limits(const struct confine_policy *policy, size_t descriptors);
/* Processor time from now on. */
MUST_USE struct error *lockdown_cpu(const struct confine_policy *policy);
/* Where a violation is noted (NULL: on stderr) before the process ends. */
MUST_USE struct error *lockdown_note(struct confine_note *note);

/* How a child ended, as far as its parent could see. */
struct confine_exit {
	int status; /* waitpid's */
	uint64_t cpu_us;
	uint64_t peak_memory;
};

MUST_USE struct error *confine_note_new(struct confine_note **ret);
void confine_note_free(struct confine_note *note);
/* Waits for a child of ours that is about to end. */
MUST_USE struct error *confine_reap(pid_t pid, struct confine_exit *ret);
/* Reads exit and note together. ERROR_UNSAFE when the child could not confine itself. */
MUST_USE struct error *confine_outcome_read(const struct confine_policy *policy,
					    const struct confine_exit *end,
					    const struct confine_note *note,
					    struct confine_outcome *ret);
/* Ends the process because it could not confine itself. Takes err. */
_Noreturn void confine_child_refuse(struct confine_note *note, struct error *err);
/* Runs the task's function and ends the process. */
_Noreturn void confine_child_run(confine_main *function, const struct confine_child *child,
				 struct confine_note *note);
/* The policy with each 0 replaced by its default. */
struct confine_policy confine_policy_full(const struct confine_policy *policy);

/* Reads a pipe to its end. False when the deadline (monotonic ns) passed or the limit was hit;
 * *ret says which. */
MUST_USE struct error *confine_drain(int fd, uint64_t deadline_ns, size_t limit,
				     struct buffer *output, enum confine_end *ret);
/* Milliseconds from now to a deadline, 0 when it has passed. */
int confine_left_ms(uint64_t deadline_ns);
