/* SPDX-License-Identifier: MIT */
#include "memory/kernel.h"

#include "memory/startup.h"

void kernel_free(struct kernel *kernel)
{
	if (!kernel)
		return;
	kallsyms_deinit(&kernel->symbols);
	btf_deinit(&kernel->btf);
	space_deinit(&kernel->space);
	free(kernel);
}

struct error *kernel_open(struct image *image, struct arena *arena, const struct kernel_hint *hint,
			  struct kernel **ret)
{
	cleanup_kernel struct kernel *kernel = xcalloc(1, sizeof(*kernel));

	kernel->image = image;
	kernel->arena = arena;
	struct error *err = startup_run(kernel, hint);
	if (err)
		return err;
	*ret = steal(&kernel);
	return NULL;
}

const char *kernel_rung_name(enum kernel_rung rung)
{
	static const char *const names[] = {
		[KERNEL_RUNG_NOTE] = "vmcoreinfo_note",
		[KERNEL_RUNG_PAGE] = "vmcoreinfo_page",
		[KERNEL_RUNG_KALLSYMS] = "kallsyms_scan",
		[KERNEL_RUNG_BTF] = "btf_scan",
	};
	return names[rung];
}

bool kernel_symbol(const struct kernel *kernel, const char *name, uint64_t *ret)
{
	return kernel->has_symbols && kallsyms_find(&kernel->symbols, name, ret);
}

bool kernel_is_address(const struct kernel *kernel, uint64_t vaddr)
{
	return vaddr >= (kernel->space.levels == 5 ? 0xff00000000000000u : 0xffff800000000000u);
}

bool kernel_read(struct kernel *kernel, uint64_t vaddr, void *out, size_t size)
{
	return kernel_is_address(kernel, vaddr) && space_read(&kernel->space, vaddr, out, size);
}

uint64_t kernel_u64(struct kernel *kernel, uint64_t vaddr)
{
	uint8_t bytes[8] = {0};

	if (!kernel_read(kernel, vaddr, bytes, sizeof(bytes)))
		return 0;
	return span_u64(span_of(bytes, sizeof(bytes)), 0, BYTE_ORDER_LITTLE);
}

uint32_t kernel_u32(struct kernel *kernel, uint64_t vaddr)
{
	uint8_t bytes[4] = {0};

	if (!kernel_read(kernel, vaddr, bytes, sizeof(bytes)))
		return 0;
	return span_u32(span_of(bytes, sizeof(bytes)), 0, BYTE_ORDER_LITTLE);
}

uint64_t kernel_get(struct kernel *kernel, uint64_t vaddr, struct member member)
{
	uint8_t bytes[8] = {0};
	size_t size = min_of((size_t)member.size, sizeof(bytes));

	if (!member.found || size == 0 || vaddr > UINT64_MAX - member.offset ||
	    !kernel_read(kernel, vaddr + member.offset, bytes, size))
		return 0;
	uint64_t value = span_u64(span_of(bytes, sizeof(bytes)), 0, BYTE_ORDER_LITTLE);
	unsigned bits = member.bit_size ? member.bit_size : (unsigned)size * 8;
	if (member.bit_offset >= 64 || bits > 64)
		return 0;
	value >>= member.bit_offset;
	if (bits == 64)
		return value;
	value &= ((uint64_t)1 << bits) - 1;
	if (member.is_signed && value >> (bits - 1))
		value |= UINT64_MAX << bits;
	return value;
}

char *kernel_string(struct kernel *kernel, uint64_t vaddr, size_t max)
{
	char text[4096];
	size_t size = 0;

	max = min_of(max, sizeof(text));
	if (!kernel_is_address(kernel, vaddr))
		return NULL;
	size_t there = space_read_some(&kernel->space, vaddr, text, max);
	if (there == 0)
		return NULL;
	while (size < there && text[size])
		size++;
	return arena_strndup(kernel->arena, text, size);
}

char *kernel_array_text(struct kernel *kernel, uint64_t vaddr, struct member member)
{
	if (!member.found)
		return NULL;
	return kernel_string(kernel, vaddr + member.offset, member.size);
}

uint64_t kernel_list_next(struct kernel *kernel, uint64_t node, uint64_t head)
{
	uint64_t next = kernel_u64(kernel, node);

	return next == head || !kernel_is_address(kernel, next) ? 0 : next;
}
