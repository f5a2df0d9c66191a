/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "trace/id_map.h"

static void what_was_put_is_found_and_nothing_else(void **state UNUSED)
{
	struct id_map map;
	uint32_t value;

	id_map_init(&map, 42);
	assert_false(id_map_get(&map, 0, &value));
	for (uint32_t i = 0; i < 10000; i++)
		id_map_put(&map, i * 0x100000000ULL, i);
	assert_int_equal(map.count, 10000);
	for (uint32_t i = 0; i < 10000; i++) {
		assert_true(id_map_get(&map, i * 0x100000000ULL, &value));
		assert_int_equal(value, i);
	}
	assert_false(id_map_get(&map, 1, &value));
	id_map_put(&map, 0, 77);
	assert_true(id_map_get(&map, 0, &value));
	assert_int_equal(value, 77);
	assert_int_equal(map.count, 10000);
	id_map_deinit(&map);
}

static void halves_of_an_identity_do_not_swap(void **state UNUSED)
{
	assert_int_not_equal(id_mix(1, 2), id_mix(2, 1));
	assert_int_not_equal(id_mix(0, 1), id_mix(1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_and_nothing_else),
		cmocka_unit_test(halves_of_an_identity_do_not_swap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
