/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/*
 * Event records as the BPF programs write them: fixed, naturally aligned little-endian structs, each
 * followed by texts. A FRAME_EVENTS payload is a run of whole records.
 *
 *	struct event_header      EVENT_HEADER_SIZE bytes, its `size` covers the whole record
 *	body                     the struct that enum event_type names, its size a multiple of 8
 *	texts                    { u16 tag (enum event_text), u16 size, size bytes } … up to the end
 *	padding                  zeros up to a multiple of 8 (a text of tag 0 and size 0 starts it)
 *
 * This header is read by BPF programs too, so it includes nothing but stdint.h. The host never lays
 * these structs over bytes: event_read.h decodes them.
 *
 * Identity: a pid alone names nothing. `task` is (start_boottime_ns >> 10) << 22 | tid: unique as
 * long as the guest runs; `process` is that of the thread group's leader. An exec by a thread that
 * is not the leader takes over the leader's identity, as in the kernel; `old_tid` says whose it was.
 *
 * Loss: `sequence` counts what happened in a class, from 0 at the start of the record. A record that
 * found no room leaves its number unused, and FRAME_COUNTERS says how many those were:
 * recorded + lost = happened.
 */
#include <stdint.h>

enum event_class {
	EVENT_CLASS_PROCESS, /* life cycle, signals: rare ring */
	EVENT_CLASS_NETWORK, /* sockets: rare ring */
	EVENT_CLASS_SYSTEM,  /* modules, bpf, ptrace, mounts: rare ring */
	EVENT_CLASS_FILE,    /* changes of files: file ring */
	EVENT_CLASS_ACCESS,  /* opens that change nothing, of marked tasks: hot ring */
	EVENT_CLASS_SYSCALL, /* order of calls, of marked tasks: hot ring */
	EVENT_CLASS_COUNT,
};

enum event_type {
	EVENT_NONE = 0,
	EVENT_PROCESS_FORK = 1, /* event_fork; header: the creator */
	EVENT_PROCESS_EXEC = 2, /* event_exec; header: already the new program's credentials */
	EVENT_PROCESS_EXEC_FAILED = 3, /* event_exec_failed */
	EVENT_PROCESS_EXIT = 4,        /* event_exit; one per thread */
	EVENT_SIGNAL_SENT = 5,         /* event_signal; header: the sender, a process */
	EVENT_SIGNAL_FATAL = 6,        /* event_signal; header: the receiver, which dies of it */
	EVENT_PROCESS_MARK = 7, /* event_mark: this task belongs to the sample from here on */

	EVENT_FILE_OPEN = 32,    /* event_file; class file when created, truncated or writable */
	EVENT_FILE_WRITTEN = 33, /* event_written: sum of one open file's writes, at its close */
	EVENT_FILE_UNLINK = 34,  /* event_file, PATH */
	EVENT_FILE_RMDIR = 35,   /* event_file, PATH */
	EVENT_FILE_RENAME = 36,  /* event_file: what moved; other: what was replaced; PATH, PATH2 */
	EVENT_FILE_LINK = 37,    /* event_file; PATH the old name, PATH2 the new */
	EVENT_FILE_SYMLINK = 38, /* event_file; PATH the link, TARGET what it says */
	EVENT_FILE_MKDIR = 39,   /* event_file; value: mode */
	EVENT_FILE_MKNOD = 40,   /* event_file; value: mode, value2: device */
	EVENT_FILE_CHMOD = 41,   /* event_file (mode before); value: mode asked for */
	EVENT_FILE_CHOWN = 42,   /* event_file (owner before); value: uid, value2: gid; -1 keeps */
	EVENT_FILE_TRUNCATE = 43, /* event_file (size before); value: length */
	EVENT_FILE_TIMES = 44, /* event_file; value: atime, value2: mtime, ns since 1970, 0: now */
	EVENT_FILE_XATTR = 45, /* event_file; NAME */

	EVENT_SOCKET_CREATE = 64,  /* event_socket */
	EVENT_SOCKET_CONNECT = 65, /* event_socket: asked for; remote final, local not yet bound */
	EVENT_SOCKET_CONNECTED =
		66,               /* event_socket: TCP connect left; local is bound, result known */
	EVENT_SOCKET_BIND = 67,   /* event_socket: asked for; local as asked */
	EVENT_SOCKET_LISTEN = 68, /* event_socket; value: backlog */
	EVENT_SOCKET_ACCEPT = 69, /* event_socket: the new socket; value: the listener's cookie */
	EVENT_SOCKET_SEND = 70,   /* event_socket: datagrams to one address so far: the 1st, 2nd,
	                              * 4th, 8th…; value: count, value2: bytes */

	EVENT_MODULE_LOAD = 96,    /* event_system; NAME, PATH where it came from a file */
	EVENT_MODULE_REQUEST = 97, /* event_system; NAME: the kernel calls modprobe */
	EVENT_BPF = 98,            /* event_system; value: command of bpf(2) */
	EVENT_PTRACE = 99,         /* event_system; value: PTRACE_MODE_* bits, target; 0: TRACEME */
	EVENT_MOUNT = 100,  /* event_system; PATH, NAME: device, TARGET: type; value: flags */
	EVENT_UMOUNT = 101, /* event_system; PATH; value: flags */

	EVENT_SYSCALLS = 128, /* event_syscalls, then count × event_run */
};

/* Bits of event_header.flags. */
enum {
	EVENT_MARKED = 1 << 0,  /* the task belongs to the sample */
	EVENT_SETUP = 1 << 1,   /* before GO: the setup script's time */
	EVENT_KTHREAD = 1 << 2, /* the task is a kernel thread */
	EVENT_OWN = 1 << 3,     /* the agent's own helpers (monitors): not the guest's doing */
};

struct event_header {
	uint32_t size; /* of the whole record, multiple of 8, at most EVENT_MAX_SIZE */
	uint16_t type; /* enum event_type */
	uint8_t class; /* enum event_class */
	uint8_t flags;
	uint64_t sequence; /* of the class */
	uint64_t time_ns;  /* CLOCK_MONOTONIC of the guest */
	uint64_t task;
	uint64_t process;
	uint32_t tid; /* as the initial pid namespace sees it */
	uint32_t tgid;
	uint32_t ppid; /* tgid of the real parent */
	uint32_t uid;  /* effective */
};

enum event_text {
	EVENT_TEXT_END = 0,
	EVENT_TEXT_PATH = 1,     /* a path, see below */
	EVENT_TEXT_PATH2 = 2,    /* a path */
	EVENT_TEXT_CWD = 3,      /* a path */
	EVENT_TEXT_FILENAME = 4, /* as the caller wrote it */
	EVENT_TEXT_INTERPRETER = 5,
	EVENT_TEXT_ARGV = 6, /* NUL-terminated strings */
	EVENT_TEXT_ENVP = 7, /* NUL-terminated strings */
	EVENT_TEXT_TARGET = 8,
	EVENT_TEXT_NAME = 9,
	EVENT_TEXT_COMM = 10,
	EVENT_TEXT_ADDRESS = 11, /* sockaddr bytes of a family other than INET and INET6 */
	EVENT_TEXT_COUNT,
};
/*
 * Paths come from dentries, leaf first: "c\0b\0a\0" is /a/b/c, "" is /. What could not be
 * walked to the root (deeper than EVENT_PATH_DEPTH, longer than the text's ceiling) has an empty
 * component as its last: "c\0b\0\0" is …/b/c. A path whose root is no mount of the namespace
 * (memfd, pipe) reads the same; event_file.file_system tells.
 */

enum {
	EVENT_HEADER_SIZE = 56,
	EVENT_MAX_SIZE = 32 * 1024,
	EVENT_PATH_DEPTH = 128,
	EVENT_PATH_MAX = 4096,
	EVENT_ARGUMENTS_MAX = 8192, /* of argv; as many again of envp */
	EVENT_NAME_MAX = 256,
	EVENT_RUNS_MAX = 64,
};

/* A file is its device, inode number and generation; 0, 0, 0 names none. */
struct event_inode {
	uint64_t inode;
	uint32_t device; /* kernel's dev_t: major << 20 | minor */
	uint32_t generation;
};

struct event_fork {
	uint64_t child_task;
	uint64_t child_process; /* the header's process when the child is a thread */
	uint32_t child_tid;
	uint32_t child_tgid;
};

enum {
	EVENT_EXEC_MEMORY = 1 << 0,  /* the file has no name: memfd, O_TMPFILE or deleted */
	EVENT_EXEC_PLANTED = 1 << 1, /* a marked task wrote the file or its script */
	EVENT_EXEC_COMPAT = 1 << 2,  /* a 32-bit program */
	EVENT_EXEC_SECURE = 1 << 3,  /* set-uid, set-gid or file capabilities apply */
};

struct event_exec {
	struct event_inode file; /* the executed image: the interpreter of a script */
	uint64_t file_size;
	uint32_t file_mode;
	uint32_t file_uid;
	uint64_t parent; /* process id of the real parent */
	uint64_t reserved;
	uint32_t old_tid; /* before; differs from tid when a thread that is not the leader execs */
	uint32_t exec_flags;
	uint32_t argument_count; /* of argv, as the kernel counted */
	uint32_t environment_count;
	uint32_t argv_size; /* bytes there were; the text may hold less */
	uint32_t envp_size;
	uint32_t real_uid;
	uint32_t gid;         /* effective */
	uint32_t session;     /* session leader's tgid */
	uint32_t file_system; /* s_magic */
}; /* PATH, FILENAME, INTERPRETER (when not FILENAME), CWD, ARGV, ENVP, COMM (before) */

struct event_exec_failed {
	int32_t error;   /* errno, > 0 */
	uint32_t number; /* of the call in its ABI */
	uint32_t abi;
	uint32_t reserved;
}; /* FILENAME, from user memory: unverified */

struct event_exit {
	uint64_t start_ns; /* CLOCK_BOOTTIME of the task's start */
	uint64_t parent;   /* process id of the real parent */
	uint64_t user_ns;
	uint64_t system_ns;
	uint32_t code; /* as a wait status: code << 8, or the signal, | 0x80 with a core */
	uint32_t last; /* 1: the last thread, so the process ends; code is the process's */
};                     /* COMM */

struct event_signal {
	uint64_t target; /* task */
	uint64_t target_process;
	uint64_t address; /* si_addr of a fault */
	uint32_t target_tid;
	uint32_t target_tgid;
	int32_t signal;
	int32_t code; /* si_code */
};

enum event_mark_reason {
	EVENT_MARK_AGENT = 1,    /* the sample's first task */
	EVENT_MARK_EXECUTED = 2, /* it executes a file that a marked task wrote */
	EVENT_MARK_MAPPED = 3,   /* it maps such a file executable (a planted library) */
};

struct event_mark {
	struct event_inode file;
	uint64_t writer; /* process that wrote it, 0: the agent put it there */
	uint32_t reason;
	uint32_t reserved;
}; /* PATH */

enum {
	EVENT_FILE_CREATED = 1 << 0, /* the open created it */
	EVENT_FILE_WRITABLE = 1 << 1,
	EVENT_FILE_TMPFILE = 1 << 2,    /* O_TMPFILE: no name */
	EVENT_FILE_MAPPED = 1 << 3,     /* mapped shared and writable: bytes unknown */
	EVENT_FILE_UNCOUNTED = 1 << 4,  /* written in ways that are not counted (io_uring) */
	EVENT_FILE_STILL_OPEN = 1 << 5, /* event_written at the record's end, not at close */
	EVENT_FILE_PLANTED = 1 << 6,    /* a marked task had written it before */
	EVENT_FILE_EXECUTABLE = 1 << 7, /* opened by execve */
};

/* Before the change where a change is told. */
struct event_file {
	struct event_inode file;
	uint64_t size;
	uint32_t mode;
	uint32_t links;
	uint32_t uid;
	uint32_t file_system; /* s_magic: 0xef53 ext4, 0x01021994 tmpfs, 0x9fa0 proc… */
	struct event_inode other;
	uint64_t value;
	uint64_t value2;
	uint64_t handle;     /* names the open file description, 0 when none */
	int32_t result;      /* 0 or -errno */
	uint32_t open_flags; /* O_* of the opener, or the call's flags */
	uint32_t file_flags; /* EVENT_FILE_* bits */
	uint32_t gid;
};

struct event_written {
	struct event_inode file;
	uint64_t size; /* of the file at this moment */
	uint64_t handle;
	uint64_t bytes;
	uint64_t writes;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t writer; /* task that wrote last; the header's may only close */
	uint64_t writer_process;
	uint32_t mode;
	uint32_t file_system;
	uint32_t file_flags;
	uint32_t marked; /* 1: a marked task wrote */
};                       /* PATH */

/* family 0: not known; AF_INET and AF_INET6 fill the rest, others come as EVENT_TEXT_ADDRESS. */
struct event_address {
	uint16_t family;
	uint16_t port; /* host order */
	uint32_t scope;
	uint8_t bytes[16];
};

struct event_socket {
	uint64_t cookie; /* the kernel's, unique as long as the guest runs */
	struct event_address local;
	struct event_address remote;
	uint16_t family;
	uint16_t socket_type;
	uint16_t protocol;
	uint16_t reserved;
	int32_t result; /* 0 or -errno; -EINPROGRESS (115) of a connect that does not wait */
	uint32_t reserved2;
	uint64_t value;
	uint64_t value2;
};

struct event_system {
	uint64_t value;
	uint64_t value2;
	uint64_t target; /* task */
	uint64_t target_process;
	uint32_t target_tid;
	uint32_t target_tgid;
	int32_t result;
	uint32_t reserved;
};

enum event_abi {
	EVENT_ABI_NATIVE = 0, /* the guest's 64-bit calls */
	EVENT_ABI_I386 = 1,   /* int 0x80 and sysenter, also from 64-bit code */
	EVENT_ABI_X32 = 2,    /* bit 30 of the number is set */
};

/*
 * Order of calls of one task, lossless: identical consecutive calls are one run. `index` is how
 * many calls of this task there were before the first run here; a gap is a loss. A thread that
 * execs takes over its leader's identity and counts from 0 under it: `origin_tid`, which it had when
 * it was made, tells its calls from the leader's. A long run may be continued by the next record, so equal
 * neighbours are to be joined.
 */
struct event_syscalls {
	uint64_t index;
	uint64_t start_ns; /* of the first run */
	uint32_t count;    /* of runs, 1…EVENT_RUNS_MAX */
	uint32_t origin_tid;
};

struct event_run {
	uint32_t number;    /* as the task gave it, unknown ones too */
	uint32_t abi_count; /* enum event_abi << 28 | count - 1 */
	uint32_t delta_ns;  /* first call of the run, behind start_ns */
};
