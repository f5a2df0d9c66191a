/* SPDX-License-Identifier: MIT */
#pragma once
/* The initial file system of a template's boot: the image's, and behind it an archive with the
 * agent, its unit and where it goes (image/init takes it from /agent). Private to vm. */
#include "base/error.h"

MUST_USE struct error *initrd_make(const char *image_initrd, const char *agent, const char *recipes,
				   const char *path);
