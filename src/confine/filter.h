/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The lists of system calls, as BPF programs made by libseccomp. Private to confine. A call that is
 * not on the list raises SIGSYS before it does anything.
 */
#include <linux/filter.h>

#include "confine/confine.h"

enum filter_kind {
	FILTER_TASK,   /* decodes given descriptors, writes its output */
	FILTER_ZYGOTE, /* also receives descriptors, forks, waits, and puts FILTER_TASK on top */
	FILTER_BOX,    /* serves sockets that are open */
};

struct filter {
	struct sock_filter *code;
	unsigned short count; /* instructions */
};

MUST_USE struct error *filter_init(struct filter *filter, enum filter_kind kind,
				   const struct confine_policy *policy);
void filter_deinit(struct filter *filter);
#define cleanup_filter __attribute__((cleanup(filter_deinit)))
/* Puts the list on this process, for good. Needs no_new_privs. */
MUST_USE struct error *filter_load(const struct filter *filter);
