/* SPDX-License-Identifier: MIT */
#pragma once
/* Finds the kernel in an image: rung after rung, each checked against the others. */
#include "memory/kernel.h"

/* Fills a zeroed kernel whose image and arena are set. */
MUST_USE struct error *startup_run(struct kernel *kernel, const struct kernel_hint *hint);
