/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The one folder of a run, under $TMPDIR or /tmp. A lock on a file in it is held as long as the
 * engine lives, so that the next start knows which folders an engine that was killed left behind.
 * Private to vm.
 */
#include "vm/jail.h"

struct run_folder {
	char *path;
	int lock_fd;
};

/* Owned by `user`. Removes what dead engines left, first. */
MUST_USE struct error *run_folder_init(struct run_folder *folder, const struct jail_user *user);
/* Removes the folder with all that is in it. */
void run_folder_deinit(struct run_folder *folder);
/* Removes the folders of engines that are gone. */
void run_folder_clean(const struct jail_user *user);
