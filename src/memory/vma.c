/* SPDX-License-Identifier: MIT */
/*
 * A maple tree (lib/maple_tree.c): nodes of 256 bytes, aligned to that, so the low bits of a pointer
 * to one say its kind: 0x2 on the root's entry, kind << 3. Kind 1 is a leaf, 2 an inner node (15
 * pivots, 16 slots), 3 an inner node that also keeps gaps (9 pivots, 10 slots). Slot i holds what
 * lies up to pivot i; a pivot of 0 behind the first means the node's own end.
 */
#include "memory/vma.h"

enum { NODE_SIZE = 256, DEPTH_MAX = 12, KIND_LEAF = 1, KIND_GAPS = 3, NODES_MAX = 1 << 15 };

struct walk {
	struct kernel *kernel;
	vma_visit visit;
	void *context;
	unsigned nodes_left;
	unsigned vmas_left;
	bool is_stopped;
};

static bool visit_vma(struct walk *walk, uint64_t address)
{
	struct kernel *kernel = walk->kernel;
	const struct layout *layout = &kernel->layout;
	struct vma vma = {
		.address = address,
		.start = kernel_get(kernel, address, layout->vm_area_struct_vm_start),
		.end = kernel_get(kernel, address, layout->vm_area_struct_vm_end),
		.flags = kernel_get(kernel, address, layout->vm_area_struct_vm_flags),
		.file = kernel_get(kernel, address, layout->vm_area_struct_vm_file),
		.page_offset = kernel_get(kernel, address, layout->vm_area_struct_vm_pgoff),
	};

	if (vma.end <= vma.start || kernel_is_address(kernel, vma.start) || walk->vmas_left == 0)
		return false;
	walk->vmas_left--;
	if (!walk->visit(walk->context, &vma))
		walk->is_stopped = true;
	return true;
}

static bool is_node(uint64_t entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

static bool walk_node(struct walk *walk, uint64_t entry, uint64_t max, unsigned depth)
{
	uint8_t bytes[NODE_SIZE] = {0};
	struct span node = span_of(bytes, sizeof(bytes));
	unsigned kind = entry >> 3 & 15;
	unsigned pivots = kind == KIND_GAPS ? 9 : 15;
	uint64_t slots = 8 + 8 * (uint64_t)pivots;
	bool is_whole = true;

	if (depth == 0 || walk->nodes_left == 0 || kind == 0 || kind > KIND_GAPS ||
	    !kernel_read(walk->kernel, entry & ~(uint64_t)(NODE_SIZE - 1), bytes, sizeof(bytes)))
		return false;
	walk->nodes_left--;
	for (unsigned i = 0; i <= pivots && !walk->is_stopped; i++) {
		uint64_t pivot =
			i < pivots ? span_u64(node, 8 + 8 * (uint64_t)i, BYTE_ORDER_LITTLE) : max;
		uint64_t slot = span_u64(node, slots + 8 * (uint64_t)i, BYTE_ORDER_LITTLE);
		if (pivot == 0 && i > 0)
			pivot = max;
		if (slot && kind == KIND_LEAF)
			is_whole &= visit_vma(walk, slot);
		else if (slot)
			is_whole &= walk_node(walk, slot, pivot, depth - 1);
		if (pivot >= max)
			break;
	}
	return is_whole;
}

static bool walk_list(struct walk *walk, uint64_t vma)
{
	uint64_t last = 0;

	while (vma && !walk->is_stopped) {
		uint64_t start =
			kernel_get(walk->kernel, vma, walk->kernel->layout.vm_area_struct_vm_start);
		/* It is sorted: a circle goes back. */
		if ((last && start <= last) || !visit_vma(walk, vma))
			return false;
		last = start;
		vma = kernel_get(walk->kernel, vma, walk->kernel->layout.vm_area_struct_vm_next);
	}
	return true;
}

bool vma_walk(struct kernel *kernel, uint64_t mm, vma_visit visit, void *context)
{
	const struct layout *layout = &kernel->layout;
	struct walk walk = {.kernel = kernel,
			    .visit = visit,
			    .context = context,
			    .nodes_left = NODES_MAX,
			    .vmas_left = VMA_MAX};

	if (!layout->mm_struct_mm_mt.found)
		return walk_list(&walk, kernel_get(kernel, mm, layout->mm_struct_mmap));
	uint64_t root = kernel_get(kernel, mm, layout->mm_struct_mm_mt);
	if (is_node(root))
		return walk_node(&walk, root, UINT64_MAX, DEPTH_MAX);
	return root == 0 || visit_vma(&walk, root);
}
