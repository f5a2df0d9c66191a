/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Confined children: every decoder of hostile bytes runs in one. The child is a fork of the caller
 * that keeps only the descriptors it is given and an output pipe, then gives up everything else:
 *
 *	user        root becomes the system user habo-run (or nobody); no capability is left
 *	namespaces  new user, net, ipc, uts and cgroup namespaces where the kernel permits them
 *	landlock    no file, no TCP port, no abstract socket, no signal to others, where there is
 *one seccomp     a list of what may be called; anything else ends the child and is reported rlimits
 *private memory, processor time, file size, no new descriptors, no core life        dies with its
 *parent; not dumpable; no gain of rights by exec
 *
 * Missing namespaces or landlock are made up for by the seccomp list, which has to load: without it
 * the function is not run and the caller gets ERROR_UNSAFE.
 *
 * Results come back over the pipe. The caller must treat them as hostile too: a decoder that was
 * taken over can write anything into it, but do nothing else.
 *
 *	static struct error *decode(const struct confine_child *child)
 *	{
 *		…map child->fds[0], decode, encode…
 *		return file_write_fd(child->output, bytes, size);
 *	}
 *	struct confine_task task = {.function = decode, .fds = &fd, .fd_count = 1, .timeout_ms =
 *5000}; err = confine_run(&policy, &task, &output, &outcome); if (!err) err =
 *confine_outcome_error(&outcome);
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/span.h"

enum {
	CONFINE_MAX_FDS = 16,
	CONFINE_MESSAGE_SIZE = 480,
	CONFINE_MAX_REQUEST = 32 * 1024,
};

/* What a child may use. A 0 takes the default that stands behind it. */
struct confine_policy {
	uint64_t memory_limit; /* private writable bytes beyond what is inherited; 1 GiB */
	uint64_t cpu_seconds;  /* 60 */
	uint64_t output_limit; /* bytes over the pipe; 64 MiB */
	uint64_t file_limit; /* largest size to which a given file may be written; default: none */
	bool allow_threads;  /* for libraries that start threads of their own */
	/* open, stat, access and the like fail with EACCES instead of ending the child: for
	 * libraries that look for optional files by habit. Nothing is ever opened either way. */
	bool tolerate_open;
};

/* What the function sees inside the child. */
struct confine_child {
	void *context;       /* the caller's, as it was at the fork */
	struct span request; /* bytes of this task; empty when there are none */
	const int *fds;      /* in the order given; the numbers are the child's own */
	size_t fd_count;
	int output; /* blocking; write with file_write_fd() */
};

/* Runs in the child. An error's message (cut to CONFINE_MESSAGE_SIZE) reaches the caller as
 * CONFINE_FAILED. Never returns into the caller's code: no cleanup of the parent's runs. */
typedef struct error *confine_main(const struct confine_child *child);

struct confine_task {
	confine_main *function; /* not used by confine_zygote_run() */
	void *context;          /* not used by confine_zygote_run() */
	struct span request;    /* at most CONFINE_MAX_REQUEST for a zygote */
	const int *fds;         /* stay the caller's */
	size_t fd_count;
	int timeout_ms; /* by the wall clock; 0: a minute */
};

enum confine_end {
	CONFINE_OK,
	CONFINE_FAILED,    /* the function gave an error: message */
	CONFINE_CRASHED,   /* a signal: signal; or an exit of its own */
	CONFINE_VIOLATION, /* called what it may not: syscall_nr */
	CONFINE_OUT_OF_MEMORY,
	CONFINE_TIMED_OUT, /* wall clock or processor time */
	CONFINE_OUTPUT_LIMIT,
};

struct confine_outcome {
	enum confine_end end;
	int signal;           /* CONFINE_CRASHED; 0 otherwise */
	int syscall_nr;       /* CONFINE_VIOLATION, -1 when not known */
	uint64_t cpu_us;      /* user and system time */
	uint64_t peak_memory; /* bytes resident at most, the inherited ones included */
	char message[CONFINE_MESSAGE_SIZE]; /* CONFINE_FAILED; hostile text */
};

/* "ok", "failed", "crashed", "violation", "out_of_memory", "timed_out", "output_limit". */
const char *confine_end_name(enum confine_end end);
/* NULL for CONFINE_OK, else an error that says what happened. */
MUST_USE struct error *confine_outcome_error(const struct confine_outcome *outcome);

/* Runs one task to its end. ret_output gets the bytes written so far also when the end is not
 * CONFINE_OK. An error means that the child could not be made; the function has not run then. */
MUST_USE struct error *confine_run(const struct confine_policy *policy,
				   const struct confine_task *task, struct buffer *ret_output,
				   struct confine_outcome *ret);

/* The same in two halves, for results that are read as they come. */
struct confine_process {
	pid_t pid;
	int pidfd;
	int output;                /* the caller's end of the pipe: read it to its end, or close */
	struct confine_note *note; /* shared with the child; private to confine */
	struct confine_policy policy; /* as it is in force */
};
MUST_USE struct error *confine_start(const struct confine_policy *policy,
				     const struct confine_task *task, struct confine_process *ret);
/* Waits at most timeout_ms (< 0: no limit), then kills; frees all. */
MUST_USE struct error *confine_finish(struct confine_process *process, int timeout_ms,
				      struct confine_outcome *ret);
/* SIGKILL, reap, free; harmless on one that has ended or never started. */
void confine_kill(struct confine_process *process);
#define cleanup_confine_process __attribute__((cleanup(confine_kill)))

/*
 * A zygote is a warm child: `prepare` loads what every task needs (rules, tables) while files can
 * still be read, then the zygote confines itself and forks a further confined child per task. A
 * task costs a fork instead of the load. One task at a time; make several for several processors.
 */
struct confine_zygote_options {
	const struct confine_policy *policy; /* limits of each task */
	/* Runs once in the zygote, unconfined: reads only what we trust. May be NULL. */
	struct error *(*prepare)(void *context);
	confine_main *function;
	void *context;
};
struct confine_zygote;

/* Returns when `prepare` is done; its error is the result's. */
MUST_USE struct error *confine_zygote_new(const struct confine_zygote_options *options,
					  struct confine_zygote **ret);
void confine_zygote_free(struct confine_zygote *zygote);
DEFINE_CLEANUP(struct confine_zygote *, confine_zygote_free)
#define cleanup_zygote guard(confine_zygote_free)
/* As confine_run(). A zygote that was lost is made again first. */
MUST_USE struct error *confine_zygote_run(struct confine_zygote *zygote,
					  const struct confine_task *task,
					  struct buffer *ret_output, struct confine_outcome *ret);

/*
 * For a long-running box (the simulated internet, the capture) that has its sockets and files open:
 * from here on this process, and what it would become, serves them and can do nothing else: no new
 * socket but by accept, no connect, no exec, no fork, no file by name (EACCES). There is no way
 * back.
 */
MUST_USE struct error *confine_apply_box_filter(void);

/*
 * A seccomp program as `bwrap --seccomp FD` reads it, in a descriptor of the caller's: no socket but of
 * AF_UNIX can be made. Namespaces do not hold all families (AF_VSOCK reaches a hypervisor from any
 * network namespace), and a box that got its sockets handed over needs none.
 */
MUST_USE struct error *confine_make_socket_filter(int *ret_fd);
