/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Strings hidden under one key byte (XOR), as Mirai's table is. What a bot's strings are sure to hold
 * is searched for under all keys at once: the XOR of neighbours does not depend on the key. Around a
 * hit the key is applied as far as text comes out.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct hidden_region {
	size_t offset;
	size_t size;
	uint8_t key; /* never 0 */
};

/* Called for each region once, in the order of the file. */
typedef void hidden_found(const struct hidden_region *region, void *data);
void hidden_find(struct span bytes, hidden_found *found, void *data);
