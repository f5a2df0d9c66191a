/* SPDX-License-Identifier: MIT */
#include "base/macro.h"
#include "elf/elf_internal.h"

enum { HUGE_MEMORY = 1 << 30, LOADS_COMPARED = 512 };

static void segment_decode(const struct elf *elf, struct reader *reader, struct elf_segment *ret)
{
	*ret = (struct elf_segment){.type = reader_u32(reader)};
	if (elf->is_64)
		ret->flags = reader_u32(reader);
	ret->offset = reader_word(reader, elf->is_64);
	ret->vaddr = reader_word(reader, elf->is_64);
	ret->paddr = reader_word(reader, elf->is_64);
	ret->file_size = reader_word(reader, elf->is_64);
	ret->memory_size = reader_word(reader, elf->is_64);
	if (!elf->is_64)
		ret->flags = reader_u32(reader);
	ret->alignment = reader_word(reader, elf->is_64);
}

void elf_segments_decode(struct elf *elf)
{
	uint64_t wanted = elf->header.real_segment_count;
	uint64_t offset = elf->header.segments_offset;

	if (wanted == 0)
		return;
	struct span table = span_clip(elf->file, offset, UINT64_MAX);
	uint64_t there = min_of(table.size / elf_segment_entry(elf), (size_t)ELF_MAX_SEGMENTS);
	if (there < wanted)
		elf_anomaly(elf, SEGMENTS_OUTSIDE, offset,
			    "%llu segments announced, room for %llu in the file",
			    (unsigned long long)wanted, (unsigned long long)there);
	size_t count = (size_t)min_of(wanted, there);
	elf->segments = arena_try(elf->arena, count, sizeof(*elf->segments));
	if (!elf->segments)
		return;
	struct reader reader = reader_of(table, elf->order);
	for (size_t i = 0; i < count; i++)
		segment_decode(elf, &reader, &elf->segments[i]);
	elf->segment_count = count;
}

static uint64_t header_offset(const struct elf *elf, size_t index)
{
	return elf->header.segments_offset + index * elf_segment_entry(elf);
}

static void check_load(struct elf *elf, size_t index)
{
	const struct elf_segment *segment = &elf->segments[index];
	uint64_t at = header_offset(elf, index);

	if (segment->file_size > segment->memory_size)
		elf_anomaly(elf, SEGMENT_FILE_OVER_MEMORY, at,
			    "segment %zu has 0x%llx bytes in the file, 0x%llx in memory", index,
			    (unsigned long long)segment->file_size,
			    (unsigned long long)segment->memory_size);
	if (segment->alignment > 1 &&
	    (segment->alignment & (segment->alignment - 1) ||
	     (segment->offset - segment->vaddr) & (segment->alignment - 1)))
		elf_anomaly(elf, SEGMENT_MISALIGNED, at,
			    "segment %zu: offset 0x%llx and address 0x%llx differ modulo 0x%llx",
			    index, (unsigned long long)segment->offset,
			    (unsigned long long)segment->vaddr,
			    (unsigned long long)segment->alignment);
	if (segment->flags & PF_W && segment->flags & PF_X)
		elf_anomaly(elf, SEGMENT_WRITE_EXECUTE, at,
			    "segment %zu is writable and executable", index);
	if (segment->memory_size > segment->file_size &&
	    segment->memory_size - segment->file_size > HUGE_MEMORY)
		elf_anomaly(elf, SEGMENT_HUGE, at, "segment %zu takes 0x%llx bytes of memory",
			    index, (unsigned long long)segment->memory_size);
}

static void check_overlaps(struct elf *elf, const size_t *loads, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct elf_segment *a = &elf->segments[loads[i]];
		if (i && a->vaddr < elf->segments[loads[i - 1]].vaddr)
			elf_anomaly(elf, SEGMENT_ORDER, header_offset(elf, loads[i]),
				    "segment %zu has a lower address than the one before",
				    loads[i]);
		for (size_t j = 0; j < i; j++) {
			const struct elf_segment *b = &elf->segments[loads[j]];
			bool apart = a->vaddr >= b->vaddr ? a->vaddr - b->vaddr >= b->memory_size
							  : b->vaddr - a->vaddr >= a->memory_size;
			if (!apart && a->memory_size && b->memory_size)
				elf_anomaly(elf, SEGMENT_OVERLAP, header_offset(elf, loads[i]),
					    "segments %zu and %zu overlap in memory", loads[j],
					    loads[i]);
		}
	}
}

static void check_entry(struct elf *elf)
{
	uint64_t entry = elf->header.entry;

	if (elf->header.type != ET_EXEC && (elf->header.type != ET_DYN || entry == 0))
		return;
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		if (segment->type != PT_LOAD || entry < segment->vaddr ||
		    entry - segment->vaddr >= segment->memory_size)
			continue;
		if (!(segment->flags & PF_X))
			elf_anomaly(elf, ENTRY_NOT_EXECUTABLE, 24,
				    "the entry point lies in segment %zu, which is not executable",
				    i);
		if (segment->flags & PF_W)
			elf_anomaly(elf, ENTRY_WRITABLE, 24,
				    "the entry point lies in segment %zu, which is writable", i);
		return;
	}
	elf_anomaly(elf, ENTRY_UNMAPPED, 24, "no segment loads the entry point 0x%llx",
		    (unsigned long long)entry);
}

/* Of a debug file (objcopy --only-keep-debug) segments have no bytes; that is no damage. */
static bool is_debug_file(const struct elf *elf)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		const struct elf_section *section = &elf->sections[i];
		if (section->type == SHT_PROGBITS && section->flags & SHF_EXECINSTR)
			return false;
	}
	return elf_section_named(elf, ".debug_info") != NULL;
}

void elf_segments_check(struct elf *elf)
{
	size_t loads[LOADS_COMPARED];
	size_t load_count = 0;
	size_t interpreters = 0;
	size_t dynamics = 0;
	bool is_core = elf->header.type == ET_CORE;

	if (is_debug_file(elf))
		return;
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		uint64_t end;
		if (segment->type == PT_NULL)
			continue;
		if (segment->file_size &&
		    (__builtin_add_overflow(segment->offset, segment->file_size, &end) ||
		     end > elf->file.size))
			elf_anomaly(elf, SEGMENT_OUTSIDE, header_offset(elf, i),
				    "segment %zu ends behind the file", i);
		interpreters += segment->type == PT_INTERP;
		dynamics += segment->type == PT_DYNAMIC;
		if (segment->type != PT_LOAD || is_core)
			continue;
		check_load(elf, i);
		if (load_count < LOADS_COMPARED)
			loads[load_count++] = i;
	}
	if (interpreters > 1 || dynamics > 1)
		elf_anomaly(elf, SEGMENT_DUPLICATE, elf->header.segments_offset,
			    "%zu interpreter and %zu dynamic segments", interpreters, dynamics);
	check_overlaps(elf, loads, load_count);
	if (elf->header.type != ET_EXEC && elf->header.type != ET_DYN)
		return;
	if (load_count == 0)
		elf_anomaly(elf, NO_LOAD_SEGMENT, elf->header.segments_offset,
			    "an executable without a segment to load");
	check_entry(elf);
}

struct span elf_segment_bytes(const struct elf *elf, const struct elf_segment *segment)
{
	return span_clip(elf->file, segment->offset, segment->file_size);
}
