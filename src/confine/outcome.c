/* SPDX-License-Identifier: MIT */
/* How a child's end is told: the child's half writes the note, the parent's half reads it. */
#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "confine/exit_status.h"
#include "confine/lockdown.h"

struct error *confine_note_new(struct confine_note **ret)
{
	void *page = mmap(NULL, sizeof(struct confine_note), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return error_os(errno, "mmap");
	*ret = page;
	(*ret)->syscall_nr = -1;
	return NULL;
}

void confine_note_free(struct confine_note *note)
{
	if (note)
		munmap(note, sizeof(*note));
}

static void note_error(struct confine_note *note, struct error *err)
{
	snprintf(note->message, sizeof(note->message), "%s", error_message(err));
	error_free(err);
}

void confine_child_refuse(struct confine_note *note, struct error *err)
{
	note_error(note, err);
	_exit(CONFINE_EXIT_SETUP);
}

void confine_child_run(confine_main *function, const struct confine_child *child,
		       struct confine_note *note)
{
	struct error *err = function(child);

	if (err) {
		note_error(note, err);
		_exit(CONFINE_EXIT_FAILED);
	}
	_exit(CONFINE_EXIT_OK);
}

struct confine_policy confine_policy_full(const struct confine_policy *policy)
{
	struct confine_policy full = policy ? *policy : (struct confine_policy){0};

	if (!full.memory_limit)
		full.memory_limit = 1ULL << 30;
	if (!full.cpu_seconds)
		full.cpu_seconds = 60;
	if (!full.output_limit)
		full.output_limit = 64ULL << 20;
	return full;
}

static uint64_t microseconds(struct timeval time)
{
	return (uint64_t)time.tv_sec * 1000000U + (uint64_t)time.tv_usec;
}

struct error *confine_reap(pid_t pid, struct confine_exit *ret)
{
	struct rusage usage;
	int status;
	pid_t got;

	do
		got = wait4(pid, &status, 0, &usage);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_os(errno, "wait for a confined child");
	*ret = (struct confine_exit){
		.status = status,
		.cpu_us = microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
		.peak_memory = (uint64_t)usage.ru_maxrss * 1024,
	};
	return NULL;
}

static void read_signal(const struct confine_policy *policy, int signal_nr,
			struct confine_outcome *ret)
{
	bool is_cpu_out = ret->cpu_us / 1000000U >= policy->cpu_seconds;

	if (signal_nr == SIGXCPU || signal_nr == SIGALRM || (signal_nr == SIGKILL && is_cpu_out)) {
		ret->end = CONFINE_TIMED_OUT;
	} else if (signal_nr == SIGKILL) {
		ret->end = CONFINE_OUT_OF_MEMORY; /* not by us, so by the kernel's memory killer */
	} else {
		ret->end = CONFINE_CRASHED;
		ret->signal = signal_nr;
	}
}

struct error *confine_outcome_read(const struct confine_policy *policy,
				   const struct confine_exit *end, const struct confine_note *note,
				   struct confine_outcome *ret)
{
	char message[CONFINE_MESSAGE_SIZE];

	/* The child may still be able to write the note: take one copy. */
	memcpy(message, note->message, sizeof(message));
	message[sizeof(message) - 1] = '\0';
	*ret = (struct confine_outcome){
		.syscall_nr = -1, .cpu_us = end->cpu_us, .peak_memory = end->peak_memory};
	if (WIFSIGNALED(end->status)) {
		read_signal(policy, WTERMSIG(end->status), ret);
		return NULL;
	}
	switch (WEXITSTATUS(end->status)) {
	case CONFINE_EXIT_OK:
		ret->end = CONFINE_OK;
		break;
	case CONFINE_EXIT_FAILED:
		ret->end = CONFINE_FAILED;
		memcpy(ret->message, message, sizeof(message));
		break;
	case CONFINE_EXIT_SETUP:
		return error_new(ERROR_UNSAFE, "cannot confine a child: %s", message);
	case CONFINE_EXIT_VIOLATION:
		ret->end = CONFINE_VIOLATION;
		ret->syscall_nr = note->syscall_nr;
		break;
	case ALLOC_EXIT_STATUS:
		ret->end = CONFINE_OUT_OF_MEMORY;
		break;
	case CONFINE_EXIT_ABORTED:
		ret->end = CONFINE_CRASHED;
		ret->signal = SIGABRT;
		break;
	default:
		ret->end = CONFINE_CRASHED;
		break;
	}
	return NULL;
}

const char *confine_end_name(enum confine_end end)
{
	static const char *const names[] = {
		[CONFINE_OK] = "ok",
		[CONFINE_FAILED] = "failed",
		[CONFINE_CRASHED] = "crashed",
		[CONFINE_VIOLATION] = "violation",
		[CONFINE_OUT_OF_MEMORY] = "out_of_memory",
		[CONFINE_TIMED_OUT] = "timed_out",
		[CONFINE_OUTPUT_LIMIT] = "output_limit",
	};
	return names[end];
}

static struct error *violation_error(int syscall_nr)
{
	cleanup_free char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, syscall_nr);

	return error_new(ERROR_UNSAFE,
			 "the decoder was ended: it called %s (%d), which no decoder does",
			 name ? name : "an unknown system call", syscall_nr);
}

struct error *confine_outcome_error(const struct confine_outcome *outcome)
{
	switch (outcome->end) {
	case CONFINE_OK:
		return NULL;
	case CONFINE_FAILED:
		return error_new(ERROR_FAILED, "%s", outcome->message);
	case CONFINE_CRASHED:
		if (!outcome->signal)
			return error_new(ERROR_FAILED, "the decoder ended unexpectedly");
		return error_new(ERROR_FAILED, "the decoder crashed: %s",
				 strsignal(outcome->signal));
	case CONFINE_VIOLATION:
		return violation_error(outcome->syscall_nr);
	case CONFINE_OUT_OF_MEMORY:
		return error_new(ERROR_LIMIT, "the decoder ran out of memory");
	case CONFINE_TIMED_OUT:
		return error_new(ERROR_TIMEOUT, "the decoder took too long");
	case CONFINE_OUTPUT_LIMIT:
		return error_new(ERROR_LIMIT, "the decoder wrote too much");
	}
	return error_new(ERROR_FAILED, "unknown end of a decoder");
}

int confine_left_ms(uint64_t deadline_ns)
{
	uint64_t now = clock_monotonic_ns();

	if (now >= deadline_ns)
		return 0;
	return (int)min_of((deadline_ns - now) / 1000000U + 1, (uint64_t)INT32_MAX);
}

struct error *confine_drain(int fd, uint64_t deadline_ns, size_t limit, struct buffer *output,
			    enum confine_end *ret)
{
	enum { CHUNK = 64 * 1024 };
	cleanup_free char *chunk = xmalloc(CHUNK);
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	size_t total = 0;

	*ret = CONFINE_OK;
	for (;;) {
		int ready = poll(&readable, 1, confine_left_ms(deadline_ns));
		if (ready < 0 && errno != EINTR)
			return error_os(errno, "poll");
		if (ready == 0) {
			*ret = CONFINE_TIMED_OUT;
			return NULL;
		}
		ssize_t got = ready > 0 ? read(fd, chunk, CHUNK) : -1;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_os(errno, "read from a confined child");
		if (got == 0)
			return NULL;
		size_t fits = min_of((size_t)got, limit - total);
		buffer_append(output, chunk, fits);
		total += fits;
		if (fits < (size_t)got || output->overflow) {
			*ret = CONFINE_OUTPUT_LIMIT;
			return NULL;
		}
	}
}
