/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "memory/xarray.h"
#include "small_kernel.h"

static uint8_t memory[SMALL_SIZE];

struct seen {
	uint64_t indexes[16], entries[16];
	size_t count, limit;
};

static bool keep(void *context, uint64_t index, uint64_t entry)
{
	struct seen *seen = context;

	seen->indexes[seen->count % 16] = index;
	seen->entries[seen->count % 16] = entry;
	seen->count++;
	return seen->limit == 0 || seen->count < seen->limit;
}

static uint64_t new_node(struct small_kernel *small, uint64_t shift)
{
	const struct layout *layout = &small->kernel.layout;
	uint64_t node = small_alloc(small, layout->xa_node_slots.offset + 64 * 8);

	small_set(small, node, layout->xa_node_shift, shift);
	return node;
}

static void set_slot(struct small_kernel *small, uint64_t node, uint64_t slot, uint64_t entry)
{
	small_put(small, node + small->kernel.layout.xa_node_slots.offset + slot * 8, entry);
}

static void entries_have_the_index_of_their_path(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {0};

	memset(memory, 0, sizeof(memory));
	small_open(&small, memory, sizeof(memory));
	uint64_t top = new_node(&small, 6), low = new_node(&small, 0);
	set_slot(&small, top, 3, low + 2);
	set_slot(&small, low, 5, SMALL_BASE + 0x4000);
	set_slot(&small, low, 6, 41);         /* a plain value */
	set_slot(&small, low, 7, 4 << 2 | 2); /* internal: a sibling */
	assert_true(xarray_walk(&small.kernel, top + 2, keep, &seen));
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.indexes[0], 3 * 64 + 5);
	assert_int_equal(seen.entries[0], SMALL_BASE + 0x4000);
	small_close(&small);
}

static void one_entry_needs_no_node(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {0};

	memset(memory, 0, sizeof(memory));
	small_open(&small, memory, sizeof(memory));
	assert_true(xarray_walk(&small.kernel, SMALL_BASE + 64, keep, &seen));
	assert_int_equal(seen.count, 1);
	assert_true(xarray_walk(&small.kernel, 0, keep, &seen));
	assert_int_equal(seen.count, 1);
	small_close(&small);
}

static void nodes_that_lead_back_up_are_malformed(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {0};

	memset(memory, 0, sizeof(memory));
	small_open(&small, memory, sizeof(memory));
	uint64_t top = new_node(&small, 60);
	for (uint64_t slot = 0; slot < 64; slot++)
		set_slot(&small, top, slot, top + 2);
	assert_false(xarray_walk(&small.kernel, top + 2, keep, &seen));
	assert_int_equal(seen.count, 0);
	small_close(&small);
}

static void a_visitor_can_stop_the_walk(void **state UNUSED)
{
	struct small_kernel small;
	struct seen seen = {.limit = 2};

	memset(memory, 0, sizeof(memory));
	small_open(&small, memory, sizeof(memory));
	uint64_t low = new_node(&small, 0);
	for (uint64_t slot = 0; slot < 64; slot++)
		set_slot(&small, low, slot, SMALL_BASE + slot * 64);
	assert_true(xarray_walk(&small.kernel, low + 2, keep, &seen));
	assert_int_equal(seen.count, 2);
	small_close(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_have_the_index_of_their_path),
		cmocka_unit_test(one_entry_needs_no_node),
		cmocka_unit_test(nodes_that_lead_back_up_are_malformed),
		cmocka_unit_test(a_visitor_can_stop_the_walk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
