/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Decoder of one raw Snappy block (github.com/google/snappy, format_description.txt), as the framing
 * format's chunks hold it. Checksums are the caller's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { SNAPPY_BLOCK_MAX = 65536 }; /* most bytes that a framed chunk decodes to */

/* The size that the block says it decodes to; false when it says none. */
bool snappy_size(struct span block, uint64_t *ret);
/* Decodes into exactly `size` bytes; false when the block is malformed or of another size. */
bool snappy_decode(struct span block, uint8_t *out, size_t size);
