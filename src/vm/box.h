/* SPDX-License-Identifier: MIT */
#pragma once
/* The bubblewrap command line of a box. Private to vm. The argv must not be moved: it points into
 * itself. */
#include "base/vec.h"
#include "vm/jail.h"

/* Where bubblewrap finds the filter of confine_make_socket_filter(). */
enum { BOX_FD_FILTER = JAIL_FD_END };

struct box_argv {
	char filter_fd[12];
	vec(const char *) words; /* ends with NULL */
};

void box_argv_init(struct box_argv *argv, const struct jail_box *box);
void box_argv_deinit(struct box_argv *argv);
