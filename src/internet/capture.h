/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The capture box: one process that copies the packets of the guest's tap into a pcapng file. It
 * shares nothing with QEMU and the simulated internet but the network namespace, has no
 * capabilities, and knows two descriptors.
 *
 * What was received is in the file (page cache) a few milliseconds later, in whole blocks, so that
 * killing this process loses nothing that came before. Drop counts of the kernel follow in an
 * interface statistics block within CAPTURE_QUIET_MS of the last packet, and again at the end.
 */
#include <stdint.h>

#include "base/error.h"

enum { CAPTURE_QUIET_MS = 100 };

struct capture_limits {
	uint64_t full_size;  /* bytes of file after which packets are cut to `head_size` */
	uint64_t total_size; /* bytes of file after which packets are only counted */
	uint32_t head_size;
};

/*
 * packet_fd: an AF_PACKET SOCK_RAW socket, bound to the tap; output_fd: an empty file; stop_fd: a pipe whose
 * end of file ends the capture, or -1. Runs until then, SIGTERM, SIGINT, or the interface is gone; takes what
 * is left in the ring and writes the last statistics. What the limits left out is received − dropped −
 * written. This process must have no capability (ERROR_UNSAFE); it locks itself up with confine's box filter.
 */
MUST_USE struct error *capture_run(int packet_fd, int output_fd, int stop_fd,
				   const struct capture_limits *limits);
/* The same with the usual limits, as a process: its exit status. Says what is wrong on stderr. */
int capture_box_main(int packet_fd, int output_fd, int stop_fd);
