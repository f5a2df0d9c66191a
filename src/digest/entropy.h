/* SPDX-License-Identifier: MIT */
#pragma once
/* Byte histograms and Shannon entropy. */
#include <stdint.h>

#include "base/span.h"

struct histogram {
	uint64_t counts[256];
	uint64_t total;
};

/* Adds the bytes to what was counted before. */
void histogram_add(struct histogram *histogram, struct span bytes);
/* Bits per byte, 0 (one value only, or no bytes) to 8. */
double histogram_entropy(const struct histogram *histogram);
double entropy_of(struct span bytes);
