/* SPDX-License-Identifier: MIT */
#pragma once
/* Static analysis in a confined child, for the sample and for what it left. Private to engine. */
#include "engine/job.h"

/* Analyses the file behind fd. name: for rules that ask for it; may be NULL. */
MUST_USE struct error *static_run(struct job *job, int fd, const char *name,
				  struct static_report *ret);
void static_free(struct job *job);
