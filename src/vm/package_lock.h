/* SPDX-License-Identifier: MIT */
#pragma once
/* Lists of packages, "name architecture version" a line: what an image got, and what its recipe asks
 * for. Private to vm. */
#include "base/buffer.h"
#include "base/error.h"
#include "base/json_writer.h"
#include "base/vec.h"

struct package {
	char *name, *architecture, *version;
};

struct package_list {
	vec(struct package) entries;
};

/* Lines that begin with # and empty ones are left out. */
MUST_USE struct error *package_list_load(struct package_list *list, const char *path);
MUST_USE struct error *package_list_save(const struct package_list *list, const char *path);
void package_list_deinit(struct package_list *list);
#define cleanup_package_list __attribute__((__cleanup__(package_list_deinit)))
/* Appends a line for each package that is not as locked; gives their number. */
size_t package_list_compare(const struct package_list *locked, const struct package_list *got,
			    struct buffer *out);
/* The member "packages" of a manifest. */
void package_list_write(const struct package_list *list, struct json_writer *json);
