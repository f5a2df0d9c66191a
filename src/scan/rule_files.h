/* SPDX-License-Identifier: MIT */
#pragma once
/* The rule files below a path, in a stable order. */
#include "base/error.h"
#include "base/vec.h"

struct rule_file {
	char *path;
	char *name; /* below the path that was named; a namespace */
};

struct rule_files {
	vec(struct rule_file) list;
};

/* A file is taken as it is; of a folder, *.yar and *.yara at any depth. Links to folders are not
 * followed. */
MUST_USE struct error *rule_files_add(struct rule_files *files, const char *path);
void rule_files_deinit(struct rule_files *files);
