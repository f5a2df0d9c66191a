/* SPDX-License-Identifier: MIT */
#pragma once
/* The bubblewrap command line of a box. Private to vm. */
#include "base/vec.h"
#include "vm/jail.h"

struct box_argv {
	vec(const char *) words; /* ends with NULL */
};

void box_argv_init(struct box_argv *argv, const struct jail_box *box);
void box_argv_deinit(struct box_argv *argv);
