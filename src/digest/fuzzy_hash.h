/* SPDX-License-Identifier: MIT */
#pragma once
/* Similarity digests: ssdeep (libfuzzy) and TLSH (ours; Debian's library is older than "T1"). */
#include <stdbool.h>

#include "base/span.h"

enum { SSDEEP_TEXT_SIZE = 160, TLSH_TEXT_SIZE = 73 };

/* As `ssdeep -b` prints before the comma. False only when the library fails. */
bool ssdeep_compute(struct span bytes, char out[SSDEEP_TEXT_SIZE]);

/*
 * "T1" and 70 upper-case hexadecimal digits: 128 buckets, one checksum byte (Oliver, Cheng, Chen:
 * "TLSH - a locality sensitive hash", 2013; version 4's text form). False when there is none: fewer
 * than 50 bytes, or too few different values.
 */
bool tlsh_compute(struct span bytes, char out[TLSH_TEXT_SIZE]);
/* 0 for equal digests, more for less alike; -1 when a text is no TLSH. "T1" may be missing. */
int tlsh_distance(const char *a, const char *b);
