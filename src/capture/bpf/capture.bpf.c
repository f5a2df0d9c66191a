/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The BPF half of the tracer: one object, its parts by subject. The rules of all parts:
 *
 * - what a record says comes from kernel objects at a place where it is final, or its type says
 *   that it is unverified;
 * - nothing is decided here but who is marked: filtering and meaning are the host's;
 * - nothing wakes the reader, which drains by time.
 */
#include "bpf/kernel.h"

#include <bpf/bpf_endian.h>

#include "bpf/open.bpf.h"
#include "bpf/process.bpf.h"
#include "bpf/socket.bpf.h"
#include "bpf/system.bpf.h"

char capture_license[] SEC("license") = "Dual MIT/GPL";
