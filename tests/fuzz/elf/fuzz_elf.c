/* SPDX-License-Identifier: MIT */
/* Decodes, then reads every symbol, relocation and section as a reporter would. */
#include <stdint.h>

#include "elf/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_symbols(struct elf *elf, const struct elf_symbol_table *table)
{
	struct elf_symbol symbol;

	for (uint64_t i = 0; i < table->count; i++) {
		elf_symbol_at(elf, table, i, &symbol);
		(void)elf_version_of(elf, symbol.version);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *arena = arena_new((64 << 20) + 3 * size);
	struct elf elf;

	if (!elf_decode(span_of(data, size), arena, &elf))
		return 0;
	read_symbols(&elf, &elf.symbols);
	read_symbols(&elf, &elf.dynamic_symbols);
	for (size_t i = 0; i < elf.relocation_count; i++) {
		struct elf_relocation relocation;
		for (uint64_t j = 0; j < elf.relocations[i].count; j++)
			elf_relocation_at(&elf, &elf.relocations[i], j, &relocation);
	}
	for (size_t i = 0; i < elf.section_count; i++) {
		(void)elf_section_bytes(&elf, &elf.sections[i]);
		for (size_t j = 0; j < elf.segment_count && j < 64; j++)
			(void)elf_segment_holds(&elf.segments[j], &elf.sections[i]);
	}
	for (size_t i = 0; i < elf.dynamic_count && i < 1024; i++) {
		struct span text;
		(void)elf_dynamic_string(&elf, elf.dynamic[i].value, &text);
		(void)elf_bytes_at(&elf, elf.dynamic[i].value);
	}
	(void)elf_section_at_offset(&elf, size / 2);
	return 0;
}
