/* SPDX-License-Identifier: MIT */
#include "base/macro.h"
#include "elf/elf_internal.h"

static size_t symbol_size(const struct elf *elf)
{
	return elf->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

static uint32_t section_index(const struct elf *elf, const struct elf_section *section)
{
	return (uint32_t)(section - elf->sections);
}

static const struct elf_section *section_of(const struct elf *elf, uint32_t type)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		if (elf->sections[i].type == type)
			return &elf->sections[i];
	}
	return NULL;
}

/* The section of a type that belongs (sh_link) to a symbol table. */
static struct span companion(const struct elf *elf, uint32_t type, uint32_t table)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		const struct elf_section *section = &elf->sections[i];
		if (section->type == type && section->link == table)
			return elf_section_bytes(elf, section);
	}
	return span_empty();
}

static void use_section(struct elf *elf, const struct elf_section *section,
			struct elf_symbol_table *table)
{
	struct span bytes = elf_section_bytes(elf, section);
	uint32_t index = section_index(elf, section);

	*table = (struct elf_symbol_table){
		.view = ELF_VIEW_SECTIONS,
		.section = index,
		.entries = bytes,
		.strings = span_empty(),
		.versions = companion(elf, SHT_GNU_versym, index),
		.extended = companion(elf, SHT_SYMTAB_SHNDX, index),
		.count = bytes.size / symbol_size(elf),
	};
	if (section->link < elf->section_count)
		table->strings = elf_section_bytes(elf, &elf->sections[section->link]);
	if (section->size % symbol_size(elf) || (section->entry_size != symbol_size(elf)))
		elf_anomaly(elf, SYMBOLS_BROKEN, section->offset,
			    "symbol table of 0x%llx bytes, %llu an entry",
			    (unsigned long long)section->size,
			    (unsigned long long)section->entry_size);
}

/* Words of DT_HASH are 64 bits wide on Alpha and 64-bit S/390. */
static uint64_t count_by_hash(struct elf *elf, uint64_t vaddr)
{
	bool is_wide =
		elf->is_64 && (elf->header.machine == EM_S390 || elf->header.machine == EM_ALPHA);
	struct reader reader = reader_of(elf_bytes_at(elf, vaddr), elf->order);

	(void)reader_word(&reader, is_wide);
	uint64_t chains = reader_word(&reader, is_wide);
	if (!reader_ok(&reader))
		elf_anomaly(elf, HASH_BROKEN, elf->dynamic_offset,
			    "the hash table is not in the file");
	return chains;
}

/*
 * DT_GNU_HASH holds no count: the highest bucket's chain ends with the last symbol.
 *	buckets u32 | first symbol u32 | bloom words u32 | shift u32 | bloom … | buckets … | chains
 *…
 */
static uint64_t count_by_gnu_hash(struct elf *elf, uint64_t vaddr)
{
	struct reader reader = reader_of(elf_bytes_at(elf, vaddr), elf->order);
	uint32_t buckets = reader_u32(&reader);
	uint32_t first = reader_u32(&reader);
	uint32_t bloom = reader_u32(&reader);
	uint32_t highest = 0;

	reader_skip(&reader, 4);
	reader_skip(&reader, (uint64_t)bloom * elf_word_size(elf));
	for (uint32_t i = 0; i < buckets && reader_ok(&reader); i++)
		highest = max_of(highest, reader_u32(&reader));
	if (reader_ok(&reader) && highest < first)
		return first;
	reader_skip(&reader, (uint64_t)(highest - first) * 4);
	uint64_t count = highest;
	while (reader_ok(&reader)) {
		count++;
		if (reader_u32(&reader) & 1)
			break;
	}
	if (reader_ok(&reader))
		return count;
	elf_anomaly(elf, HASH_BROKEN, elf->dynamic_offset, "the GNU hash table does not end");
	return 0;
}

/* How many symbols the loader can reach; 0 when nothing tells. */
static uint64_t count_dynamic(struct elf *elf, uint64_t symbols)
{
	uint64_t vaddr;
	uint64_t count = 0;

	if (elf_dynamic_find(elf, DT_HASH, &vaddr))
		count = count_by_hash(elf, vaddr);
	if (count == 0 && elf_dynamic_find(elf, DT_GNU_HASH, &vaddr))
		count = count_by_gnu_hash(elf, vaddr);
	/* Linkers put the strings right behind the symbols. */
	if (count == 0 && elf_dynamic_find(elf, DT_STRTAB, &vaddr) && vaddr > symbols)
		count = (vaddr - symbols) / symbol_size(elf);
	return count;
}

static void use_dynamic(struct elf *elf, uint64_t vaddr, struct elf_symbol_table *table)
{
	struct span bytes = elf_bytes_at(elf, vaddr);
	uint64_t room = bytes.size / symbol_size(elf);
	uint64_t wanted = count_dynamic(elf, vaddr);
	uint64_t versions;

	if (wanted > room)
		elf_anomaly(elf, SYMBOLS_BROKEN, elf->dynamic_offset,
			    "%llu dynamic symbols announced, room for %llu",
			    (unsigned long long)wanted, (unsigned long long)room);
	*table = (struct elf_symbol_table){
		.view = ELF_VIEW_SEGMENTS,
		.section = ELF_NO_SECTION,
		.entries = bytes,
		.strings = elf->dynamic_strings,
		.versions = span_empty(),
		.extended = span_empty(),
		.count = min_of(wanted, room),
	};
	if (elf_dynamic_find(elf, DT_VERSYM, &versions))
		table->versions = span_clip(elf_bytes_at(elf, versions), 0, table->count * 2);
}

void elf_symbols_find(struct elf *elf)
{
	const struct elf_section *section = section_of(elf, SHT_SYMTAB);
	const struct elf_section *dynamic = section_of(elf, SHT_DYNSYM);
	uint64_t vaddr;
	uint64_t offset;

	if (section)
		use_section(elf, section, &elf->symbols);
	bool has_tag = elf_dynamic_find(elf, DT_SYMTAB, &vaddr);
	if (has_tag && dynamic && elf_offset_of(elf, vaddr, &offset) && offset == dynamic->offset)
		has_tag = false;
	if (!has_tag) {
		if (dynamic)
			use_section(elf, dynamic, &elf->dynamic_symbols);
		return;
	}
	if (dynamic)
		elf_anomaly(
			elf, SYMBOLS_VIEWS, dynamic->offset,
			"the dynamic symbols' section is at address 0x%llx, DT_SYMTAB is 0x%llx",
			(unsigned long long)dynamic->vaddr, (unsigned long long)vaddr);
	use_dynamic(elf, vaddr, &elf->dynamic_symbols);
	if (elf->dynamic_symbols.count == 0 && dynamic)
		use_section(elf, dynamic, &elf->dynamic_symbols);
}

void elf_symbol_at(struct elf *elf, const struct elf_symbol_table *table, uint64_t index,
		   struct elf_symbol *ret)
{
	struct reader reader = reader_of(table->entries, elf->order);
	uint8_t info;

	*ret = (struct elf_symbol){.name = span_empty()};
	reader_skip(&reader, index * symbol_size(elf));
	uint32_t name = reader_u32(&reader);
	if (!elf->is_64) {
		ret->value = reader_u32(&reader);
		ret->size = reader_u32(&reader);
	}
	info = reader_u8(&reader);
	ret->other = reader_u8(&reader);
	ret->section = reader_u16(&reader);
	if (elf->is_64) {
		ret->value = reader_u64(&reader);
		ret->size = reader_u64(&reader);
	}
	ret->type = ELF64_ST_TYPE(info);
	ret->binding = (uint8_t)ELF64_ST_BIND(info);
	ret->visibility = ELF64_ST_VISIBILITY(ret->other);
	ret->is_reserved_section = ret->section >= SHN_LORESERVE;
	if (ret->section == SHN_XINDEX && table->extended.size) {
		ret->section = span_u32(table->extended, index * 4, elf->order);
		ret->is_reserved_section = false;
	}
	uint16_t version = span_u16(table->versions, index * 2, elf->order);
	ret->version = version & 0x7fff;
	ret->is_hidden_version = version & 0x8000;
	if (name && !elf_string(elf, table->strings, name, &ret->name))
		elf_anomaly(
			elf, SYMBOL_NAME,
			(uint64_t)(table->entries.data - elf->file.data) + index * symbol_size(elf),
			"the name of symbol %llu is outside its table", (unsigned long long)index);
}
