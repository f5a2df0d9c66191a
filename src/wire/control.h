/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What host and agent say to each other: the frames of both ports and their payloads.
 *
 * A run, control port (H host, A agent); the template is saved after READY:
 *
 *	A READY
 *	H HELLO      → DONE     clock, entropy, key; the record starts; first CLOCK on the stream
 *	H PUT…       → DONE     one for each chunk
 *	H SETUP      → DONE     value: wait status of the script
 *	H RUN        → STARTED, DONE   the child exists, stopped before its execve, marked
 *	H GO         → DONE     it runs
 *	A EXITED                the first process ended
 *	A IDLE                  no marked task is left and nothing that they planted is due
 *	H FREEZE     → FROZEN, DONE
 *	H PROCESSES  → DONE     PROCESS… on the stream before
 *	H COLLECT    → COLLECTED, DONE   FILE_… on the stream before
 *
 * Every request gets exactly one DONE, in order; requests may be sent without waiting. `request` is
 * the sequence of the request's frame. Frames of the agent that speak of the stream carry
 * `stream_frames`: how many frames it had put on the stream port then, so that a host that has read
 * as many knows that nothing from before is still on its way.
 *
 * A payload is its fields in the order of the struct: u32, u64, or a text { u32 size, bytes }.
 * Lists of strings are one text of NUL-terminated strings. FRAME_EVENTS is a run of event records
 * (wire/event.h) instead.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/span.h"
#include "wire/event.h"
#include "wire/frame.h"

enum { CONTROL_VERSION = 1 };

#define CONTROL_PORT_NAME "control"
#define STREAM_PORT_NAME "stream"

enum frame_type {
	/* host → agent, control port */
	FRAME_HELLO = 1,
	FRAME_PUT = 2,
	FRAME_SETUP = 3,
	FRAME_RUN = 4,
	FRAME_GO = 5,
	FRAME_FREEZE = 6,
	FRAME_COLLECT = 7,
	FRAME_PROCESSES = 8,
	/* agent → host, control port */
	FRAME_READY = 32,
	FRAME_DONE = 33,
	FRAME_STARTED = 34,
	FRAME_EXITED = 35,
	FRAME_IDLE = 36,
	FRAME_FROZEN = 37,
	FRAME_COLLECTED = 38,
	FRAME_HEARTBEAT = 39,
	/* agent → host, stream port */
	FRAME_EVENTS = 64,
	FRAME_COUNTERS = 65,
	FRAME_CLOCK = 66,
	FRAME_TERMINAL = 67,
	FRAME_FILE_BEGIN = 68,
	FRAME_FILE_DATA = 69,
	FRAME_FILE_END = 70,
	FRAME_FILE_SKIPPED = 71,
	FRAME_PROCESS = 72,
	FRAME_PROBLEM = 73,
};

struct control_hello {
	uint32_t version;
	uint32_t reserved;
	uint64_t realtime_ns; /* what the guest's clock is to say, ns since 1970 */
	uint64_t key;         /* of every later frame of both ports */
	struct span entropy;  /* at most 512 bytes */
};

enum {
	CONTROL_PUT_LAST = 1 << 0,   /* closes the file: mode and owner are set */
	CONTROL_PUT_SAMPLE = 1 << 1, /* who executes it belongs to the sample */
};

/* A part of a file; missing folders are made (0755, root). Offset 0 makes it new. */
struct control_put {
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint32_t flags;
	uint64_t offset;  /* must be where the last part ended */
	struct span path; /* absolute */
	struct span data; /* at most CONTROL_CHUNK_MAX */
};

enum { CONTROL_CHUNK_MAX = 512 * 1024 };

struct control_setup {
	uint32_t timeout_ms; /* then its process group is killed and the DONE says ETIMEDOUT */
	uint32_t reserved;
	struct span path; /* absolute, executable */
};

enum {
	CONTROL_RUN_TERMINAL = 1 << 0, /* a pty, else pipes */
	CONTROL_RUN_STDIN = 1 << 1, /* stdin has the text, then ends; else /dev/null or the pty */
};

struct control_run {
	uint32_t flags;
	uint32_t rows; /* of the pty */
	uint32_t columns;
	uint32_t monitor_timeout_ms;
	struct span path;        /* executed; argv[0] is free */
	struct span argv;        /* list */
	struct span environment; /* list of NAME=VALUE, complete */
	struct span folder;
	struct span user; /* name in the guest's /etc/passwd; empty: root */
	struct span input;
	struct span monitors; /* list of shell commands; "{pid}" and "{out}" are replaced */
};

struct control_started {
	uint32_t pid;
	uint32_t monitors; /* attached */
	uint64_t task;     /* identity as in event records */
	uint64_t time_ns;
	uint64_t stream_frames;
};

struct control_exited {
	uint32_t pid;
	uint32_t status;     /* as waitpid's */
	uint32_t exec_error; /* errno of the first execve when it failed, else 0 */
	uint32_t reserved;
	uint64_t time_ns;
	uint64_t stream_frames;
};

struct control_idle {
	uint64_t time_ns;
	uint64_t stream_frames;
};

struct control_freeze {
	uint32_t timeout_ms;
	uint32_t reserved;
};

struct control_frozen {
	uint32_t tasks;    /* marked processes that are there */
	uint32_t unfrozen; /* of them not shown to be frozen in time */
	uint64_t time_ns;
	uint64_t stream_frames;
};

struct control_collect {
	uint64_t file_limit; /* bytes of one file */
	uint64_t total_limit;
	uint32_t timeout_ms;
	uint32_t reserved;
};

struct control_collected {
	uint32_t files;
	uint32_t skipped;
	uint64_t bytes;
	uint64_t stream_frames;
};

struct control_ready {
	uint32_t version;
	uint32_t machine;   /* EM_X86_64… */
	uint32_t attached;  /* BPF programs */
	uint32_t missing;   /* of them not attached; READY with missing ones is a bad template */
	struct span kernel; /* uname -r */
	struct span missing_names; /* list: "program: why" */
};

struct control_done {
	uint32_t request;
	uint32_t error; /* errno, 0: done */
	uint64_t value;
	uint64_t stream_frames;
	struct span message; /* of an error */
};

struct control_heartbeat {
	uint64_t time_ns;
	uint64_t marked_tasks;
	uint64_t stream_frames;
	uint64_t pending_bytes; /* waiting in the agent for the stream port */
};

/*
 * The agent drops nothing: when the stream port is blocked it stops draining, and the rings count
 * what finds no room.
 */
struct control_counters {
	uint64_t time_ns;
	uint64_t happened[EVENT_CLASS_COUNT]; /* records, as given numbers 0…happened-1 */
	uint64_t lost[EVENT_CLASS_COUNT];     /* of them without room in the rings */
	uint64_t mark_failures;    /* tasks that should have been marked and could not be */
	uint64_t planted_overflow; /* files of the sample that found no room in the set of them */
	uint64_t writes_overflow;  /* open files whose writes could not be summed */
};

struct control_clock {
	uint64_t monotonic_ns; /* the clock of event records */
	uint64_t boottime_ns;
	uint64_t realtime_ns;
};

enum {
	CONTROL_TERMINAL_OUTPUT = 1, /* stdout, or the pty */
	CONTROL_TERMINAL_ERROR = 2,
};

struct control_terminal {
	uint64_t time_ns;
	uint32_t stream;
	uint32_t reserved;
	struct span data;
};

enum control_file_kind {
	CONTROL_FILE_CHANGED = 1, /* a marked task created or wrote it */
	CONTROL_FILE_UNNAMED = 2, /* memfd, O_TMPFILE or deleted, still open or mapped */
	CONTROL_FILE_MONITOR = 3, /* output of a monitor; path is its command */
};

struct control_file_begin {
	uint32_t id;
	uint32_t kind;
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint32_t device;
	uint64_t inode;
	uint64_t size;
	uint64_t mtime_ns;
	uint64_t writer; /* process id that wrote last, 0: not known */
	struct span path;
};

struct control_file_data {
	uint32_t id;
	uint32_t reserved;
	uint64_t offset;
	struct span data;
};

struct control_file_end {
	uint32_t id;
	uint32_t error; /* errno of a read that failed: what came before is what there is */
	uint64_t size;  /* bytes sent */
};

enum control_skip_reason {
	CONTROL_SKIP_GONE = 1, /* no longer there, or another file has its name */
	CONTROL_SKIP_FILE_LIMIT = 2,
	CONTROL_SKIP_TOTAL_LIMIT = 3,
	CONTROL_SKIP_NOT_REGULAR = 4,
	CONTROL_SKIP_ERROR = 5,
	CONTROL_SKIP_TIME = 6,
};

struct control_file_skipped {
	uint32_t reason;
	uint32_t kind;
	uint64_t size;
	uint64_t inode;
	uint32_t device;
	uint32_t error;
	struct span path;
};

/* The agent's view of /proc, to be held against what memory says. */
struct control_process {
	uint32_t pid;
	uint32_t ppid;
	uint32_t uid;
	uint32_t marked;
	uint64_t start_ticks; /* field 22 of /proc/PID/stat */
	struct span comm;
	struct span executable;
	struct span argv; /* list */
};

/* Something that health must name. */
struct control_problem {
	uint32_t error;
	uint32_t reserved;
	struct span code; /* "monitor_not_attached", … */
	struct span text;
};

struct control_message {
	enum frame_type type;
	union {
		struct control_hello hello;
		struct control_put put;
		struct control_setup setup;
		struct control_run run;
		struct control_freeze freeze;
		struct control_collect collect;
		struct control_ready ready;
		struct control_done done;
		struct control_started started;
		struct control_exited exited;
		struct control_idle idle;
		struct control_frozen frozen;
		struct control_collected collected;
		struct control_heartbeat heartbeat;
		struct control_counters counters;
		struct control_clock clock;
		struct control_terminal terminal;
		struct control_file_begin file_begin;
		struct control_file_data file_data;
		struct control_file_end file_end;
		struct control_file_skipped file_skipped;
		struct control_process process;
		struct control_problem problem;
	};
};

/* Appends the payload of the message (not its frame). FRAME_GO and FRAME_PROCESSES have none. */
void control_encode(const struct control_message *message, struct buffer *out);
/* Decodes a payload; texts lie in it. False for FRAME_EVENTS, for types that are not known, and
 * for payloads that are too short; bytes too many are a newer peer's. */
bool control_decode(uint16_t type, struct span payload, struct control_message *ret);

/* One whole frame of a message: control_encode and frame_append. */
void control_append(struct buffer *out, uint32_t sequence, uint64_t key,
		    const struct control_message *message);

/* The next string of a list; false at its end. */
bool control_list_next(struct span *list, struct span *ret);
/* Appends one string (cut at a NUL) to a list. */
void control_list_add(struct buffer *list, const char *text);
