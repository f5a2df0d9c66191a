/* SPDX-License-Identifier: MIT */
/*
 * The kernel's log (kernel/printk/printk_ringbuffer.c, since 5.10): a ring of descriptors, each with
 * a state in the two highest bits of a number whose lower bits repeat its id, and with the place of
 * its text in a ring of bytes. A block of text begins with 8 bytes of id; one that would pass the
 * ring's end lies at the ring's start instead.
 */
#include "memory/context.h"

enum {
	ROWS_MAX = 16384,
	COUNT_BITS_MAX = 20,
	SIZE_BITS_MAX = 26,
	TEXT_MAX = 1024,
	STATE_COMMITTED = 1,
	STATE_FINALIZED = 2,
	BLOCK_ID = 8,
};

struct ring {
	struct kernel *kernel;
	uint64_t descriptors, infos, data;
	uint64_t count, size;
};

static bool ring_init(struct ring *ring, struct kernel *kernel, uint64_t buffer)
{
	const struct layout *layout = &kernel->layout;
	uint64_t count_bits = kernel_get(kernel, buffer, layout->printk_ringbuffer_count_bits);
	uint64_t size_bits = kernel_get(kernel, buffer, layout->printk_ringbuffer_size_bits);

	*ring = (struct ring){
		.kernel = kernel,
		.descriptors = kernel_get(kernel, buffer, layout->printk_ringbuffer_descs),
		.infos = kernel_get(kernel, buffer, layout->printk_ringbuffer_infos),
		.data = kernel_get(kernel, buffer, layout->printk_ringbuffer_data),
	};
	if (count_bits == 0 || count_bits > COUNT_BITS_MAX || size_bits == 0 ||
	    size_bits > SIZE_BITS_MAX)
		return false;
	ring->count = (uint64_t)1 << count_bits;
	ring->size = (uint64_t)1 << size_bits;
	return true;
}

/* The text of a descriptor; NULL when it has none any more. */
static const char *text_of(const struct ring *ring, uint64_t descriptor, uint64_t size)
{
	struct kernel *kernel = ring->kernel;
	uint64_t begin = kernel_get(kernel, descriptor, kernel->layout.prb_desc_begin);
	uint64_t next = kernel_get(kernel, descriptor, kernel->layout.prb_desc_next);
	uint64_t offset = begin & (ring->size - 1);
	char text[TEXT_MAX + 1] = {0};

	if (begin & 1) /* no text */
		return NULL;
	if (begin / ring->size != (next - 1) / ring->size)
		offset = 0;
	size = min_of(size, (uint64_t)TEXT_MAX);
	if (size == 0 || offset + BLOCK_ID + size > ring->size ||
	    !kernel_read(kernel, ring->data + offset + BLOCK_ID, text, (size_t)size))
		return NULL;
	return arena_strndup(kernel->arena, text, strnlen(text, (size_t)size));
}

static bool read_line(const struct ring *ring, uint64_t id, struct memory_log_line *ret)
{
	struct kernel *kernel = ring->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t slot = id & (ring->count - 1);
	uint64_t descriptor = ring->descriptors + slot * layout->prb_desc_bytes;
	uint64_t info = ring->infos + slot * layout->printk_info_bytes;
	uint64_t state = kernel_get(kernel, descriptor, layout->prb_desc_state);

	if ((state >> 62 != STATE_COMMITTED && state >> 62 != STATE_FINALIZED) ||
	    (state ^ id) << 2 != 0)
		return false;
	*ret = (struct memory_log_line){
		.address = descriptor,
		.time_us = kernel_get(kernel, info, layout->printk_info_time) / 1000,
		.level = kernel_get(kernel, info, layout->printk_info_level),
		.text = text_of(ring, descriptor,
				kernel_get(kernel, info, layout->printk_info_size)),
	};
	return ret->text != NULL;
}

const char *plugin_log(struct memory_context *context)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	vec(struct memory_log_line) rows = {0};
	struct ring ring;
	uint64_t pointer;

	if (!kernel->has_types || !kernel_symbol(kernel, "prb", &pointer) ||
	    !layout->printk_ringbuffer_descs.found || !layout->prb_desc_bytes)
		return "needs the kernel's types and symbols, and a log of 5.10 or later";
	uint64_t buffer = kernel_u64(kernel, pointer);
	if (!ring_init(&ring, kernel, buffer)) {
		context_anomaly(context, "kernel_log", buffer,
				"the ring of the kernel's log is malformed");
		return NULL;
	}
	uint64_t id = kernel_get(kernel, buffer, layout->printk_ringbuffer_tail_id);
	for (uint64_t i = 0; i < ring.count && rows.count < ROWS_MAX; i++, id++) {
		struct memory_log_line row;
		if (read_line(&ring, id, &row))
			vec_add(&rows, row);
	}
	list_take(context->arena, &context->report->kernel_log, rows.data, rows.count);
	vec_deinit(&rows);
	return NULL;
}
