/* SPDX-License-Identifier: MIT */
#include "guest/users.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"

enum {
	FILE_LIMIT = 1024 * 1024,
	FIELDS = 7,
};

/* Splits a line at colons, in place; fields that are not there are empty. */
static void split(char *line, char *fields[FIELDS])
{
	char *rest = line;

	for (size_t i = 0; i < FIELDS; i++) {
		char *field = rest ? strsep(&rest, ":") : NULL;
		fields[i] = field ? field : line + strlen(line);
	}
}

static bool names_member(char *members, const char *name)
{
	for (char *rest = members, *member; (member = strsep(&rest, ","));) {
		if (text_equal(member, name))
			return true;
	}
	return false;
}

static void add_groups(const char *name, const char *group, struct user *user)
{
	cleanup_free char *text = xstrdup(group);

	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		char *fields[FIELDS];
		uint64_t gid;
		split(line, fields);
		if (user->group_count == USER_GROUPS_MAX)
			return;
		if (text_to_u64(fields[2], &gid) && gid <= UINT32_MAX && gid != user->gid &&
		    names_member(fields[3], name))
			user->groups[user->group_count++] = (gid_t)gid;
	}
}

struct error *user_find(const char *name, const char *passwd, const char *group, struct user *ret)
{
	cleanup_free char *text = xstrdup(passwd);

	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		char *fields[FIELDS];
		uint64_t uid;
		uint64_t gid;
		split(line, fields);
		if (!text_equal(fields[0], name) || !text_to_u64(fields[2], &uid) ||
		    !text_to_u64(fields[3], &gid) || uid > UINT32_MAX || gid > UINT32_MAX)
			continue;
		struct user user = {.uid = (uid_t)uid, .gid = (gid_t)gid, .group_count = 1};
		user.groups[0] = user.gid;
		add_groups(name, group, &user);
		*ret = user;
		return NULL;
	}
	return error_new(ERROR_NOT_FOUND, "the guest has no user '%s'", name);
}

struct error *user_lookup(const char *name, struct user *ret)
{
	cleanup_free char *passwd = NULL;
	cleanup_free char *group = NULL;
	size_t size;
	struct error *err;

	if (!*name) {
		*ret = (struct user){.group_count = 1};
		return NULL;
	}
	err = file_read("/etc/passwd", FILE_LIMIT, &passwd, &size);
	if (err)
		return err;
	err = file_read("/etc/group", FILE_LIMIT, &group, &size);
	if (err)
		return err;
	return user_find(name, passwd, group, ret);
}
