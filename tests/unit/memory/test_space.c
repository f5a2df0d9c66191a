/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "bytes.h"
#include "memory/space.h"

/* Pages: 0 top, 1 to 4 lower tables, 5 and 6 data. */
static uint8_t memory[8 * IMAGE_PAGE];
static const uint64_t vaddr = 0xffff888123456000u, vaddr5 = 0xff11888123456000u;

static void map(uint64_t address, unsigned levels, uint64_t data_page)
{
	struct bytes bytes = {memory, sizeof(memory)};

	for (unsigned level = levels, page = 0; level > 0; level--, page++) {
		uint64_t slot = address >> (12 + 9 * (level - 1)) & 511;
		uint64_t target = level == 1 ? data_page : page + 1;
		put(&bytes, page * IMAGE_PAGE + slot * 8, target * IMAGE_PAGE | 3, 8);
	}
}

static struct image *open_memory(void)
{
	struct image *image = NULL;

	assert_null(image_open_bytes(span_of(memory, sizeof(memory)), &image));
	return image;
}

static void four_levels_are_walked(void **state UNUSED)
{
	struct bytes bytes = {memory, sizeof(memory)};
	struct translation found;
	struct space space;
	uint64_t value;

	memset(memory, 0, sizeof(memory));
	map(vaddr, 4, 5);
	map(vaddr + IMAGE_PAGE, 4, 6);
	put(&bytes, 6 * IMAGE_PAGE - 4, 0x1111111122222222u, 8);
	cleanup_image struct image *image = open_memory();
	space_init_cached(&space, image, 0, 4);
	assert_true(space_translate(&space, vaddr + 5, &found));
	assert_int_equal(found.paddr, 5 * IMAGE_PAGE + 5);
	assert_int_equal(found.page_size, IMAGE_PAGE);
	assert_true(found.is_writable);
	assert_true(space_read(&space, vaddr + IMAGE_PAGE - 4, &value, 8));
	assert_int_equal(value, 0x1111111122222222u);
	assert_false(space_read(&space, vaddr + 2 * IMAGE_PAGE - 4, &value, 8));
	assert_int_equal(space_read_some(&space, vaddr + 2 * IMAGE_PAGE - 4, &value, 8), 4);
	space_deinit(&space);
}

static void five_levels_are_walked(void **state UNUSED)
{
	struct translation found;
	struct space space;

	memset(memory, 0, sizeof(memory));
	map(vaddr5, 5, 6);
	cleanup_image struct image *image = open_memory();
	space_init(&space, image, 0, 5);
	assert_true(space_translate(&space, vaddr5, &found));
	assert_int_equal(found.paddr, 6 * IMAGE_PAGE);
	space_init(&space, image, 0, 4);
	assert_false(space_translate(&space, vaddr5, &found)); /* not canonical there */
}

static void large_pages_end_the_walk(void **state UNUSED)
{
	struct bytes bytes = {memory, sizeof(memory)};
	struct translation found;
	struct space space;

	memset(memory, 0, sizeof(memory));
	map(vaddr, 4, 5);
	put(&bytes, 2 * IMAGE_PAGE + (vaddr >> 21 & 511) * 8, 0x40000000u | 0x81, 8);
	cleanup_image struct image *image = open_memory();
	space_init(&space, image, 0, 4);
	assert_true(space_translate(&space, vaddr, &found));
	assert_int_equal(found.page_size, 2 << 20);
	assert_int_equal(found.paddr, 0x40000000u + (vaddr & 0x1fffff));
	assert_false(found.is_writable);
}

static void tables_that_point_to_themselves_end(void **state UNUSED)
{
	struct translation found;
	struct space space;
	struct bytes bytes = {memory, sizeof(memory)};

	memset(memory, 0, sizeof(memory));
	for (unsigned i = 0; i < 512; i++)
		put(&bytes, i * 8, 3, 8);
	cleanup_image struct image *image = open_memory();
	space_init(&space, image, 0, 5);
	assert_true(space_translate(&space, UINT64_MAX, &found));
	assert_int_equal(found.paddr, 4095);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_levels_are_walked),
		cmocka_unit_test(five_levels_are_walked),
		cmocka_unit_test(large_pages_end_the_walk),
		cmocka_unit_test(tables_that_point_to_themselves_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
