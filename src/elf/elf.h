/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Decoder of hostile ELF files (gABI, 2013 draft; Linux and GNU extensions as in <elf.h>).
 *
 * elf_decode() reads header, segments, sections and the dynamic array into host structs that live
 * in one arena; symbols, relocations and notes are iterated straight from the file's bytes.
 * Whatever is broken becomes an anomaly with a file offset, and the rest is still read. Byte order
 * and class are gone behind this interface.
 *
 * Where class or byte order in e_ident contradict the rest of the header, the rest is believed
 * (Linux never looks at EI_CLASS and EI_DATA), and an anomaly says so.
 *
 * Every span points into the file's bytes, which must outlive the struct.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "elf/elf_anomaly.h"

enum {
	ELF_MAX_SEGMENTS = 1 << 18,
	ELF_MAX_SECTIONS = 1 << 20,
	ELF_MAX_DYNAMIC = 1 << 16,
	ELF_MAX_NOTES = 1 << 12,
	ELF_MAX_VERSIONS = 1 << 15,
	ELF_MAX_RELOCATION_TABLES = ELF_MAX_SECTIONS,
	ELF_NO_SECTION = UINT32_MAX,
};

struct elf_header {
	uint8_t ident[16];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t segments_offset; /* e_phoff */
	uint64_t sections_offset; /* e_shoff */
	uint32_t flags;
	uint16_t header_size;
	uint16_t segment_size;  /* e_phentsize */
	uint16_t segment_count; /* e_phnum as written */
	uint16_t section_size;  /* e_shentsize */
	uint16_t section_count; /* e_shnum as written */
	uint16_t names_index;   /* e_shstrndx as written */
	/* With PN_XNUM, e_shnum = 0 and SHN_XINDEX resolved through section 0. */
	uint64_t real_segment_count;
	uint64_t real_section_count;
	uint32_t real_names_index;
};

struct elf_segment {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t file_size;
	uint64_t memory_size;
	uint64_t alignment;
};

struct elf_section {
	struct span name; /* empty when there is none or it is broken */
	uint32_t name_offset;
	uint32_t type;
	uint64_t flags;
	uint64_t vaddr;
	uint64_t offset;
	uint64_t size;
	uint32_t link;
	uint32_t info;
	uint64_t alignment;
	uint64_t entry_size;
};

struct elf_dynamic_entry {
	uint64_t tag;
	uint64_t value;
};

/* From where a table was found. */
enum elf_view {
	ELF_VIEW_NONE,
	ELF_VIEW_SEGMENTS, /* as the kernel and the loader see it */
	ELF_VIEW_SECTIONS, /* as tools see it */
};

struct elf_symbol_table {
	enum elf_view view;
	uint32_t section; /* index, or ELF_NO_SECTION */
	struct span entries;
	struct span strings;
	struct span versions; /* .gnu.version, may be empty */
	struct span extended; /* SHT_SYMTAB_SHNDX, may be empty */
	uint64_t count;
};

struct elf_symbol {
	struct span name; /* as written: .symtab may hold name@VERSION */
	uint64_t value;
	uint64_t size;
	uint32_t section;   /* st_shndx with SHN_XINDEX resolved */
	uint8_t type;       /* STT_… */
	uint8_t binding;    /* STB_… */
	uint8_t visibility; /* STV_… */
	uint8_t other;
	bool is_reserved_section; /* section is one of SHN_ABS, SHN_COMMON… */
	bool is_hidden_version;
	uint16_t version; /* index for elf_version_of(); 0 and 1 mean none */
};

struct elf_version {
	uint16_t index;
	uint16_t flags;
	uint32_t hash;
	struct span name;
	struct span library; /* of a needed version; empty for a defined one */
	bool is_defined;
};

struct elf_relocation_table {
	uint32_t type;           /* SHT_REL, SHT_RELA or SHT_RELR */
	uint32_t section;        /* index, or ELF_NO_SECTION when found by dynamic tags */
	uint32_t symbol_section; /* sh_link */
	uint32_t target_section; /* sh_info */
	struct span entries;
	uint64_t count;
};

struct elf_relocation {
	uint64_t offset;
	uint64_t symbol;
	uint64_t type; /* MIPS64: three types, the first in the low byte */
	int64_t addend;
};

struct elf_note {
	uint64_t offset;   /* of its header in the file */
	struct span owner; /* without its NUL */
	uint32_t type;
	struct span description;
};

struct elf {
	struct span file;
	struct arena *arena;
	bool is_64;
	enum byte_order order;
	struct elf_header header;
	struct elf_segment *segments;
	size_t segment_count;
	struct elf_section *sections;
	size_t section_count;
	struct span section_names;
	struct elf_dynamic_entry *dynamic; /* without DT_NULL */
	size_t dynamic_count;
	enum elf_view dynamic_view;
	uint64_t dynamic_offset;
	struct span dynamic_strings;
	struct span interpreter; /* empty when there is none */
	uint64_t interpreter_offset;
	struct elf_symbol_table symbols; /* .symtab */
	struct elf_symbol_table dynamic_symbols;
	struct elf_version *versions;
	size_t version_count;
	struct elf_relocation_table *relocations;
	size_t relocation_count;
	struct elf_note *notes;
	size_t note_count;
	struct elf_anomalies anomalies;
	uint64_t name_budget; /* string bytes that may still be searched for a NUL */
};

/*
 * False when the bytes do not start with "\177ELF" (ret is then zero). Everything else, however
 * broken, is true. The struct is only valid as long as arena and file are.
 */
bool elf_decode(struct span file, struct arena *arena, struct elf *ret);

/* The bytes of a section in the file; shorter, or empty, when it reaches past the end (or NOBITS).
 */
struct span elf_section_bytes(const struct elf *elf, const struct elf_section *section);
struct span elf_segment_bytes(const struct elf *elf, const struct elf_segment *segment);
/* The first section of that name, or NULL. */
const struct elf_section *elf_section_named(const struct elf *elf, const char *name);
/* The section whose file range holds the offset (the smallest one), or NULL. */
const struct elf_section *elf_section_at_offset(const struct elf *elf, uint64_t offset);
/* The allocated section that holds an address, or NULL. */
const struct elf_section *elf_section_at_address(const struct elf *elf, uint64_t vaddr);
/* Whether readelf's map would list the section in the segment. */
bool elf_segment_holds(const struct elf_segment *segment, const struct elf_section *section);
/* File offset of an address, through PT_LOAD, else through allocated sections. */
bool elf_offset_of(const struct elf *elf, uint64_t vaddr, uint64_t *ret);
/* Bytes from an address to the end of what the file maps there; empty when nothing does. */
struct span elf_bytes_at(const struct elf *elf, uint64_t vaddr);
/* A string of a table within the work budget; false when it is out of the table or unterminated. */
bool elf_string(struct elf *elf, struct span table, uint64_t offset, struct span *ret);

/* The first dynamic entry of a tag. */
bool elf_dynamic_find(const struct elf *elf, uint64_t tag, uint64_t *ret);
/* The string that a dynamic entry's value names; false when it is broken. */
bool elf_dynamic_string(struct elf *elf, uint64_t value, struct span *ret);

/* The symbol at an index < table->count. A broken name is empty. */
void elf_symbol_at(struct elf *elf, const struct elf_symbol_table *table, uint64_t index,
		   struct elf_symbol *ret);
/* The version of an index, or NULL. */
const struct elf_version *elf_version_of(const struct elf *elf, uint16_t index);
/* The relocation at an index < table->count; of SHT_REL the addend is 0, of SHT_RELR only offset
 * holds the raw word. */
void elf_relocation_at(const struct elf *elf, const struct elf_relocation_table *table,
		       uint64_t index, struct elf_relocation *ret);
