/* SPDX-License-Identifier: MIT */
#pragma once
/* Where our rules are: $HABO_RULES, beside the build folder, or where `make install` puts them. */
#include "base/arena.h"

/* kind: "yara" or "sigma". NULL when there is none. */
const char *place_rules(struct arena *arena, const char *kind);
