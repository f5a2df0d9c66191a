/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "memory/address_map.h"

static void what_was_added_is_found(void **state UNUSED)
{
	cleanup_map struct address_map map = {0};
	uint32_t value;

	for (uint32_t i = 1; i <= 5000; i++)
		assert_true(address_map_add(&map, 0xffff888000000000u + i * 64, i, NULL));
	for (uint32_t i = 1; i <= 5000; i++) {
		assert_true(address_map_find(&map, 0xffff888000000000u + i * 64, &value));
		assert_int_equal(value, i);
	}
	assert_false(address_map_find(&map, 0xffff888000000001u, NULL));
}

static void a_second_adding_gives_the_first_value(void **state UNUSED)
{
	cleanup_map struct address_map map = {0};
	uint32_t value = 0;

	assert_true(address_map_add(&map, 8, 1, NULL));
	assert_false(address_map_add(&map, 8, 2, &value));
	assert_int_equal(value, 1);
	assert_false(address_map_add(&map, 0, 2, NULL));
}

static void an_empty_map_finds_nothing(void **state UNUSED)
{
	struct address_map map = {0};

	assert_false(address_map_find(&map, 8, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found),
		cmocka_unit_test(a_second_adding_gives_the_first_value),
		cmocka_unit_test(an_empty_map_finds_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
