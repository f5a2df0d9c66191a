/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * One analysis, from a file to a folder of results. The stages run in order; a stage that fails is
 * written into the report with its reason, and the rest goes on as far as it can.
 */
#include "base/arena.h"
#include "base/error.h"
#include "engine/options.h"

/*
 * Runs the whole analysis and writes the result folder. The report lives in the arena. An error is
 * only given where there is no report at all: the sample cannot be read, the folder cannot be
 * written.
 */
MUST_USE struct error *analysis_run(const struct analysis_options *options, struct arena *arena,
				    struct report **ret);
