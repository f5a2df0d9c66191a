/* SPDX-License-Identifier: MIT */
#pragma once
/* Users and groups from /etc/passwd and /etc/group: a static program has no name service. */
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum { USER_GROUPS_MAX = 64 };

struct user {
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS_MAX]; /* gid among them */
	size_t group_count;
};

/* ERROR_NOT_FOUND when `passwd` (its text) has no such name. */
MUST_USE struct error *user_find(const char *name, const char *passwd, const char *group,
				 struct user *ret);
/* As user_find, with the files of this machine. An empty name is root. */
MUST_USE struct error *user_lookup(const char *name, struct user *ret);
