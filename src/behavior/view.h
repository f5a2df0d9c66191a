/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Views: what Sigma calls a log source. One event may be seen in several views (an exec is a process
 * creation, and also auditd's EXECVE and SYSCALL records); a rule asks for one or more of them.
 */
#include <stdint.h>

#include "base/error.h"
#include "model/model.h"

enum view {
	VIEW_PROCESS_CREATION,
	VIEW_PROCESS_TERMINATION,
	VIEW_PROCESS_ACCESS, /* ptrace */
	VIEW_FILE_EVENT,     /* a file is made or changed, or gets a name */
	VIEW_FILE_DELETE,
	VIEW_FILE_RENAME,
	VIEW_FILE_ACCESS,  /* a file is opened */
	VIEW_FILE_CHANGE,  /* times, mode, owner, attributes */
	VIEW_FILE_SUMMARY, /* what became of a file, after the run */
	VIEW_NETWORK,      /* network_connection */
	VIEW_DNS,          /* dns_query */
	VIEW_MODULE,       /* driver_load */
	VIEW_SOCKET,       /* sockets made, bound, listened on */
	VIEW_SIGNAL,       /* signals sent */
	VIEW_SYSTEM,       /* mounts, bpf(2) */
	VIEW_SYSCALL,
	VIEW_AUDIT_EXECVE, /* service: auditd */
	VIEW_AUDIT_PATH,
	VIEW_AUDIT_SYSCALL,
	VIEW_LOG, /* product: linux alone: command lines stand for log lines */
	VIEW_COUNT,
};

#define VIEW_BIT(view) (1U << (view))

/* The views of a rule's log source, 0 where nothing that we record is of it. Any of the texts may be
 * NULL. ERROR_UNSUPPORTED for another product than Linux. */
MUST_USE struct error *view_of_source(const char *category, const char *product,
				      const char *service, uint32_t *ret);
/* The views in which events of a kind are seen. */
uint32_t view_of_event(const struct event *event);
/* "process_creation"… */
const char *view_name(enum view view);
