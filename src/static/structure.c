/* SPDX-License-Identifier: MIT */
/* ELF header, segments, sections, dynamic array. */
#include <elf.h>
#include <string.h>

#include "base/macro.h"
#include "digest/digest.h"
#include "digest/entropy.h"
#include "elf/elf_name.h"
#include "static/work.h"

enum {
	MAX_SEGMENTS = 4096,
	MAX_SECTIONS = 65536,
	MAX_DYNAMIC = 4096,
	MAX_NEEDED = 1024,
	MAX_NAMES_OF_SEGMENT = 4096,
	ENTRY_BYTES = 64,
};

/* Sections may all claim the same bytes: what is digested in all is bounded. */
struct budget {
	uint64_t bytes;
	uint64_t pairs; /* of segment and section */
};

static void fill_entry(struct static_work *work, struct static_header *ret)
{
	const struct elf *elf = &work->elf;
	uint64_t offset;

	if (!elf->header.entry || !elf_offset_of(elf, elf->header.entry, &offset))
		return;
	struct span bytes = span_clip(elf_bytes_at(elf, elf->header.entry), 0, ENTRY_BYTES);
	ret->entry_bytes = arena_copy(work->arena, bytes);
	const struct elf_section *section = elf_section_at_address(elf, elf->header.entry);
	if (section)
		ret->entry_section = work_text(work, section->name);
}

static void fill_header(struct static_work *work, struct static_elf *report)
{
	const struct elf_header *header = &work->elf.header;
	struct static_header *ret = arena_new_of(work->arena, struct static_header);

	*ret = (struct static_header){
		.bits = work->elf.is_64 ? 64 : 32,
		.byte_order = work->elf.order == BYTE_ORDER_BIG ? "big" : "little",
		.type = elf_type_name(header->type),
		.type_number = header->type,
		.machine = elf_machine_name(header->machine),
		.machine_description = elf_machine_description(header->machine),
		.machine_number = header->machine,
		.os_abi = elf_os_abi_name(header->ident[EI_OSABI]),
		.os_abi_number = header->ident[EI_OSABI],
		.abi_version = header->ident[EI_ABIVERSION],
		.version = header->version,
		.entry = header->entry,
		.entry_bytes = span_empty(),
		.flags = header->flags,
		.segments_offset = header->segments_offset,
		.segment_count = header->real_segment_count,
		.segment_entry_size = header->segment_size,
		.sections_offset = header->sections_offset,
		.section_count = header->real_section_count,
		.section_entry_size = header->section_size,
		.names_index = header->real_names_index,
		.header_size = header->header_size,
	};
	fill_entry(work, ret);
	report->header = ret;
}

/* Letters as readelf prints them, in its order. */
static const char *section_flags(struct static_work *work, uint64_t flags)
{
	static const struct {
		uint64_t bit;
		char letter;
	} letters[] = {
		{SHF_WRITE, 'W'},      {SHF_ALLOC, 'A'},
		{SHF_EXECINSTR, 'X'},  {SHF_MERGE, 'M'},
		{SHF_STRINGS, 'S'},    {SHF_INFO_LINK, 'I'},
		{SHF_LINK_ORDER, 'L'}, {SHF_OS_NONCONFORMING, 'O'},
		{SHF_GROUP, 'G'},      {SHF_TLS, 'T'},
		{SHF_COMPRESSED, 'C'}, {SHF_EXCLUDE, 'E'},
	};
	char text[ARRAY_SIZE(letters) + 1] = "";
	size_t size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
		if (flags & letters[i].bit)
			text[size++] = letters[i].letter;
	}
	return arena_strdup(work->arena, text);
}

/* Takes size off the budget; false when it is used up. */
static bool spend(uint64_t *budget, uint64_t size)
{
	if (size > *budget)
		return false;
	*budget -= size;
	return true;
}

static void fill_section(struct static_work *work, size_t index, struct budget *budget,
			 struct static_section *ret)
{
	const struct elf_section *section = &work->elf.sections[index];
	struct span bytes = elf_section_bytes(&work->elf, section);
	const char *name = work_text(work, section->name);

	*ret = (struct static_section){
		.index = index,
		.name = name ? name : "",
		.type = elf_section_type_name(section->type, work->elf.header.machine),
		.type_number = section->type,
		.flags = section_flags(work, section->flags),
		.vaddr = section->vaddr,
		.offset = section->offset,
		.size = section->size,
		.link = section->link,
		.info = section->info,
		.alignment = section->alignment,
		.entry_size = section->entry_size,
	};
	if (bytes.size == 0 || !spend(&budget->bytes, bytes.size))
		return;
	struct digest_set set;
	digest_compute(bytes, DIGEST_MD5 | DIGEST_SHA256, &set);
	ret->md5 = work_hex(work, set.md5, sizeof(set.md5));
	ret->sha256 = work_hex(work, set.sha256, sizeof(set.sha256));
	ret->entropy = entropy_of(bytes);
}

static void fill_map(struct static_work *work, const struct static_elf *report, size_t index,
		     struct budget *budget, struct static_segment *ret)
{
	const struct elf_segment *segment = &work->elf.segments[index];
	size_t count = report->sections.count;
	size_t held = 0;

	if (!spend(&budget->pairs, count))
		return;
	for (size_t i = 0; i < count && held < MAX_NAMES_OF_SEGMENT; i++)
		held += elf_segment_holds(segment, &work->elf.sections[i]);
	ret->sections.data = arena_alloc(work->arena, held * sizeof(*ret->sections.data));
	for (size_t i = 0; i < count && ret->sections.count < held; i++) {
		if (elf_segment_holds(segment, &work->elf.sections[i]))
			ret->sections.data[ret->sections.count++] = report->sections.data[i].name;
	}
}

static void fill_segment(struct static_work *work, size_t index, struct budget *budget,
			 struct static_segment *ret)
{
	const struct elf_segment *segment = &work->elf.segments[index];
	struct span bytes = elf_segment_bytes(&work->elf, segment);
	char flags[4] = "";
	size_t size = 0;

	if (segment->flags & PF_R)
		flags[size++] = 'R';
	if (segment->flags & PF_W)
		flags[size++] = 'W';
	if (segment->flags & PF_X)
		flags[size++] = 'E';
	*ret = (struct static_segment){
		.type = elf_segment_type_name(segment->type, work->elf.header.machine),
		.type_number = segment->type,
		.flags = arena_strdup(work->arena, flags),
		.offset = segment->offset,
		.vaddr = segment->vaddr,
		.paddr = segment->paddr,
		.file_size = segment->file_size,
		.memory_size = segment->memory_size,
		.alignment = segment->alignment,
	};
	if (bytes.size == 0 || !spend(&budget->bytes, bytes.size))
		return;
	ret->entropy = entropy_of(bytes);
	if (segment->type != PT_LOAD)
		return;
	struct digest_set set;
	digest_compute(bytes, DIGEST_MD5, &set);
	ret->md5 = work_hex(work, set.md5, sizeof(set.md5));
}

/* Tags whose value is an offset into the dynamic strings. */
static bool names_string(uint64_t tag)
{
	return tag == DT_NEEDED || tag == DT_SONAME || tag == DT_RPATH || tag == DT_RUNPATH ||
	       tag == DT_AUXILIARY || tag == DT_FILTER || tag == DT_CONFIG || tag == DT_AUDIT ||
	       tag == DT_DEPAUDIT;
}

static void fill_dynamic(struct static_work *work, struct static_elf *report)
{
	struct elf *elf = &work->elf;
	size_t count = min_of(elf->dynamic_count, (size_t)MAX_DYNAMIC);

	report->dynamic.data = arena_alloc(work->arena, count * sizeof(*report->dynamic.data));
	report->dynamic.count = count;
	report->needed.data = arena_alloc(work->arena, min_of(count, (size_t)MAX_NEEDED) *
							       sizeof(*report->needed.data));
	for (size_t i = 0; i < count; i++) {
		const struct elf_dynamic_entry *entry = &elf->dynamic[i];
		struct static_dynamic *ret = &report->dynamic.data[i];
		struct span text;
		*ret = (struct static_dynamic){
			.tag = elf_dynamic_tag_name(entry->tag, elf->header.machine),
			.tag_number = entry->tag,
			.value = entry->value,
		};
		if (!names_string(entry->tag) || !elf_dynamic_string(elf, entry->value, &text))
			continue;
		ret->text = work_text(work, text);
		if (!ret->text)
			continue;
		if (entry->tag == DT_NEEDED && report->needed.count < MAX_NEEDED)
			report->needed.data[report->needed.count++] = ret->text;
		else if (entry->tag == DT_SONAME)
			report->soname = ret->text;
		else if (entry->tag == DT_RPATH)
			report->rpath = ret->text;
		else if (entry->tag == DT_RUNPATH)
			report->runpath = ret->text;
	}
}

static const char *view_name(enum elf_view view)
{
	switch (view) {
	case ELF_VIEW_NONE:
		return NULL;
	case ELF_VIEW_SEGMENTS:
		return "segments";
	case ELF_VIEW_SECTIONS:
		return "sections";
	}
	return NULL;
}

static void fill_summary(struct static_work *work, struct static_elf *report)
{
	const struct elf *elf = &work->elf;
	bool is_program = work->report->kind == SAMPLE_EXECUTABLE;

	report->interpreter = work_text(work, elf->interpreter);
	report->is_static = is_program && !elf->interpreter.size && !report->needed.count;
	report->is_pie = is_program && elf->header.type == ET_DYN;
	report->is_stripped = elf->symbols.view == ELF_VIEW_NONE;
	report->has_debug =
		elf_section_named(elf, ".debug_info") || elf_section_named(elf, ".zdebug_info");
	report->dynamic_from = view_name(elf->dynamic_view);
	report->symbols_from = view_name(elf->dynamic_symbols.view);
}

struct error *structure_analyze(struct static_work *work)
{
	struct static_elf *report = arena_new_of(work->arena, struct static_elf);
	struct budget budget = {
		.bytes = (16 << 20) + 4 * (uint64_t)work->bytes.size,
		.pairs = 16 << 20,
	};
	size_t sections = min_of(work->elf.section_count, (size_t)MAX_SECTIONS);
	size_t segments = min_of(work->elf.segment_count, (size_t)MAX_SEGMENTS);

	work->report->elf = report;
	fill_header(work, report);
	report->sections.data = arena_try(work->arena, sections, sizeof(*report->sections.data));
	report->sections.count = report->sections.data ? sections : 0;
	for (size_t i = 0; i < report->sections.count; i++)
		fill_section(work, i, &budget, &report->sections.data[i]);
	report->segments.data = arena_try(work->arena, segments, sizeof(*report->segments.data));
	report->segments.count = report->segments.data ? segments : 0;
	for (size_t i = 0; i < report->segments.count; i++) {
		fill_segment(work, i, &budget, &report->segments.data[i]);
		fill_map(work, report, i, &budget, &report->segments.data[i]);
	}
	fill_dynamic(work, report);
	fill_summary(work, report);
	if (sections < work->elf.section_count || segments < work->elf.segment_count ||
	    report->dynamic.count < work->elf.dynamic_count)
		work_anomaly(work, "work_limit_reached", 0,
			     "more sections, segments or dynamic entries than the report lists");
	return NULL;
}
