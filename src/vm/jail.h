/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The jail around one run: a user, a network, a process and an IPC namespace of its own, made as an
 * ordinary user (root becomes habo-run first), with `lo` and the guest's tap in it and no way out.
 *
 *	engine ── outer ── init ─┬─ bwrap ── QEMU
 *	                         ├─ bwrap ── simulated internet
 *	                         └─ bwrap ── capture
 *
 * `outer` enters the namespaces and waits. `init` is process 1 of the process namespace: it sets the
 * network up, opens the sockets that need rights for it, checks that there is no uplink, gives up
 * every capability and starts the boxes, each by bubblewrap with mount, process, IPC and user
 * namespaces of its own. When the engine dies, however, outer dies (PDEATHSIG), then init, and with
 * process 1 the kernel ends everything else.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/subprocess.h"

enum jail_network {
	JAIL_SIMULATED, /* TCP, DNS and UDP go to the internet box */
	JAIL_REFUSE,    /* every connection is reset */
	JAIL_NONE,      /* nothing is answered */
};

/* Descriptors by their numbers inside a box. */
enum jail_fd {
	JAIL_FD_STOP = 3,    /* end of file: finish and exit */
	JAIL_FD_OUTPUT = 4,  /* what the box makes: results, or the pcapng */
	JAIL_FD_TCP = 5,     /* listens, IP_TRANSPARENT, dual-stack; getsockname() of an accepted
				connection is where the guest wanted to go */
	JAIL_FD_DNS = 6,     /* UDP port 53, IP_TRANSPARENT, IP(V6)_RECVORIGDSTADDR, dual-stack; an
				answer names its source by IP_PKTINFO or IPV6_PKTINFO */
	JAIL_FD_UDP = 7,     /* every other UDP port, as above; answers go by the raw sockets, since
				their source port differs */
	JAIL_FD_RAW4 = 8,    /* IPPROTO_RAW, IP_HDRINCL */
	JAIL_FD_RAW6 = 9,    /* IPPROTO_RAW, IPV6_HDRINCL */
	JAIL_FD_PACKET = 10, /* AF_PACKET, SOCK_RAW, bound to the tap, both directions */
	JAIL_FD_TAP = 11,
	JAIL_FD_QMP = 12,
	JAIL_FD_CONTROL = 13,
	JAIL_FD_STREAM = 14,
	JAIL_FD_CONSOLE = 15,
	JAIL_FD_KVM = 16,
	JAIL_FD_END = 17,
};
#define JAIL_SOCKET(fd) (1U << (fd))
#define JAIL_INTERNET_SOCKETS                                                                      \
	(JAIL_SOCKET(JAIL_FD_TCP) | JAIL_SOCKET(JAIL_FD_DNS) | JAIL_SOCKET(JAIL_FD_UDP) |          \
	 JAIL_SOCKET(JAIL_FD_RAW4) | JAIL_SOCKET(JAIL_FD_RAW6))

struct jail_bind {
	const char *source;
	const char *target;
	bool is_writable;
};

enum { JAIL_BOXES_MAX = 3, JAIL_BINDS_MAX = 12, JAIL_MOVES_MAX = 16 };

/* A program in a box: /usr read-only, the binds, the descriptors, nothing else. */
struct jail_box {
	const char *name;
	const char *const *argv; /* paths inside the box; ends with NULL */
	const struct jail_bind *binds;
	size_t bind_count;
	const struct fd_move *moves; /* descriptors of the caller */
	size_t move_count;
	unsigned sockets; /* JAIL_SOCKET() of those made by the jail */
};

struct jail_options {
	enum jail_network network;
	const struct jail_box *boxes;
	size_t box_count;
};

struct jail {
	pid_t pid;     /* of outer; 0 when there is none */
	int report_fd; /* readable when a box has ended; closing it ends the jail */
};

/* The guest's network, as the image has it configured. */
#define JAIL_TAP "tap0"
#define JAIL_GATEWAY4 "10.0.0.1"
#define JAIL_GATEWAY6 "fe80::1"
#define JAIL_HOST6 "fd00:10::1"
#define JAIL_GUEST4 "10.0.0.2"
#define JAIL_GUEST6 "fd00:10::2"

/* The user and group that the boxes run as: the caller's, or habo-run's for root. */
struct jail_user {
	uid_t uid;
	gid_t gid;
};
MUST_USE struct error *jail_user_find(struct jail_user *ret);

/* Returns when the boxes run and the network rules are in force. ERROR_UNSAFE: there was an uplink,
 * and nothing was started. */
MUST_USE struct error *jail_start(const struct jail_options *options, struct jail *ret);
/* Waits at most timeout_ms for a box to end. ret_box is -1 when none did. */
MUST_USE struct error *jail_wait(struct jail *jail, int timeout_ms, int *ret_box, int *ret_status);
/* Ends every process of the jail and waits until they are gone. */
void jail_end(struct jail *jail);
/* Process id, as the caller sees it, of the jail's descendant with that command name; 0: none. */
pid_t jail_find(const struct jail *jail, const char *comm);
