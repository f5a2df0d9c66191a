/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "memory/vma.h"
#include "small_kernel.h"

enum { NODE = 256, LEAF = 1, RANGE = 2, GAPS = 3 };
static uint8_t memory[SMALL_SIZE];

struct seen {
	struct vma vmas[64];
	size_t count;
};

static bool keep(void *context, const struct vma *vma)
{
	struct seen *seen = context;

	seen->vmas[seen->count++ % 64] = *vma;
	return true;
}

static void open_small(struct small_kernel *small)
{
	memset(memory, 0, sizeof(memory));
	small_open(small, memory, sizeof(memory));
}

static uint64_t new_vma(struct small_kernel *small, uint64_t start, uint64_t end)
{
	const struct layout *layout = &small->kernel.layout;
	uint64_t vma = small_alloc(small, 512);

	small_set(small, vma, layout->vm_area_struct_vm_start, start);
	small_set(small, vma, layout->vm_area_struct_vm_end, end);
	small_set(small, vma, layout->vm_area_struct_vm_flags, VMA_READ | VMA_EXEC);
	return vma;
}

/* A node aligned to 256; the entry that leads to it. */
static uint64_t new_node(struct small_kernel *small, unsigned kind)
{
	small->used = (small->used + NODE - 1) & ~(size_t)(NODE - 1);
	return small_alloc(small, NODE) | (uint64_t)kind << 3 | 2;
}

static void set_slot(struct small_kernel *small, uint64_t entry, unsigned slot, uint64_t value,
		     uint64_t pivot)
{
	uint64_t node = entry & ~(uint64_t)(NODE - 1);
	unsigned pivots = (entry >> 3 & 15) == GAPS ? 9 : 15;

	if (slot < pivots)
		small_put(small, node + 8 + 8 * slot, pivot);
	small_put(small, node + 8 + 8 * pivots + 8 * slot, value);
}

static uint64_t new_mm(struct small_kernel *small, uint64_t root)
{
	uint64_t mm = small_alloc(small, 2048);

	small_set(small, mm, small->kernel.layout.mm_struct_mm_mt, root);
	return mm;
}

static void leaves_below_inner_nodes_are_walked_in_order(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {0};

	open_small(&small);
	uint64_t top = new_node(&small, GAPS), left = new_node(&small, LEAF);
	uint64_t right = new_node(&small, LEAF);
	set_slot(&small, left, 0, 0, 0xfff);
	set_slot(&small, left, 1, new_vma(&small, 0x1000, 0x3000), 0x2fff);
	set_slot(&small, right, 0, new_vma(&small, 0x5000, 0x6000), 0x5fff);
	set_slot(&small, right, 1, 0, 0); /* to the end */
	set_slot(&small, top, 0, left, 0x2fff);
	set_slot(&small, top, 1, right, UINT64_MAX);
	set_slot(&small, top, 2, 0x4141, 0); /* behind the end: not looked at */
	assert_true(vma_walk(&small.kernel, new_mm(&small, top), keep, &seen));
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.vmas[0].start, 0x1000);
	assert_int_equal(seen.vmas[1].start, 0x5000);
	assert_int_equal(seen.vmas[1].flags, VMA_READ | VMA_EXEC);
	small_close(&small);
}

static void a_single_mapping_is_the_root_itself(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {0};

	open_small(&small);
	uint64_t vma = new_vma(&small, 0x1000, 0x2000);
	assert_true(vma_walk(&small.kernel, new_mm(&small, vma), keep, &seen));
	assert_int_equal(seen.count, 1);
	small_close(&small);
}

static void a_tree_that_leads_back_to_itself_ends(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {0};

	open_small(&small);
	uint64_t top = new_node(&small, RANGE);
	for (unsigned slot = 0; slot < 16; slot++)
		set_slot(&small, top, slot, top, 0x1000 * (slot + 1));
	assert_false(vma_walk(&small.kernel, new_mm(&small, top), keep, &seen));
	assert_int_equal(seen.count, 0);
	small_close(&small);
}

static void older_kernels_have_a_list(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {0};

	open_small(&small);
	const struct layout *layout = &small.kernel.layout;
	small.kernel.layout.mm_struct_mm_mt.found = false;
	uint64_t mm = small_alloc(&small, 2048);
	uint64_t first = new_vma(&small, 0x1000, 0x2000), second = new_vma(&small, 0x3000, 0x4000);
	small_set(&small, mm, layout->mm_struct_mmap, first);
	small_set(&small, first, layout->vm_area_struct_vm_next, second);
	assert_true(vma_walk(&small.kernel, mm, keep, &seen));
	assert_int_equal(seen.count, 2);
	small_set(&small, second, layout->vm_area_struct_vm_next, first); /* a circle */
	assert_false(vma_walk(&small.kernel, mm, keep, &seen));
	small_close(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_below_inner_nodes_are_walked_in_order),
		cmocka_unit_test(a_single_mapping_is_the_root_itself),
		cmocka_unit_test(a_tree_that_leads_back_to_itself_ends),
		cmocka_unit_test(older_kernels_have_a_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
