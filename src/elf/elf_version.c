/* SPDX-License-Identifier: MIT */
/*
 * GNU symbol versions (Linux Standard Base, "Symbol versioning"): two lists linked by byte offsets,
 * each with a list of auxiliary entries. Offsets only go forward, so no list can be endless.
 */
#include "base/macro.h"
#include "elf/elf_internal.h"

struct table {
	struct span bytes;
	struct span strings;
	uint64_t count;
};

/* A version table by its dynamic tags, else by its section. */
static struct table find(const struct elf *elf, uint64_t tag, uint64_t count_tag, uint32_t type)
{
	struct table table = {span_empty(), elf->dynamic_strings, 0};
	uint64_t vaddr;

	if (elf_dynamic_find(elf, tag, &vaddr)) {
		table.bytes = elf_bytes_at(elf, vaddr);
		if (elf_dynamic_find(elf, count_tag, &table.count) && table.bytes.size)
			return table;
	}
	for (size_t i = 0; i < elf->section_count; i++) {
		const struct elf_section *section = &elf->sections[i];
		if (section->type != type)
			continue;
		table.bytes = elf_section_bytes(elf, section);
		table.count = section->info;
		if (section->link < elf->section_count)
			table.strings = elf_section_bytes(elf, &elf->sections[section->link]);
		break;
	}
	return table;
}

static void add(struct elf *elf, const struct elf_version *version)
{
	if (elf->version_count == ELF_MAX_VERSIONS)
		return;
	/* Grown by doubling: the arena keeps the smaller ones, as much again in all. */
	if ((elf->version_count & (elf->version_count - 1)) == 0) {
		size_t room = max_of(elf->version_count * 2, (size_t)8);
		struct elf_version *grown = arena_try(elf->arena, room, sizeof(*grown));
		if (!grown)
			return;
		for (size_t i = 0; i < elf->version_count; i++)
			grown[i] = elf->versions[i];
		elf->versions = grown;
	}
	elf->versions[elf->version_count++] = *version;
}

static void broken(struct elf *elf, struct span bytes, const char *which)
{
	elf_anomaly(elf, VERSION_BROKEN, (uint64_t)(bytes.data - elf->file.data),
		    "the table of %s versions is broken", which);
}

static struct span name_of(struct elf *elf, struct span strings, uint32_t offset)
{
	struct span name = span_empty();

	(void)elf_string(elf, strings, offset, &name);
	return name;
}

/* vernaux: hash u32 | flags u16 | index u16 | name u32 | next u32 */
static bool read_needed_names(struct elf *elf, const struct table *table, uint64_t at,
			      unsigned count, struct span library)
{
	for (unsigned i = 0; i < count; i++) {
		struct reader reader = reader_of(table->bytes, elf->order);
		struct elf_version version = {.library = library};
		reader_skip(&reader, at);
		version.hash = reader_u32(&reader);
		version.flags = reader_u16(&reader);
		version.index = reader_u16(&reader) & 0x7fff;
		version.name = name_of(elf, table->strings, reader_u32(&reader));
		uint32_t next = reader_u32(&reader);
		if (!reader_ok(&reader))
			return false;
		add(elf, &version);
		if (next == 0)
			return i + 1 == count;
		at += next;
	}
	return true;
}

/* verneed: version u16 | names u16 | file u32 | first name u32 | next u32 */
static void read_needed(struct elf *elf)
{
	struct table table = find(elf, DT_VERNEED, DT_VERNEEDNUM, SHT_GNU_verneed);
	uint64_t at = 0;

	for (uint64_t i = 0; i < table.count && elf->version_count < ELF_MAX_VERSIONS; i++) {
		struct reader reader = reader_of(table.bytes, elf->order);
		reader_skip(&reader, at + 2);
		unsigned count = reader_u16(&reader);
		struct span library = name_of(elf, table.strings, reader_u32(&reader));
		uint32_t first = reader_u32(&reader);
		uint32_t next = reader_u32(&reader);
		if (!reader_ok(&reader) ||
		    !read_needed_names(elf, &table, at + first, count, library)) {
			broken(elf, table.bytes, "needed");
			return;
		}
		if (next == 0)
			return;
		at += next;
	}
}

/* verdef: version u16 | flags u16 | index u16 | names u16 | hash u32 | first name u32 | next u32;
 * the first verdaux (name u32 | next u32) is its own name, further ones are its parents. */
static void read_defined(struct elf *elf)
{
	struct table table = find(elf, DT_VERDEF, DT_VERDEFNUM, SHT_GNU_verdef);
	uint64_t at = 0;

	for (uint64_t i = 0; i < table.count && elf->version_count < ELF_MAX_VERSIONS; i++) {
		struct reader reader = reader_of(table.bytes, elf->order);
		struct elf_version version = {.library = span_empty(), .is_defined = true};
		reader_skip(&reader, at + 2);
		version.flags = reader_u16(&reader);
		version.index = reader_u16(&reader) & 0x7fff;
		(void)reader_u16(&reader);
		version.hash = reader_u32(&reader);
		uint32_t first = reader_u32(&reader);
		uint32_t next = reader_u32(&reader);
		struct span name;
		if (!reader_ok(&reader) || !span_slice(table.bytes, at + first, 8, &name)) {
			broken(elf, table.bytes, "defined");
			return;
		}
		version.name = name_of(elf, table.strings, span_u32(name, 0, elf->order));
		add(elf, &version);
		if (next == 0)
			return;
		at += next;
	}
}

void elf_versions_decode(struct elf *elf)
{
	read_needed(elf);
	read_defined(elf);
}

const struct elf_version *elf_version_of(const struct elf *elf, uint16_t index)
{
	if (index <= 1)
		return NULL;
	for (size_t i = 0; i < elf->version_count; i++) {
		if (elf->versions[i].index == index)
			return &elf->versions[i];
	}
	return NULL;
}
