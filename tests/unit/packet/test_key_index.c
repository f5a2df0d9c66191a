/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "packet/key_index.h"

static void keys_are_found_after_growth_and_replaced(void **state UNUSED)
{
	struct key_index index;
	uint32_t value;

	key_index_init(&index, 12);
	for (uint32_t i = 0; i < 50000; i++) {
		uint32_t key[3] = {i, i * 7, 0};
		assert_false(key_index_get(&index, key, &value));
		key_index_set(&index, key, i);
	}
	for (uint32_t i = 0; i < 50000; i++) {
		uint32_t key[3] = {i, i * 7, 0};
		assert_true(key_index_get(&index, key, &value));
		assert_int_equal(value, i);
	}
	uint32_t key[3] = {3, 21, 0};
	key_index_set(&index, key, 77);
	assert_true(key_index_get(&index, key, &value));
	assert_int_equal(value, 77);
	assert_int_equal(index.count, 50000);
	key_index_deinit(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_found_after_growth_and_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
