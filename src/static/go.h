/* SPDX-License-Identifier: MIT */
#pragma once
/* What Go leaves in a program: version, main package, modules, settings of the build. */
#include "static/work.h"

/* Sets the go_… fields and the language; leaves ret alone when the program is not Go's. */
void go_read(struct static_work *work, struct static_origin *ret);
