/* SPDX-License-Identifier: MIT */
#pragma once
/* Clocks and RFC 3339 text. */
#include <stdint.h>

#include "base/macro.h"

uint64_t clock_monotonic_ns(void);
uint64_t clock_realtime_ns(void);
enum { CLOCK_TEXT_SIZE = 32 };
/* Nanoseconds since 1970 as UTC "2026-11-22T15:04:05.123456Z". */
void clock_text(uint64_t realtime_ns, char out[CLOCK_TEXT_SIZE]);
