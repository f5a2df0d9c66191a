/* SPDX-License-Identifier: MIT */
/* What lies behind the last byte that header, tables, segments and sections account for. */
#include <elf.h>

#include "base/macro.h"
#include "digest/entropy.h"
#include "static/work.h"

static void extend(uint64_t *end, uint64_t offset, uint64_t size, uint64_t limit)
{
	uint64_t stop;

	if (!__builtin_add_overflow(offset, size, &stop) && stop <= limit)
		*end = max_of(*end, stop);
}

struct error *overlay_analyze(struct static_work *work)
{
	struct static_elf *report = work->report->elf;
	const struct elf *elf = &work->elf;
	uint64_t limit = work->bytes.size;
	uint64_t end = 0;

	extend(&end, 0, elf->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), limit);
	extend(&end, elf->header.segments_offset,
	       elf->segment_count * (elf->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)), limit);
	extend(&end, elf->header.sections_offset,
	       elf->section_count * (elf->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)), limit);
	for (size_t i = 0; i < elf->segment_count; i++)
		extend(&end, elf->segments[i].offset, elf->segments[i].file_size, limit);
	for (size_t i = 0; i < elf->section_count; i++) {
		if (elf->sections[i].type != SHT_NOBITS)
			extend(&end, elf->sections[i].offset, elf->sections[i].size, limit);
	}
	report->overlay_offset = end;
	report->overlay_size = limit > end ? limit - end : 0;
	if (report->overlay_size == 0)
		return NULL;
	struct span overlay = span_clip(work->bytes, end, SIZE_MAX);
	report->overlay_entropy = entropy_of(overlay);
	const char *type = file_type_of(work->options->file_type, overlay);
	report->overlay_type = type ? arena_strdup(work->arena, type) : NULL;
	return NULL;
}
