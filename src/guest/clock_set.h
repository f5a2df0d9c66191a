/* SPDX-License-Identifier: MIT */
#pragma once
/* What a machine woken from a template must not have in common with its siblings. */
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "wire/control.h"

MUST_USE struct error *clock_set_realtime(uint64_t realtime_ns);
/* Mixes bytes into the kernel's generator, counts them as entropy, and reseeds. */
MUST_USE struct error *entropy_add(struct span bytes);
/* All clocks, read close together. */
void clock_anchor(struct control_clock *ret);
