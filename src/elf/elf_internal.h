/* SPDX-License-Identifier: MIT */
#pragma once
/* The decoder's steps, in the order in which elf_decode() takes them. */
#include <elf.h>

#include "elf/elf.h"

/* Of binutils (include/elf/common.h); not in <elf.h>. */
#ifndef PT_GNU_MBIND_LO
#define PT_GNU_MBIND_LO 0x6474e555
#define PT_GNU_MBIND_HI 0x6474f554
#endif

#define elf_anomaly(elf, code, offset, ...)                                                        \
	elf_anomaly_add(&(elf)->anomalies, (elf)->arena, ELF_ANOMALY_##code, (offset), __VA_ARGS__)

/* Class and byte order, then the header with real counts (which need section 0). */
void elf_header_decode(struct elf *elf);
void elf_segments_decode(struct elf *elf);
void elf_segments_check(struct elf *elf);
void elf_sections_decode(struct elf *elf);
void elf_sections_check(struct elf *elf);
void elf_dynamic_decode(struct elf *elf);
void elf_symbols_find(struct elf *elf);
void elf_versions_decode(struct elf *elf);
void elf_relocations_find(struct elf *elf);
void elf_notes_decode(struct elf *elf);

/* One section header; false when it is not wholly in the file. */
bool elf_section_header_at(const struct elf *elf, uint64_t offset, struct elf_section *ret);

static inline size_t elf_segment_entry(const struct elf *elf)
{
	return elf->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static inline size_t elf_section_entry(const struct elf *elf)
{
	return elf->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

static inline size_t elf_word_size(const struct elf *elf)
{
	return elf->is_64 ? 8 : 4;
}

/* A reader at an offset of the file that ends with it; failed at once when outside. */
static inline struct reader elf_reader(const struct elf *elf, uint64_t offset)
{
	struct reader reader = reader_of(elf->file, elf->order);

	reader_skip(&reader, offset);
	return reader;
}
