/* SPDX-License-Identifier: MIT */
#include "base/macro.h"
#include "elf/elf_internal.h"

static bool is_known(const struct elf *elf, uint64_t offset)
{
	for (size_t i = 0; i < elf->note_count; i++) {
		if (elf->notes[i].offset == offset)
			return true;
	}
	return false;
}

static void add(struct elf *elf, const struct elf_note *note)
{
	if (is_known(elf, note->offset))
		return;
	if ((elf->note_count & (elf->note_count - 1)) == 0) {
		size_t room = max_of(elf->note_count * 2, (size_t)8);
		struct elf_note *grown = arena_try(elf->arena, room, sizeof(*grown));
		if (!grown)
			return;
		for (size_t i = 0; i < elf->note_count; i++)
			grown[i] = elf->notes[i];
		elf->notes = grown;
	}
	elf->notes[elf->note_count++] = *note;
}

/*
 *	owner size u32 | description size u32 | type u32 | owner, padded | description, padded
 * Padding is to 4 bytes, or to 8 where the segment or section is aligned so (NT_GNU_PROPERTY).
 */
static void read_notes(struct elf *elf, uint64_t offset, struct span bytes, uint64_t alignment)
{
	size_t padding = alignment == 8 ? 8 : 4;
	struct reader reader = reader_of(bytes, elf->order);

	while (reader_left(&reader) >= 12 && elf->note_count < ELF_MAX_NOTES) {
		struct elf_note note = {.offset = offset + reader.offset};
		uint32_t owner_size = reader_u32(&reader);
		uint32_t description_size = reader_u32(&reader);
		note.type = reader_u32(&reader);
		note.owner = reader_bytes(&reader, owner_size);
		if (reader_left(&reader))
			reader_align(&reader, padding);
		note.description = reader_bytes(&reader, description_size);
		if (!reader_ok(&reader)) {
			elf_anomaly(elf, NOTE_BROKEN, note.offset,
				    "a note of %u + %u bytes does not fit its table", owner_size,
				    description_size);
			return;
		}
		while (note.owner.size && note.owner.data[note.owner.size - 1] == 0)
			note.owner.size--;
		add(elf, &note);
		size_t rest = reader.offset & (padding - 1);
		if (rest)
			reader_skip(&reader, min_of(padding - rest, reader_left(&reader)));
	}
}

void elf_notes_decode(struct elf *elf)
{
	for (size_t i = 0; i < elf->segment_count && elf->note_count < ELF_MAX_NOTES; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		if (segment->type == PT_NOTE)
			read_notes(elf, segment->offset, elf_segment_bytes(elf, segment),
				   segment->alignment);
	}
	for (size_t i = 0; i < elf->section_count && elf->note_count < ELF_MAX_NOTES; i++) {
		const struct elf_section *section = &elf->sections[i];
		if (section->type == SHT_NOTE && !is_known(elf, section->offset))
			read_notes(elf, section->offset, elf_section_bytes(elf, section),
				   section->alignment);
	}
}
