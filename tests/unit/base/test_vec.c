/* SPDX-License-Identifier: MIT */
#include "base/vec.h"

#include "unit/cmocka.h"

struct pair {
	int a, b;
};

static void pushed_elements_are_zeroed_and_stay_in_order(void **state UNUSED)
{
	vec(struct pair) pairs = {0};

	for (int i = 0; i < 1000; i++) {
		struct pair *pair = vec_push(&pairs);
		assert_int_equal(pair->a, 0);
		assert_int_equal(pair->b, 0);
		pair->a = i;
		pair->b = -i;
	}
	int sum = 0;
	vec_foreach(&pairs, pair)
		sum += pair->a + pair->b + 1;
	assert_int_equal(sum, 1000);
	assert_int_equal(pairs.data[999].a, 999);
	vec_deinit(&pairs);
	assert_int_equal(pairs.count, 0);
}

static void values_are_added_and_the_room_is_kept_when_cleared(void **state UNUSED)
{
	vec(char) letters = {0};

	vec_reserve(&letters, 100);
	char *data = letters.data;
	for (int i = 0; i < 100; i++)
		vec_add(&letters, (char)('a' + i % 26));
	assert_ptr_equal(letters.data, data);
	vec_clear(&letters);
	assert_int_equal(letters.count, 0);
	assert_true(letters.capacity >= 100);
	vec_deinit(&letters);
}

static void an_empty_one_is_walked_without_a_step(void **state UNUSED)
{
	vec(int) numbers = {0};

	vec_foreach(&numbers, number)
		fail_msg("%d", *number);
	vec_deinit(&numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pushed_elements_are_zeroed_and_stay_in_order),
		cmocka_unit_test(values_are_added_and_the_room_is_kept_when_cleared),
		cmocka_unit_test(an_empty_one_is_walked_without_a_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
