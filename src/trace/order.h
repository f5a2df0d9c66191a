/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Puts records back into the order of their times. The guest has a ring for each class of event and
 * empties them in turn, so records of different classes arrive out of order by as much as the rings
 * are behind. Records wait here until others are ORDER_WINDOW_NS newer, or until too many wait; one
 * that comes later than that is handed out at once, late.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum {
	ORDER_WINDOW_NS = 200 * 1000 * 1000,
	ORDER_RECORDS_MAX = 32 * 1024,
	ORDER_BYTES_MAX = 16 * 1024 * 1024,
};

struct order {
	struct order_item *items; /* a heap, the oldest on top */
	size_t count;
	size_t capacity;
	size_t bytes;
	uint64_t newest_ns;
	uint64_t arrivals;
	uint8_t *current; /* what was handed out last */
};

void order_deinit(struct order *order);
/* Copies the record. */
void order_push(struct order *order, uint64_t time_ns, struct span record);
/* The next record that need not wait any more; with `all`, any. It lasts until the next pop. */
bool order_pop(struct order *order, bool all, struct span *ret);
