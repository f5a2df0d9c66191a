/* SPDX-License-Identifier: MIT */
#pragma once
/* Memory forensics of the stopped machine, in a confined child. Private to engine. */
#include "engine/job.h"
#include "vm/run.h"

/* The machine must stand. Fills report->memory. */
MUST_USE struct error *guest_memory_stage(struct job *job, struct vm_run *run);
