/* SPDX-License-Identifier: MIT */
#pragma once
/* The formats of memory images: told apart by content, turned into an image's table of ranges. */
#include "memory/image.h"

/* Fills image->ranges, cpus and vmcoreinfo from image->file. Bytes that are of no known format are a
 * raw image; what is malformed is left out and counted in cut_ranges. */
void format_read(struct image *image);
