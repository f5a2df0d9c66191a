/* SPDX-License-Identifier: MIT */
#pragma once
/* Numbers as people read them. Results are plain ASCII but for "µ". */
#include <stdint.h>

enum { FORMAT_SIZE = 48 };

/* 5123 → "5,123". */
const char *format_count(uint64_t value, char out[FORMAT_SIZE]);
/* 1536 → "1.5 KiB". */
const char *format_bytes(uint64_t value, char out[FORMAT_SIZE]);
/* Nanoseconds since the start → "+1.234 s"; "-0.010 s" before it. */
const char *format_time(int64_t ns, char out[FORMAT_SIZE]);
/* A length of time in microseconds → "430 µs", "12.3 ms", "4.21 s", "2 min 5 s". */
const char *format_span_us(uint64_t us, char out[FORMAT_SIZE]);
/* Permission bits → "0755". */
const char *format_mode(uint64_t mode, char out[FORMAT_SIZE]);
