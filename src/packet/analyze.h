/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A capture (pcapng, or pcap) → the network part of a report. Decodes hostile bytes: run it in a confined
 * child. Reads the file twice through the descriptor, which must be a regular file at any offset.
 */
#include "model/model.h"
#include "packet/packet.h"

/* Texts and lists of *ret live in the arena. A capture that breaks off, or is empty, is an anomaly; an error is
 * only a file that cannot be read. *ret is overwritten. */
MUST_USE struct error *packet_analyze(int capture_fd, struct arena *arena,
				      struct network_report *ret);

/* The packets alone, for tests and tools: calls `take` for each until it gives false. */
MUST_USE struct error *packet_iterate(int capture_fd,
				      bool (*take)(void *context, const struct packet *packet),
				      void *context, bool *ret_is_cut);
