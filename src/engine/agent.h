/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The steps of a run as the agent is asked for them, in order; session.h carries them. Private to
 * engine.
 */
#include "engine/job.h"

/* Tells the time, a key, entropy. The record starts. */
MUST_USE struct error *agent_hello(struct job *job);
/* Puts sample, further files and the set-up script into the guest and runs the script. */
MUST_USE struct error *agent_prepare(struct job *job);
/* Makes the sample's process, stopped; monitors attach. */
MUST_USE struct error *agent_start(struct job *job);
/* Lets it go and waits for its end, the time limit, an interrupt, or the machine's end. */
MUST_USE struct error *agent_run(struct job *job);
/* Freezes what belongs to the sample. */
MUST_USE struct error *agent_freeze(struct job *job);
/* Brings out processes and files. */
MUST_USE struct error *agent_collect(struct job *job);
