/* SPDX-License-Identifier: MIT */
#include "base/macro.h"
#include "elf/elf_internal.h"

static const struct elf_segment *segment_of(const struct elf *elf, uint32_t type)
{
	for (size_t i = 0; i < elf->segment_count; i++) {
		if (elf->segments[i].type == type)
			return &elf->segments[i];
	}
	return NULL;
}

static const struct elf_section *section_of(const struct elf *elf, uint32_t type)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		if (elf->sections[i].type == type)
			return &elf->sections[i];
	}
	return NULL;
}

static void read_interpreter(struct elf *elf)
{
	const struct elf_segment *segment = segment_of(elf, PT_INTERP);

	if (!segment)
		return;
	struct span bytes = elf_segment_bytes(elf, segment);
	elf->interpreter_offset = segment->offset;
	if (span_string(bytes, 0, &elf->interpreter)) {
		if (elf->interpreter.size + 1 != bytes.size)
			elf_anomaly(elf, INTERPRETER_BROKEN, segment->offset,
				    "%zu bytes behind the interpreter's name",
				    bytes.size - elf->interpreter.size - 1);
		return;
	}
	elf->interpreter = span_clip(bytes, 0, 4096);
	if (bytes.size || segment->file_size)
		elf_anomaly(elf, INTERPRETER_BROKEN, segment->offset,
			    "the interpreter's name has no end");
}

/* Where the loader would find the array: by address; the offset alone is what tools read. */
static struct span find_dynamic(struct elf *elf)
{
	const struct elf_segment *segment = segment_of(elf, PT_DYNAMIC);
	const struct elf_section *section = section_of(elf, SHT_DYNAMIC);
	uint64_t offset;

	if (!segment) {
		if (!section)
			return span_empty();
		elf->dynamic_view = ELF_VIEW_SECTIONS;
		elf->dynamic_offset = section->offset;
		return elf_section_bytes(elf, section);
	}
	struct span bytes = elf_bytes_at(elf, segment->vaddr);
	if (!elf_offset_of(elf, segment->vaddr, &offset)) {
		offset = segment->offset;
		bytes = elf_segment_bytes(elf, segment);
	}
	elf->dynamic_view = ELF_VIEW_SEGMENTS;
	elf->dynamic_offset = offset;
	if (bytes.size == 0 && segment->file_size)
		elf_anomaly(elf, DYNAMIC_OUTSIDE, offset, "the dynamic segment is not in the file");
	if (offset != segment->offset)
		elf_anomaly(
			elf, DYNAMIC_VIEWS, segment->offset,
			"the dynamic segment's offset is 0x%llx, its address is loaded from 0x%llx",
			(unsigned long long)segment->offset, (unsigned long long)offset);
	if (section && section->offset != offset)
		elf_anomaly(elf, DYNAMIC_VIEWS, section->offset,
			    "the dynamic section is at 0x%llx, the segment at 0x%llx",
			    (unsigned long long)section->offset, (unsigned long long)offset);
	return bytes;
}

static void read_entries(struct elf *elf, struct span bytes)
{
	size_t entry_size = 2 * elf_word_size(elf);
	size_t room = min_of(bytes.size / entry_size, (size_t)ELF_MAX_DYNAMIC);
	struct reader reader = reader_of(bytes, elf->order);
	size_t count = 0;
	bool ended = false;

	for (; count < room && !ended; count++) {
		ended = reader_word(&reader, elf->is_64) == DT_NULL;
		reader_skip(&reader, entry_size / 2);
	}
	if (!ended)
		elf_anomaly(elf, DYNAMIC_UNTERMINATED, elf->dynamic_offset,
			    "%zu dynamic entries and no end", count);
	count -= ended;
	elf->dynamic = arena_try(elf->arena, count, sizeof(*elf->dynamic));
	if (!elf->dynamic)
		return;
	reader = reader_of(bytes, elf->order);
	for (size_t i = 0; i < count; i++) {
		elf->dynamic[i].tag = reader_word(&reader, elf->is_64);
		elf->dynamic[i].value = reader_word(&reader, elf->is_64);
	}
	elf->dynamic_count = count;
}

static void find_strings(struct elf *elf)
{
	const struct elf_section *section = section_of(elf, SHT_DYNAMIC);
	uint64_t vaddr = 0;
	uint64_t size = 0;

	if (elf_dynamic_find(elf, DT_STRTAB, &vaddr))
		elf->dynamic_strings = elf_bytes_at(elf, vaddr);
	if (elf_dynamic_find(elf, DT_STRSZ, &size) && size)
		elf->dynamic_strings = span_clip(elf->dynamic_strings, 0, size);
	if (elf->dynamic_strings.size == 0 && section && section->link < elf->section_count)
		elf->dynamic_strings = elf_section_bytes(elf, &elf->sections[section->link]);
	if (elf->dynamic_strings.size < size || (elf->dynamic_count && !elf->dynamic_strings.size))
		elf_anomaly(elf, DYNAMIC_STRINGS, elf->dynamic_offset,
			    "the dynamic string table (address 0x%llx, 0x%llx bytes) is not in the "
			    "file",
			    (unsigned long long)vaddr, (unsigned long long)size);
}

void elf_dynamic_decode(struct elf *elf)
{
	read_interpreter(elf);
	struct span bytes = find_dynamic(elf);
	if (bytes.size == 0)
		return;
	read_entries(elf, bytes);
	find_strings(elf);
}

bool elf_dynamic_find(const struct elf *elf, uint64_t tag, uint64_t *ret)
{
	for (size_t i = 0; i < elf->dynamic_count; i++) {
		if (elf->dynamic[i].tag == tag) {
			*ret = elf->dynamic[i].value;
			return true;
		}
	}
	return false;
}

bool elf_dynamic_string(struct elf *elf, uint64_t value, struct span *ret)
{
	if (elf_string(elf, elf->dynamic_strings, value, ret))
		return true;
	elf_anomaly(elf, DYNAMIC_STRING, elf->dynamic_offset,
		    "dynamic string 0x%llx is outside its table", (unsigned long long)value);
	return false;
}
