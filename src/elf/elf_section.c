/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/macro.h"
#include "elf/elf_internal.h"

bool elf_section_header_at(const struct elf *elf, uint64_t offset, struct elf_section *ret)
{
	struct reader reader = elf_reader(elf, offset);
	struct elf_section section = {.name = span_empty()};

	section.name_offset = reader_u32(&reader);
	section.type = reader_u32(&reader);
	section.flags = reader_word(&reader, elf->is_64);
	section.vaddr = reader_word(&reader, elf->is_64);
	section.offset = reader_word(&reader, elf->is_64);
	section.size = reader_word(&reader, elf->is_64);
	section.link = reader_u32(&reader);
	section.info = reader_u32(&reader);
	section.alignment = reader_word(&reader, elf->is_64);
	section.entry_size = reader_word(&reader, elf->is_64);
	if (!reader_ok(&reader))
		return false;
	*ret = section;
	return true;
}

static void read_names(struct elf *elf)
{
	uint32_t index = elf->header.real_names_index;

	if (index == SHN_UNDEF && elf->section_count <= 1)
		return;
	if (index >= elf->section_count || elf->sections[index].type != SHT_STRTAB) {
		elf_anomaly(elf, SECTION_NAMES, elf->is_64 ? 62 : 50,
			    "section %u is no table of names", index);
		if (index >= elf->section_count)
			return;
	}
	elf->section_names = elf_section_bytes(elf, &elf->sections[index]);
	for (size_t i = 0; i < elf->section_count; i++) {
		struct elf_section *section = &elf->sections[i];
		if (section->type == SHT_NULL && section->name_offset == 0)
			continue;
		if (!elf_string(elf, elf->section_names, section->name_offset, &section->name))
			elf_anomaly(elf, SECTION_NAME,
				    elf->header.sections_offset + i * elf_section_entry(elf),
				    "the name of section %zu is outside its table", i);
	}
}

void elf_sections_decode(struct elf *elf)
{
	uint64_t wanted = elf->header.real_section_count;
	uint64_t offset = elf->header.sections_offset;

	if (wanted == 0 || offset == 0) {
		if (elf->header.type == ET_EXEC || elf->header.type == ET_DYN ||
		    elf->header.type == ET_REL)
			elf_anomaly(elf, NO_SECTIONS, elf->is_64 ? 40 : 32,
				    "the file has no section table");
		return;
	}
	struct span table = span_clip(elf->file, offset, UINT64_MAX);
	uint64_t there = min_of(table.size / elf_section_entry(elf), (size_t)ELF_MAX_SECTIONS);
	if (there < wanted)
		elf_anomaly(elf, SECTIONS_OUTSIDE, offset,
			    "%llu sections announced, room for %llu in the file",
			    (unsigned long long)wanted, (unsigned long long)there);
	size_t count = (size_t)min_of(wanted, there);
	elf->sections = arena_try(elf->arena, count, sizeof(*elf->sections));
	if (!elf->sections)
		return;
	for (size_t i = 0; i < count; i++) {
		if (!elf_section_header_at(elf, offset + i * elf_section_entry(elf),
					   &elf->sections[i]))
			break;
		elf->section_count++;
	}
	read_names(elf);
}

static bool has_bytes(const struct elf_section *section)
{
	return section->type != SHT_NULL && section->type != SHT_NOBITS && section->size;
}

static void check_outside(struct elf *elf, size_t index)
{
	const struct elf_section *section = &elf->sections[index];
	uint64_t end;

	if (__builtin_add_overflow(section->offset, section->size, &end) || end > elf->file.size)
		elf_anomaly(elf, SECTION_OUTSIDE,
			    elf->header.sections_offset + index * elf_section_entry(elf),
			    "section %zu ends behind the file", index);
}

/* A section that is loaded must have the bytes that its address has. */
static void check_address(struct elf *elf, size_t index)
{
	const struct elf_section *section = &elf->sections[index];
	uint64_t offset;

	if (!(section->flags & SHF_ALLOC) || elf->header.type == ET_REL ||
	    elf->segment_count == 0 || !elf_offset_of(elf, section->vaddr, &offset))
		return;
	if (offset != section->offset)
		elf_anomaly(elf, SECTION_ADDRESS,
			    elf->header.sections_offset + index * elf_section_entry(elf),
			    "section %zu is at offset 0x%llx, its address is loaded from 0x%llx",
			    index, (unsigned long long)section->offset, (unsigned long long)offset);
}

static int compare_offsets(const void *a, const void *b)
{
	const struct elf_section *x = *(const struct elf_section *const *)a;
	const struct elf_section *y = *(const struct elf_section *const *)b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static void check_overlaps(struct elf *elf)
{
	const struct elf_section **order =
		arena_try(elf->arena, elf->section_count, sizeof(*order));
	size_t count = 0;

	if (!order)
		return;
	for (size_t i = 0; i < elf->section_count; i++) {
		if (has_bytes(&elf->sections[i]))
			order[count++] = &elf->sections[i];
	}
	qsort(order, count, sizeof(*order), compare_offsets);
	for (size_t i = 1; i < count; i++) {
		const struct elf_section *a = order[i - 1];
		const struct elf_section *b = order[i];
		if (b->offset - a->offset < a->size)
			elf_anomaly(elf, SECTION_OVERLAP, b->offset,
				    "sections %td and %td share bytes", a - elf->sections,
				    b - elf->sections);
	}
}

/* In a file made by objcopy --only-keep-debug loaded sections are NOBITS; offsets mean nothing. */
void elf_sections_check(struct elf *elf)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		if (!has_bytes(&elf->sections[i]))
			continue;
		check_outside(elf, i);
		check_address(elf, i);
	}
	check_overlaps(elf);
}

struct span elf_section_bytes(const struct elf *elf, const struct elf_section *section)
{
	return has_bytes(section) ? span_clip(elf->file, section->offset, section->size)
				  : span_empty();
}

const struct elf_section *elf_section_named(const struct elf *elf, const char *name)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		if (span_equal_text(elf->sections[i].name, name))
			return &elf->sections[i];
	}
	return NULL;
}

const struct elf_section *elf_section_at_offset(const struct elf *elf, uint64_t offset)
{
	const struct elf_section *best = NULL;

	for (size_t i = 0; i < elf->section_count; i++) {
		const struct elf_section *section = &elf->sections[i];
		if (!has_bytes(section) || offset < section->offset ||
		    offset - section->offset >= section->size)
			continue;
		if (!best || section->size < best->size)
			best = section;
	}
	return best;
}

const struct elf_section *elf_section_at_address(const struct elf *elf, uint64_t vaddr)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		const struct elf_section *section = &elf->sections[i];
		if (section->flags & SHF_ALLOC && vaddr >= section->vaddr &&
		    vaddr - section->vaddr < section->size)
			return section;
	}
	return NULL;
}

/* [start, start+size) within [outer, outer+outer_size), as binutils' strict test has it: a section
 * at the very end belongs only when both are empty. */
static bool lies_within(uint64_t start, uint64_t size, uint64_t outer, uint64_t outer_size)
{
	if (start < outer || start - outer > outer_size || size > outer_size - (start - outer))
		return false;
	return outer_size == 0 || start - outer < outer_size;
}

/* After ELF_SECTION_IN_SEGMENT_STRICT of binutils (include/elf/internal.h). */
bool elf_segment_holds(const struct elf_segment *segment, const struct elf_section *section)
{
	bool is_tls = section->flags & SHF_TLS;
	bool is_nobits = section->type == SHT_NOBITS;
	bool is_allocated = section->flags & SHF_ALLOC;
	uint64_t size = is_tls && is_nobits && segment->type != PT_TLS ? 0 : section->size;

	if (section->type == SHT_NULL)
		return false;
	if (is_tls ? segment->type != PT_TLS && segment->type != PT_GNU_RELRO &&
			     segment->type != PT_LOAD
		   : segment->type == PT_TLS || segment->type == PT_PHDR)
		return false;
	if (is_tls && is_nobits && segment->type != PT_TLS)
		return false;
	if (!is_allocated &&
	    (segment->type == PT_LOAD || segment->type == PT_DYNAMIC ||
	     segment->type == PT_GNU_EH_FRAME || segment->type == PT_GNU_STACK ||
	     segment->type == PT_GNU_RELRO ||
	     (segment->type >= PT_GNU_MBIND_LO && segment->type <= PT_GNU_MBIND_HI)))
		return false;
	if (!is_nobits &&
	    !lies_within(section->offset, section->size, segment->offset, segment->file_size))
		return false;
	if (is_allocated &&
	    !lies_within(section->vaddr, size, segment->vaddr, segment->memory_size))
		return false;
	if ((segment->type != PT_DYNAMIC && segment->type != PT_NOTE) || section->size ||
	    segment->memory_size == 0)
		return true;
	bool inside_file = is_nobits || (section->offset > segment->offset &&
					 section->offset - segment->offset < segment->file_size);
	bool inside_memory =
		!is_allocated || (section->vaddr > segment->vaddr &&
				  section->vaddr - segment->vaddr < segment->memory_size);
	return inside_file && inside_memory;
}
