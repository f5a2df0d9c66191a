/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A kernel of a few pages, without symbols or types: every member of layout.def lies 64 bytes behind
 * the one before it, and all memory is mapped at SMALL_BASE by one page of 1 GiB. So a test, or a
 * fuzzer, can lay out lists and trees by hand and run what walks them.
 */
#include <string.h>

#include "bytes.h"
#include "memory/context.h"

enum {
	SMALL_SIZE = 256 * 1024,
	SMALL_DATA = 0x2000, /* behind the page tables */
	SMALL_STRIDE = 64,
};
static const uint64_t SMALL_BASE = 0xffff888000000000u;

struct small_kernel {
	struct bytes memory;
	struct kernel kernel;
	struct image *image;
	struct arena *arena;
	struct memory_report report;
	struct memory_options options;
	struct memory_context context;
	size_t used; /* next free place */
};

/* The place of the next member: those of a struct stand together in layout.def. */
static inline void small_member(struct member *member, const char *structure, const char *name,
				const char **last, uint32_t *offset)
{
	if (strcmp(*last, structure) != 0)
		*offset = 0;
	*last = structure;
	*member = (struct member){.offset = *offset, .size = 8, .found = true};
	if (strcmp(name, "comm") == 0)
		member->size = 16;
	if (strcmp(structure, "module") == 0 && strcmp(name, "name") == 0)
		member->size = 56;
	*offset += SMALL_STRIDE;
}

static inline void small_layout(struct layout *layout)
{
	const char *last = "";
	uint32_t offset = 0;

	memset(layout, 0, sizeof(*layout));
#define SIZE(structure) layout->structure##_bytes = 2 * SMALL_STRIDE;
#define MEMBER(structure, name, path)                                                              \
	small_member(&layout->structure##_##name, #structure, #name, &last, &offset);
#define ALSO(structure, name, other, path)
#include "memory/layout.def"
#undef SIZE
#undef MEMBER
#undef ALSO
	layout->task_struct_bytes = 4096;
}

/* memory: SMALL_SIZE bytes, or as many as the caller has; the first two pages become tables. */
static inline void small_open(struct small_kernel *small, uint8_t *memory, size_t size)
{
	memset(small, 0, sizeof(*small));
	small->memory = (struct bytes){memory, size};
	put(&small->memory, (SMALL_BASE >> 39 & 511) * 8, 0x1000 | 3, 8);
	put(&small->memory, 0x1000, 0x80 | 3, 8);
	small->used = SMALL_DATA;
	struct error *err = image_open_bytes(span_of(memory, size), &small->image);
	assert(!err);
	small->arena = arena_new((size_t)64 << 20);
	small->kernel.image = small->image;
	small->kernel.arena = small->arena;
	small->kernel.has_types = true;
	small_layout(&small->kernel.layout);
	space_init_cached(&small->kernel.space, small->image, 0, 4);
	small->context = (struct memory_context){.kernel = &small->kernel,
						 .arena = small->arena,
						 .report = &small->report,
						 .options = &small->options};
	small->options.scan = MEMORY_SCAN_ALL;
}

static inline void small_close(struct small_kernel *small)
{
	vec_deinit(&small->context.anomalies);
	task_set_deinit(&small->context.tasks);
	module_set_deinit(&small->context.modules);
	space_deinit(&small->kernel.space);
	image_free(small->image);
	arena_free(small->arena);
}

/* Room for an object; its address. */
static inline uint64_t small_alloc(struct small_kernel *small, size_t size)
{
	uint64_t address = SMALL_BASE + small->used;

	small->used = (small->used + size + 63) & ~(size_t)63;
	assert(small->used <= small->memory.size);
	return address;
}

static inline void small_put(struct small_kernel *small, uint64_t address, uint64_t value)
{
	put(&small->memory, address - SMALL_BASE, value, 8);
}

static inline void small_set(struct small_kernel *small, uint64_t object, struct member member,
			     uint64_t value)
{
	small_put(small, object + member.offset, value);
}

static inline void small_text(struct small_kernel *small, uint64_t address, const char *text)
{
	put_text(&small->memory, address - SMALL_BASE, text, strlen(text) + 1);
}

/* An empty list at `node`. */
static inline void small_list(struct small_kernel *small, uint64_t node)
{
	small_put(small, node, node);
	small_put(small, node + 8, node);
}

/* Puts `node` at the end of the list `head`. */
static inline void small_link(struct small_kernel *small, uint64_t head, uint64_t node)
{
	uint64_t last = span_u64(span_of(small->memory.data, small->memory.size),
				 head + 8 - SMALL_BASE, BYTE_ORDER_LITTLE);

	small_put(small, last, node);
	small_put(small, node + 8, last);
	small_put(small, node, head);
	small_put(small, head + 8, node);
}

/* Takes a node out, as a rootkit does. */
static inline void small_unlink(struct small_kernel *small, uint64_t node)
{
	struct span all = span_of(small->memory.data, small->memory.size);
	uint64_t next = span_u64(all, node - SMALL_BASE, BYTE_ORDER_LITTLE);
	uint64_t last = span_u64(all, node + 8 - SMALL_BASE, BYTE_ORDER_LITTLE);

	small_put(small, last, next);
	small_put(small, next + 8, last);
	small_list(small, node);
}
