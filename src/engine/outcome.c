/* SPDX-License-Identifier: MIT */
/*
 * How the sample's own process began and ended, as health names it. An analyst must never take a file
 * that could not run for one that did nothing.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "engine/job.h"

/* The guest's machine (ELF e_machine), as static analysis names it. */
static const char guest_machine[] = "x86-64";
static const char guest_machine_32[] = "i386";

static bool is_foreign(const struct static_report *report)
{
	const struct static_header *header = report && report->elf ? report->elf->header : NULL;

	return header && header->machine && !text_equal(header->machine, guest_machine) &&
	       !text_equal(header->machine, guest_machine_32);
}

static void judge_format(struct job *job)
{
	const struct static_report *report = job->report->static_;

	if (job->sample.size == 0)
		job_problem(job, HEALTH_FAILED, "empty_file", NULL, "the file is empty");
	else if (is_foreign(report))
		job_problem(job, HEALTH_FAILED, "another_machine",
			    "see its static analysis; a guest of that machine is needed",
			    "it is made for %s, the guest is %s", report->elf->header->machine,
			    guest_machine);
	else
		job_problem(job, HEALTH_FAILED, "exec_format_error",
			    "scripts without #! run with --args on their interpreter: habo analyze "
			    "/bin/sh --with FILE --args FILE",
			    "the guest's kernel does not know how to execute it");
}

static const char *interpreter_of(const struct static_report *report)
{
	if (!report)
		return NULL;
	if (report->script && report->script->interpreter)
		return report->script->interpreter;
	return report->elf ? report->elf->interpreter : NULL;
}

static void judge_failed_exec(struct job *job, int errnum)
{
	const char *interpreter = interpreter_of(job->report->static_);

	if (errnum == ENOENT && interpreter)
		job_problem(job, HEALTH_FAILED, "missing_interpreter",
			    "give it with --with FILE=PATH, or choose another --image",
			    "'%s', which runs it, is not in the guest", interpreter);
	else if (errnum == ENOEXEC)
		judge_format(job);
	else if (errnum == EACCES || errnum == EPERM)
		job_problem(job, HEALTH_FAILED, "not_executable", "choose another --cwd or --user",
			    "user '%s' may not execute it: %s", job->options->user,
			    strerror(errnum));
	else
		job_problem(job, HEALTH_FAILED, "exec_failed", NULL, "it could not be executed: %s",
			    strerror(errnum));
}

/* "…: error while loading shared libraries: NAME: …" (glibc, elf/dl-error.c) → NAME. */
static const char *missing_library(const struct job *job)
{
	static const char words[] = "error while loading shared libraries: ";

	vec_foreach(&job->session.terminal, chunk) {
		size_t at = span_find(chunk->data, span_text(words), 0);
		if (at == SIZE_MAX)
			continue;
		struct span rest = span_clip(chunk->data, at + sizeof(words) - 1, 256);
		size_t end = span_find(rest, span_text(":"), 0);
		if (end != SIZE_MAX)
			return arena_strndup(job->arena, rest.data, end);
	}
	return NULL;
}

static const struct process *own_process(const struct job *job)
{
	list_foreach(&job->trace.processes, process)
		if (process->is_sample && process->pid == job->session.started.pid)
			return process;
	return NULL;
}

static void judge_crash(struct job *job, int signal_number)
{
	const struct process *process = own_process(job);
	const char *address = process && process->end ? process->end->fault_address : NULL;

	job_problem(job, HEALTH_DEGRADED, "crashed",
		    "another --image, --user or argument may suit it",
		    "it was ended by signal %d (%s)%s%s", signal_number, strsignal(signal_number),
		    address ? " at address " : "", address ? address : "");
}

void outcome_judge(struct job *job)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
	const struct guest_session *session = &job->session;
	int status = (int)session->exited.status;

	if (!session->has_exited)
		return;
	if (session->exited.exec_error) {
		judge_failed_exec(job, (int)session->exited.exec_error);
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		const char *library = missing_library(job);
		if (library)
			job_problem(job, HEALTH_FAILED, "missing_library",
				    "give it with --with FILE=/usr/lib/NAME",
				    "'%s', which it needs, is not in the guest", library);
	}
	for (size_t i = 0; WIFSIGNALED(status) && i < ARRAY_SIZE(faults); i++)
		if (WTERMSIG(status) == faults[i])
			judge_crash(job, faults[i]);
}
