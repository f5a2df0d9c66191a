/* SPDX-License-Identifier: MIT */
/*
 * xa_head is an entry. Its low bits tell: 2 is a node (above 4096) or an internal value, 1 and 3 are
 * plain values, 0 is a pointer. A node's shift says how many bits of the index are below it.
 */
#include "memory/xarray.h"

enum { SLOTS = 64, SLOT_BITS = 6 };

struct walk {
	struct kernel *kernel;
	xarray_visit visit;
	void *context;
	uint32_t nodes_left;
	bool is_stopped;
};

static bool is_node(uint64_t entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

static bool walk_entry(struct walk *walk, uint64_t entry, uint64_t index, unsigned max_shift);

static bool walk_node(struct walk *walk, uint64_t node, uint64_t index, unsigned max_shift)
{
	struct kernel *kernel = walk->kernel;
	const struct layout *layout = &kernel->layout;
	uint8_t slots[SLOTS * 8];
	unsigned shift = (unsigned)kernel_get(kernel, node, layout->xa_node_shift);

	/* Each level is strictly lower than the one above: no cycle can be endless. */
	if (walk->nodes_left == 0 || shift > max_shift || shift % SLOT_BITS != 0 ||
	    !kernel_read(kernel, node + layout->xa_node_slots.offset, slots, sizeof(slots)))
		return false;
	walk->nodes_left--;
	bool is_whole = true;
	for (uint64_t i = 0; i < SLOTS && !walk->is_stopped; i++) {
		uint64_t entry = span_u64(span_of(slots, sizeof(slots)), i * 8, BYTE_ORDER_LITTLE);
		uint64_t at = index + (i << shift);
		if (entry == 0)
			continue;
		if (shift == 0 && !is_node(entry)) {
			if ((entry & 3) == 0 && !walk->visit(walk->context, at, entry))
				walk->is_stopped = true;
			continue;
		}
		if (shift == 0)
			is_whole = false;
		else
			is_whole &= walk_entry(walk, entry, at, shift - SLOT_BITS);
	}
	return is_whole;
}

static bool walk_entry(struct walk *walk, uint64_t entry, uint64_t index, unsigned max_shift)
{
	if (is_node(entry))
		return walk_node(walk, entry - 2, index, max_shift);
	if (entry && (entry & 3) == 0 && !walk->visit(walk->context, index, entry))
		walk->is_stopped = true;
	return true;
}

bool xarray_walk(struct kernel *kernel, uint64_t head, xarray_visit visit, void *context)
{
	struct walk walk = {.kernel = kernel,
			    .visit = visit,
			    .context = context,
			    .nodes_left = XARRAY_NODES_MAX};

	if (!kernel->layout.xa_node_shift.found || !kernel->layout.xa_node_slots.found)
		return false;
	return walk_entry(&walk, head, 0, (XARRAY_DEPTH_MAX - 1) * SLOT_BITS);
}
