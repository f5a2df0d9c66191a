/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Guest images: a disk, a kernel and an initial file system, made from a recipe (image/<name>/).
 *
 *	STATE/cache/<key>.tar           unpacked packages
 *	STATE/images/<name>/<key>/      disk.raw vmlinuz initrd packages manifest.json
 *	STATE/images/<name>/current     → <key>
 *
 * The key is a hash of recipe and scripts: a second build of the same finds the first.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct vm_image {
	char *name;
	char *key;
	char *folder;
	char *release;   /* of the kernel */
	char *disk_uuid; /* of the root file system */
};

struct image_options {
	const char *state; /* NULL: place_state() */
	const char *name;  /* NULL: "default" */
	bool update_lock;  /* write the versions that were got into the recipe's packages.lock */
	void (*progress)(void *context, const char *text); /* may be NULL */
	void *progress_context;
};

/* The image that was built last under that name. */
MUST_USE struct error *vm_image_find(const char *state, const char *name, struct vm_image *ret);
/* Builds it unless it is there. */
MUST_USE struct error *vm_image_build(const struct image_options *options, struct vm_image *ret);
void vm_image_deinit(struct vm_image *image);
