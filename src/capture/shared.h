/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/*
 * What the BPF programs and their loader share: the keys and values of maps. Never leaves the guest.
 */
#include <stdint.h>

#include "wire/event.h"

enum {
	/* Records are built outside the rings, in one slot for each processor and depth of nesting. */
	SCRATCH_SIZE = 64 * 1024,
	SCRATCH_DEPTH = 4,
	PLANTED_MAX = 32768,
	WRITES_MAX = 8192,
	SENDS_MAX = 4096,
	RARE_RING_SIZE = 2 * 1024 * 1024,
	FILE_RING_SIZE = 4 * 1024 * 1024,
	HOT_RING_SIZE = 8 * 1024 * 1024,
};

enum task_kind {
	TASK_SAMPLE = 1, /* belongs to the sample: marked */
	TASK_OWN = 2,    /* a helper of the agent's: recorded, flagged EVENT_OWN */
};

/* One record of EVENT_SYSCALLS, being filled. */
struct syscall_record {
	struct event_header header;
	struct event_syscalls syscalls;
	struct event_run runs[EVENT_RUNS_MAX];
	uint8_t slack[256]; /* so that the verifier can follow a masked size */
};

/* Task storage of marked and own tasks; inherited at fork. */
struct task_mark {
	uint32_t kind;
	uint32_t last_number;
	uint32_t last_abi;
	uint32_t reserved;
	uint64_t calls;
	uint64_t last_ns;
	struct syscall_record record;
};

/* What the iterator over marked tasks writes. */
struct marked_task {
	uint32_t tid;
	uint32_t tgid;
};

struct inode_key {
	uint64_t inode;
	uint32_t device;
	uint32_t generation;
};

/* A file that a marked task wrote, or that is part of the sample. */
struct planted {
	uint64_t writer; /* process, 0: the agent */
	uint64_t time_ns;
};

/* Writes through one open file description, keyed by it. */
struct writes {
	struct inode_key file;
	uint64_t bytes;
	uint64_t count;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t writer;
	uint64_t writer_process;
	uint32_t file_flags;
	uint32_t marked;
};

struct send_key {
	uint64_t cookie;
	uint8_t address[16];
	uint16_t port;
	uint16_t family;
	uint32_t reserved;
};

struct send_count {
	uint64_t count;
	uint64_t bytes;
};
