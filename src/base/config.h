/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Settings: one table names them all; values come from the table's defaults, then from files
 * (habo.conf of the system, of the user, given with -c), then from the environment (HABO_NAME), then
 * from flags. Later wins. Each value knows where it came from.
 *
 * A file is INI: `name = value` lines, # or ; comments, [sections] named for the verb. A list is given
 * by several lines of one name; a later source replaces the list as a whole.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/vec.h"

struct setting {
	const char *name;     /* as in the file and as the long flag: "static-only" */
	const char *argument; /* "TIME" in help; NULL for a switch: yes or no */
	const char *fallback; /* value by default; NULL for none */
	const char *doc;      /* one line of help */
	int key;              /* letter of the short flag, or 0 */
	bool is_list;
};

struct config_value {
	vec(char *) texts; /* none, one, or several of a list */
	char *origin;      /* "default", a file's path, "environment", "command line" */
};

struct config {
	const char *section;
	const struct setting *settings;
	size_t count;
	struct config_value *values; /* one per setting */
};

/* section: the [section] of files that is read, beside lines before any section. The table outlives
 * the config. */
void config_init(struct config *config, const char *section, const struct setting *settings,
		 size_t count);
void config_deinit(struct config *config);
#define cleanup_config __attribute__((__cleanup__(config_deinit)))

/* Reads a file; one that is not there is no error unless must_exist. Unknown names in the section
 * are errors that name the line. */
MUST_USE struct error *config_load_file(struct config *config, const char *path, bool must_exist);
/* The system's file, then the user's (XDG_CONFIG_HOME or ~/.config). */
MUST_USE struct error *config_load_usual_files(struct config *config);
MUST_USE struct error *config_load_environment(struct config *config);
/* Sets a value from a flag; list settings add to what other flags gave. */
MUST_USE struct error *config_set_flag(struct config *config, const char *name, const char *value);

/* The value, or NULL when there is none. Aborts for a name that is not in the table. */
const char *config_get(const struct config *config, const char *name);
bool config_is_on(const struct config *config, const char *name);
const char *const *config_get_list(const struct config *config, const char *name,
				   size_t *ret_count);
