/* SPDX-License-Identifier: MIT */
#include "trace/order.h"

#include "base/alloc.h"

struct order_item {
	uint64_t time_ns;
	uint64_t arrival;
	uint8_t *bytes;
	size_t size;
};

void order_deinit(struct order *order)
{
	for (size_t i = 0; i < order->count; i++)
		free(order->items[i].bytes);
	free(order->items);
	free(order->current);
	*order = (struct order){0};
}

static bool is_before(const struct order_item *a, const struct order_item *b)
{
	return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->arrival < b->arrival;
}

static void swap(struct order_item *a, struct order_item *b)
{
	struct order_item other = *a;

	*a = *b;
	*b = other;
}

void order_push(struct order *order, uint64_t time_ns, struct span record)
{
	if (order->count == order->capacity) {
		order->capacity = order->capacity ? order->capacity * 2 : 256;
		order->items = xrealloc_array(order->items, order->capacity, sizeof(*order->items));
	}
	size_t at = order->count++;
	order->items[at] = (struct order_item){.time_ns = time_ns,
					       .arrival = order->arrivals++,
					       .bytes = xmemdup(record.data, record.size),
					       .size = record.size};
	order->bytes += record.size;
	order->newest_ns = max_of(order->newest_ns, time_ns);
	while (at > 0 && is_before(&order->items[at], &order->items[(at - 1) / 2])) {
		swap(&order->items[at], &order->items[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

static void sink(struct order *order)
{
	size_t at = 0;

	for (;;) {
		size_t least = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < order->count;
		     child++)
			if (is_before(&order->items[child], &order->items[least]))
				least = child;
		if (least == at)
			return;
		swap(&order->items[at], &order->items[least]);
		at = least;
	}
}

bool order_pop(struct order *order, bool all, struct span *ret)
{
	if (order->count == 0)
		return false;
	const struct order_item *top = &order->items[0];
	bool is_full = order->count > ORDER_RECORDS_MAX || order->bytes > ORDER_BYTES_MAX;
	if (!all && !is_full && order->newest_ns - top->time_ns <= ORDER_WINDOW_NS)
		return false;
	free(order->current);
	order->current = top->bytes;
	*ret = span_of(top->bytes, top->size);
	order->bytes -= top->size;
	order->items[0] = order->items[--order->count];
	sink(order);
	return true;
}
