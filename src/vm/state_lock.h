/* SPDX-License-Identifier: MIT */
#pragma once
/* One builder at a time in a folder of the state. Private to vm. */
#include "base/error.h"

/* Waits for the folder's lock, then removes what a builder that was killed left there (".new-*").
 * Closing the descriptor gives the lock back. */
MUST_USE struct error *state_lock(const char *folder, int *ret_fd);
/* Makes files read-only and the folder's too; root's from here on when root calls. Names end with
 * NULL. */
MUST_USE struct error *state_protect(const char *folder, const char *const *names);
/* Removes a folder that state_protect() closed. */
MUST_USE struct error *state_remove(const char *folder);
