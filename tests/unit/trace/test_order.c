/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "trace/order.h"

static void push(struct order *order, uint64_t time_ns, uint32_t value)
{
	order_push(order, time_ns, span_of(&value, sizeof(value)));
}

static uint32_t pop(struct order *order, bool all)
{
	struct span record;

	return order_pop(order, all, &record) ? span_u32(record, 0, BYTE_ORDER_LITTLE) : 0;
}

static void records_come_out_by_time_and_then_by_arrival(void **state UNUSED)
{
	struct order order = {0};

	push(&order, 30, 4);
	push(&order, 10, 1);
	push(&order, 20, 2);
	push(&order, 20, 3);
	for (uint32_t i = 1; i <= 4; i++)
		assert_int_equal(pop(&order, true), i);
	assert_int_equal(pop(&order, true), 0);
	order_deinit(&order);
}

static void a_record_waits_until_others_are_newer(void **state UNUSED)
{
	struct order order = {0};

	push(&order, 1000, 1);
	push(&order, 1000 + ORDER_WINDOW_NS, 2);
	assert_int_equal(pop(&order, false), 0);
	push(&order, 1001 + ORDER_WINDOW_NS, 3);
	assert_int_equal(pop(&order, false), 1);
	assert_int_equal(pop(&order, false), 0);
	/* One that comes late is handed out at once. */
	push(&order, 5, 9);
	assert_int_equal(pop(&order, false), 9);
	order_deinit(&order);
}

static void no_more_than_the_ceiling_wait(void **state UNUSED)
{
	struct order order = {0};

	for (uint32_t i = 1; i <= ORDER_RECORDS_MAX + 10; i++)
		push(&order, 7, i);
	uint32_t count = 0;
	while (pop(&order, false))
		count++;
	assert_int_equal(count, 10);
	order_deinit(&order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_by_time_and_then_by_arrival),
		cmocka_unit_test(a_record_waits_until_others_are_newer),
		cmocka_unit_test(no_more_than_the_ceiling_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
