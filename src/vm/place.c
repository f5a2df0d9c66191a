/* SPDX-License-Identifier: MIT */
#include "vm/place.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"

char *place_state(const char *wanted)
{
	const char *environment = getenv("HABO_STATE");

	if (wanted)
		return xstrdup(wanted);
	return xstrdup(environment && *environment ? environment : VM_DEFAULT_STATE);
}

static struct error *place_self(char **ret)
{
	char path[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (size < 0)
		return error_os(errno, "read '/proc/self/exe'");
	*ret = xstrndup(path, (size_t)size);
	return NULL;
}

/* The first that exists of: the variable's value, and each of the names beside this program. */
static struct error *find(const char *variable, const char *const *names, const char *what,
			  char **ret)
{
	const char *environment = getenv(variable);
	cleanup_free char *self = NULL;

	if (environment && *environment) {
		*ret = xstrdup(environment);
		return NULL;
	}
	struct error *err = place_self(&self);
	if (err)
		return err;
	char *slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	for (; *names; names++) {
		cleanup_free char *path = xasprintf("%s/%s", self, *names);
		char *whole = file_exists(path) ? realpath(path, NULL) : NULL;
		if (whole) {
			*ret = whole;
			return NULL;
		}
	}
	return error_new(ERROR_NOT_FOUND, "%s is not beside this program, and %s is not set", what,
			 variable);
}

struct error *place_recipes(char **ret)
{
	static const char *const names[] = {"../image", "../share/habo/image", NULL};

	return find("HABO_IMAGES", names, "the folder of guest recipes", ret);
}

struct error *place_agent(char **ret)
{
	static const char *const names[] = {"habo-agent", "../lib/habo/habo-agent", NULL};

	return find("HABO_AGENT", names, "the guest agent (habo-agent)", ret);
}

struct error *place_program(char **ret)
{
	const char *environment = getenv("HABO_PROGRAM");

	if (!environment || !*environment)
		return place_self(ret);
	*ret = xstrdup(environment);
	return NULL;
}
