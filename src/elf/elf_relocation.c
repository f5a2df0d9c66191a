/* SPDX-License-Identifier: MIT */
#include "base/macro.h"
#include "elf/elf_internal.h"

#ifndef SHT_RELR
#define SHT_RELR 19
#endif
#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR 36
#endif

static size_t entry_size(const struct elf *elf, uint32_t type)
{
	size_t words = type == SHT_RELA ? 3 : type == SHT_REL ? 2 : 1;

	return words * elf_word_size(elf);
}

static void add(struct elf *elf, struct elf_relocation_table table, uint64_t announced)
{
	if (elf->relocation_count == ELF_MAX_RELOCATION_TABLES)
		return;
	if ((elf->relocation_count & (elf->relocation_count - 1)) == 0) {
		size_t room = max_of(elf->relocation_count * 2, (size_t)4);
		struct elf_relocation_table *grown = arena_try(elf->arena, room, sizeof(*grown));
		if (!grown)
			return;
		for (size_t i = 0; i < elf->relocation_count; i++)
			grown[i] = elf->relocations[i];
		elf->relocations = grown;
	}
	table.count = table.entries.size / entry_size(elf, table.type);
	if (announced != table.entries.size || announced % entry_size(elf, table.type))
		elf_anomaly(elf, RELOCATIONS_BROKEN,
			    (uint64_t)(table.entries.data - elf->file.data),
			    "relocations of 0x%llx bytes, of which 0x%zx are in the file",
			    (unsigned long long)announced, table.entries.size);
	elf->relocations[elf->relocation_count++] = table;
}

static void find_by_sections(struct elf *elf)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		const struct elf_section *section = &elf->sections[i];
		if ((section->type != SHT_REL && section->type != SHT_RELA &&
		     section->type != SHT_RELR) ||
		    section->size == 0)
			continue;
		add(elf,
		    (struct elf_relocation_table){
			    .type = section->type,
			    .section = (uint32_t)i,
			    .symbol_section = section->link,
			    .target_section = section->info,
			    .entries = elf_section_bytes(elf, section),
		    },
		    section->size);
	}
}

static void find_by_tags(struct elf *elf)
{
	static const struct {
		uint64_t address;
		uint64_t size;
		uint32_t type;
	} tags[] = {
		{DT_REL, DT_RELSZ, SHT_REL},
		{DT_RELA, DT_RELASZ, SHT_RELA},
		{DT_JMPREL, DT_PLTRELSZ, SHT_NULL},
		{DT_RELR, DT_RELRSZ, SHT_RELR},
	};

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		uint64_t vaddr;
		uint64_t size;
		uint64_t kind = DT_RELA;
		uint32_t type = tags[i].type;
		if (!elf_dynamic_find(elf, tags[i].address, &vaddr) ||
		    !elf_dynamic_find(elf, tags[i].size, &size) || size == 0)
			continue;
		if (type == SHT_NULL) {
			(void)elf_dynamic_find(elf, DT_PLTREL, &kind);
			type = kind == DT_REL ? SHT_REL : SHT_RELA;
		}
		add(elf,
		    (struct elf_relocation_table){
			    .type = type,
			    .section = ELF_NO_SECTION,
			    .symbol_section = ELF_NO_SECTION,
			    .target_section = ELF_NO_SECTION,
			    .entries = span_clip(elf_bytes_at(elf, vaddr), 0, size),
		    },
		    size);
	}
}

void elf_relocations_find(struct elf *elf)
{
	find_by_sections(elf);
	if (elf->relocation_count == 0)
		find_by_tags(elf);
}

static void split_info(const struct elf *elf, uint64_t info, struct elf_relocation *ret)
{
	if (!elf->is_64) {
		ret->symbol = info >> 8;
		ret->type = info & 0xff;
		return;
	}
	ret->symbol = info >> 32;
	ret->type = info & 0xffffffff;
	if (elf->header.machine == EM_SPARCV9)
		ret->type &= 0xff;
	if (elf->header.machine != EM_MIPS)
		return;
	/* MIPS64: symbol u32, then four single bytes: special symbol, type 3, type 2, type. */
	if (elf->order == BYTE_ORDER_LITTLE) {
		ret->symbol = info & 0xffffffff;
		ret->type = __builtin_bswap32((uint32_t)(info >> 32));
	}
	ret->type &= 0xffffff;
}

void elf_relocation_at(const struct elf *elf, const struct elf_relocation_table *table,
		       uint64_t index, struct elf_relocation *ret)
{
	struct reader reader = reader_of(table->entries, elf->order);

	*ret = (struct elf_relocation){0};
	reader_skip(&reader, index * entry_size(elf, table->type));
	ret->offset = reader_word(&reader, elf->is_64);
	if (table->type == SHT_RELR)
		return;
	split_info(elf, reader_word(&reader, elf->is_64), ret);
	if (table->type != SHT_RELA)
		return;
	uint64_t addend = reader_word(&reader, elf->is_64);
	ret->addend = elf->is_64 ? (int64_t)addend : (int32_t)(uint32_t)addend;
}
