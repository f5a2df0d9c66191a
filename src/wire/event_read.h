/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Reads event records (wire/event.h) out of hostile bytes.
 *
 *	struct reader records = reader_of(frame.payload, BYTE_ORDER_LITTLE);
 *	while (event_next(&records, &event, &anomalies)) …
 *
 * Every field of struct event_record is in the host's byte order; spans lie in the payload. Numbers that
 * name something (type, class) are checked, everything else is as the guest says.
 */
#include <stdbool.h>

#include "base/buffer.h"
#include "base/span.h"
#include "wire/event.h"

struct event_record {
	struct event_header header;
	union {
		struct event_fork fork;
		struct event_exec exec;
		struct event_exec_failed exec_failed;
		struct event_exit exit;
		struct event_signal signal;
		struct event_mark mark;
		struct event_file file; /* all EVENT_FILE_* but WRITTEN */
		struct event_written written;
		struct event_socket socket; /* all EVENT_SOCKET_* */
		struct event_system system; /* MODULE_*, BPF, PTRACE, MOUNT, UMOUNT */
		struct event_syscalls syscalls;
	};
	/* Of EVENT_SYSCALLS: syscalls.count runs, read with event_run_at(). */
	struct span runs;
	/* Indexed by enum event_text; empty when not there. PATH, PATH2 and CWD are leaf first:
	 * event_path() turns them. */
	struct span texts[EVENT_TEXT_COUNT];
	uint32_t text_mask; /* bit 1 << tag: the text was there */
};

/*
 * Decodes the next record. False at the end, and when what is left cannot be a record. A record
 * whose frame is sound but whose inside is not is skipped; both add one to *anomalies.
 */
bool event_next(struct reader *records, struct event_record *ret, uint64_t *anomalies);

/* The run at index < event->syscalls.count. */
struct event_run event_run_at(const struct event_record *event, uint32_t index);
static inline uint32_t event_run_count(const struct event_run *run)
{
	return (run->abi_count & 0x0fffffff) + 1;
}
static inline enum event_abi event_run_abi(const struct event_run *run)
{
	return (enum event_abi)(run->abi_count >> 28);
}

enum { EVENT_PATH_TEXT_SIZE = EVENT_PATH_MAX + 8 };
/*
 * Writes the path of a leaf-first text as "/a/b/c" and gives its length; "…/b/c" starts with
 * "\xe2\x80\xa6" (an ellipsis) where the root was not reached: *complete is false then. out is
 * NUL-terminated. Components are raw bytes. No text and an empty one both give "/": ask
 * event_has_text() first.
 */
size_t event_path(struct span text, char out[EVENT_PATH_TEXT_SIZE], bool *complete);
bool event_has_text(const struct event_record *event, enum event_text tag);

/* Appends the record to a run of records: for tests and for records that the agent makes. Sets
 * the size; texts and runs are taken as they are. */
void event_append(struct buffer *out, const struct event_record *event);
