/* SPDX-License-Identifier: MIT */
/*
 * Bytes as the memory of a small kernel (tests/unit/memory/small_kernel.h): its lists, trees and
 * tables are the fuzzer's. The first task lies at the first byte behind the page tables that its
 * seed was made with.
 */
#include <stdlib.h>

#include "memory/vma.h"
#include "memory/xarray.h"
#include "unit/memory/small_kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool ignore_vma(void *context, const struct vma *vma)
{
	*(uint64_t *)context += vma->end;
	return true;
}

static bool ignore_entry(void *context, uint64_t index, uint64_t entry)
{
	*(uint64_t *)context += index ^ entry;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *(*const plugins[])(struct memory_context *) = {
		plugin_processes, plugin_files,   plugin_sockets, plugin_regions,
		plugin_history,   plugin_modules, plugin_bpf,     plugin_callbacks,
	};
	static struct small_kernel small;
	uint64_t sum = 0;

	if (size < 8 || size > SMALL_SIZE)
		return 0;
	uint8_t *memory = malloc(SMALL_SIZE);
	memset(memory, 0, SMALL_SIZE);
	memcpy(memory, data, size);
	small_open(&small, memory, SMALL_SIZE);
	/* Its last 8 bytes say where the first task is. */
	small.kernel.init_task =
		SMALL_BASE +
		span_u64(span_of(data, size), size - 8, BYTE_ORDER_LITTLE) % SMALL_SIZE;
	for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++)
		(void)plugins[i](&small.context);
	(void)vma_walk(&small.kernel, small.kernel.init_task, ignore_vma, &sum);
	(void)xarray_walk(&small.kernel, small.kernel.init_task + 2, ignore_entry, &sum);
	small_close(&small);
	free(memory);
	return 0;
}
