/* SPDX-License-Identifier: MIT */
#include "digest/entropy.h"

#include <math.h>
#include <string.h>

#include "base/macro.h"

/* Four tables, so that equal neighbours do not wait for each other's increment. */
enum { LANES = 4, BLOCK = 1 << 24 };

void histogram_add(struct histogram *histogram, struct span bytes)
{
	for (size_t start = 0; start < bytes.size; start += BLOCK) {
		struct span block = span_clip(bytes, start, BLOCK);
		uint32_t lanes[LANES][256] = {0};
		size_t at = 0;
		for (; block.size - at >= LANES; at += LANES) {
			lanes[0][block.data[at]]++;
			lanes[1][block.data[at + 1]]++;
			lanes[2][block.data[at + 2]]++;
			lanes[3][block.data[at + 3]]++;
		}
		for (; at < block.size; at++)
			lanes[0][block.data[at]]++;
		for (size_t i = 0; i < 256; i++) {
			uint64_t sum = 0;
			for (size_t lane = 0; lane < LANES; lane++)
				sum += lanes[lane][i];
			histogram->counts[i] += sum;
		}
	}
	histogram->total += bytes.size;
}

double histogram_entropy(const struct histogram *histogram)
{
	double bits = 0;

	for (size_t i = 0; i < 256; i++) {
		if (!histogram->counts[i])
			continue;
		double share = (double)histogram->counts[i] / (double)histogram->total;
		bits -= share * log2(share);
	}
	return bits > 0 ? bits : 0;
}

double entropy_of(struct span bytes)
{
	struct histogram histogram = {0};

	histogram_add(&histogram, bytes);
	return histogram_entropy(&histogram);
}
