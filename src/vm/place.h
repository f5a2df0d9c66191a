/* SPDX-License-Identifier: MIT */
#pragma once
/* Where images, templates and the parts that they are made from lie. */
#include "base/error.h"

#define VM_DEFAULT_STATE "/var/lib/habo"

/* The state folder: `wanted` when not NULL, else $HABO_STATE, else VM_DEFAULT_STATE. Caller frees. */
char *place_state(const char *wanted);
/* The folder with the guest recipes: $HABO_IMAGES, `image` beside the build folder, or where
 * `make install` puts it. Caller frees. */
MUST_USE struct error *place_recipes(char **ret);
/* The guest agent: $HABO_AGENT, beside this program, or where `make install` puts it. */
MUST_USE struct error *place_agent(char **ret);
/* The program that has the verb `box`: $HABO_PROGRAM, or this one. */
MUST_USE struct error *place_program(char **ret);
