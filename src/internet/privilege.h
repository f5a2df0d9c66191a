/* SPDX-License-Identifier: MIT */
#pragma once
/* What every box checks before it touches a byte from the guest. */
#include "base/error.h"

/* ERROR_UNSAFE when this process has any effective or permitted capability. Also sets
 * no_new_privs. */
MUST_USE struct error *privilege_check_none(void);
