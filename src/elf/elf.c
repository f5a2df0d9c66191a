/* SPDX-License-Identifier: MIT */
#include "elf/elf.h"

#include "base/macro.h"
#include "elf/elf_internal.h"

/* Bytes that may be searched for a NUL, over all names of a file: a table without any NUL, named by
 * a million symbols, would cost the square of its size. */
enum { NAME_BUDGET_BASE = 16 << 20, NAME_BUDGET_FACTOR = 8 };

bool elf_decode(struct span file, struct arena *arena, struct elf *ret)
{
	*ret = (struct elf){
		.file = file,
		.arena = arena,
		.section_names = span_empty(),
		.dynamic_strings = span_empty(),
		.interpreter = span_empty(),
		.symbols = {.section = ELF_NO_SECTION},
		.dynamic_symbols = {.section = ELF_NO_SECTION},
		.name_budget = NAME_BUDGET_BASE + (uint64_t)file.size * NAME_BUDGET_FACTOR,
	};
	if (!span_starts_with(file, ELFMAG))
		return false;
	elf_header_decode(ret);
	elf_segments_decode(ret);
	elf_sections_decode(ret);
	elf_segments_check(ret);
	elf_sections_check(ret);
	elf_dynamic_decode(ret);
	elf_symbols_find(ret);
	elf_versions_decode(ret);
	elf_relocations_find(ret);
	elf_notes_decode(ret);
	return true;
}

bool elf_offset_of(const struct elf *elf, uint64_t vaddr, uint64_t *ret)
{
	bool has_load = false;

	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		if (segment->type != PT_LOAD)
			continue;
		has_load = true;
		if (vaddr < segment->vaddr || vaddr - segment->vaddr >= segment->file_size)
			continue;
		uint64_t offset;
		if (__builtin_add_overflow(segment->offset, vaddr - segment->vaddr, &offset) ||
		    offset >= elf->file.size)
			continue;
		*ret = offset;
		return true;
	}
	if (has_load)
		return false;
	const struct elf_section *section = elf_section_at_address(elf, vaddr);
	if (!section || section->type == SHT_NOBITS)
		return false;
	uint64_t offset;
	if (__builtin_add_overflow(section->offset, vaddr - section->vaddr, &offset) ||
	    offset >= elf->file.size)
		return false;
	*ret = offset;
	return true;
}

struct span elf_bytes_at(const struct elf *elf, uint64_t vaddr)
{
	uint64_t offset;

	if (!elf_offset_of(elf, vaddr, &offset))
		return span_empty();
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		if (segment->type == PT_LOAD && vaddr >= segment->vaddr &&
		    vaddr - segment->vaddr < segment->file_size)
			return span_clip(elf->file, offset,
					 segment->file_size - (vaddr - segment->vaddr));
	}
	const struct elf_section *section = elf_section_at_address(elf, vaddr);
	return section ? span_clip(elf->file, offset, section->size - (vaddr - section->vaddr))
		       : span_empty();
}

bool elf_string(struct elf *elf, struct span table, uint64_t offset, struct span *ret)
{
	struct span rest = span_clip(table, offset, elf->name_budget);
	struct span name;

	if (offset >= table.size)
		return false;
	if (!span_string(rest, 0, &name)) {
		if (rest.size == elf->name_budget && !elf->anomalies.totals[ELF_ANOMALY_WORK_LIMIT])
			elf_anomaly(elf, WORK_LIMIT, 0, "names of the file are too long in all");
		elf->name_budget -= rest.size;
		return false;
	}
	elf->name_budget -= name.size;
	*ret = name;
	return true;
}
