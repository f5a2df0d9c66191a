/* SPDX-License-Identifier: MIT */
/* Bytes as an image of any format: ranges, notes, compressed chunks, VMCOREINFO. */
#include "memory/vmcoreinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_image struct image *image = NULL;
	cleanup_cursor struct image_cursor cursor = {0};
	cleanup_error struct error *err = image_open_bytes(span_of(data, size), &image);
	struct vmcoreinfo info;
	uint8_t bytes[64];

	if (err)
		return 0;
	(void)vmcoreinfo_parse(image->vmcoreinfo, &info);
	for (size_t i = 0; i < image->ranges.count && i < 256; i++) {
		const struct image_range *range = &image->ranges.data[i];
		(void)image_read(image, range->paddr, bytes, sizeof(bytes));
		(void)image_read(image, range->paddr + range->size - 1, bytes, 1);
	}
	for (unsigned i = 0; i < 64 && vmcoreinfo_scan(image, &cursor, &info); i++)
		;
	return 0;
}
