/* SPDX-License-Identifier: MIT */
#pragma once
/* How an image is made. Private to vm. */
#include "base/buffer.h"
#include "vm/image.h"

#define IMAGE_DEFAULT "default"
enum { IMAGE_DISK_OFFSET = 1024 * 1024 }; /* where the partition begins (image/compose.sh) */

struct image_build {
	const struct image_options *options;
	char *name;
	char *state;
	char *scripts;        /* folder of bootstrap.sh and compose.sh */
	char *recipe;         /* folder of this image's recipe */
	struct buffer inputs; /* "<sha256> <file>" of all that the image is made from */
	char *root_key, *key;
	char *tar;    /* unpacked packages */
	char *folder; /* where the image goes */
	char *manifest;
};

MUST_USE struct error *image_build_init(struct image_build *build,
					const struct image_options *options);
void image_build_deinit(struct image_build *build);
#define cleanup_image_build __attribute__((__cleanup__(image_build_deinit)))
MUST_USE struct error *image_build_run(struct image_build *build);
/* Makes the image the current one of its name. */
MUST_USE struct error *image_build_publish(const struct image_build *build);
/* Reads a finished image's folder. */
MUST_USE struct error *image_load(const char *folder, struct vm_image *ret);
