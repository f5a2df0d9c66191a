/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The check without which nothing is started: this network namespace has `lo` and one tap of ours,
 * and no route, rule or further device by which a packet could leave.
 */
#include "base/error.h"

/* ERROR_UNSAFE names what is there and should not be. `tap` is the guest's device, or NULL when
 * there is none. */
MUST_USE struct error *netcheck_no_uplink(const char *tap);
