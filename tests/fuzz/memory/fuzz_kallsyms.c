/* SPDX-License-Identifier: MIT */
/* Bytes as a symbol table: first 8 numbers that say where the tables are, then memory. */
#include "memory/kallsyms_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { FIELDS = 8 };
	cleanup_image struct image *image = NULL;
	cleanup_error struct error *err = image_open_bytes(span_of(data, size), &image);
	struct kallsyms symbols;
	struct kallsyms_place place;
	uint64_t fields[FIELDS], offset;

	if (err || size < sizeof(fields))
		return 0;
	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = span_u64(span_of(data, size), i * 8, BYTE_ORDER_LITTLE);
	place = (struct kallsyms_place){.num_syms = fields[0],
					.names = fields[1],
					.tokens = fields[2],
					.index = fields[3],
					.offsets = fields[4],
					.base = fields[5],
					.offsets_vaddr = fields[6],
					.stext = fields[7]};
	if (kallsyms_read(image, &place, &symbols)) {
		(void)kallsyms_name_at(&symbols, fields[7], &offset);
		(void)kallsyms_next(&symbols, fields[7]);
		kallsyms_deinit(&symbols);
	}
	if (kallsyms_scan(image, &place, &symbols))
		kallsyms_deinit(&symbols);
	return 0;
}
