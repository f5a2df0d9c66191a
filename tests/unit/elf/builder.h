/* SPDX-License-Identifier: MIT */
#pragma once
/* Small ELF files made in code, and copies of bytes that end at an unmapped page. */
#include <elf.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "elf/elf.h"

struct guarded {
	void *map;
	size_t map_size;
	struct span span;
};

static inline struct guarded guarded_copy(const void *bytes, size_t size)
{
	size_t page = 4096;
	size_t room = (size + page - 1) / page * page;
	struct guarded copy = {.map_size = room + page};

	copy.map = mmap(NULL, copy.map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	if (copy.map == MAP_FAILED)
		abort();
	if (mprotect((char *)copy.map + room, page, PROT_NONE))
		abort();
	char *start = (char *)copy.map + (room - size);
	if (size)
		memcpy(start, bytes, size);
	copy.span = span_of(start, size);
	return copy;
}

static inline void guarded_free(struct guarded *copy)
{
	munmap(copy->map, copy->map_size);
}

/*
 * A 64-bit little-endian shared object:
 *	0x000 header | 0x040 4 segments | 0x120 interpreter | 0x140 dynamic (8 entries) |
 *	0x1c0 symbols (3) | 0x208 strings (64) | 0x248 GNU hash (32) | 0x268 note (32) |
 *	0x288 section headers (5) | 0x3c8 section names (56)
 * mapped 1:1 at address 0.
 */
enum {
	AT_SEGMENTS = 0x40,
	AT_INTERPRETER = 0x120,
	AT_DYNAMIC = 0x140,
	AT_SYMBOLS = 0x1c0,
	AT_STRINGS = 0x208,
	AT_HASH = 0x248,
	AT_NOTE = 0x268,
	AT_SECTIONS = 0x288,
	AT_NAMES = 0x3c8,
	SMALL_SIZE = 0x400,
};

struct small_elf {
	uint8_t bytes[SMALL_SIZE];
};

static inline void small_put(struct small_elf *file, size_t offset, const void *what, size_t size)
{
	memcpy(file->bytes + offset, what, size);
}

static inline Elf64_Ehdr small_header(void)
{
	return (Elf64_Ehdr){
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = 0x120,
		.e_phoff = AT_SEGMENTS,
		.e_shoff = AT_SECTIONS,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 4,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 5,
		.e_shstrndx = 4,
	};
}

static inline Elf64_Phdr small_segment(uint32_t type, uint32_t flags, uint64_t offset,
				       uint64_t size)
{
	return (Elf64_Phdr){
		.p_type = type,
		.p_flags = flags,
		.p_offset = offset,
		.p_vaddr = offset,
		.p_paddr = offset,
		.p_filesz = size,
		.p_memsz = size,
		.p_align = 4,
	};
}

static inline Elf64_Shdr small_section(uint32_t name, uint32_t type, uint64_t offset, uint64_t size,
				       uint32_t link, uint64_t entry)
{
	return (Elf64_Shdr){
		.sh_name = name,
		.sh_type = type,
		.sh_flags = type == SHT_STRTAB && !link ? 0 : SHF_ALLOC,
		.sh_addr = type == SHT_NULL ? 0 : offset,
		.sh_offset = offset,
		.sh_size = size,
		.sh_link = link,
		.sh_entsize = entry,
	};
}

static inline struct small_elf small_make(void)
{
	struct small_elf file = {0};
	Elf64_Ehdr header = small_header();
	Elf64_Phdr segments[] = {
		small_segment(PT_INTERP, PF_R, AT_INTERPRETER, 11),
		small_segment(PT_LOAD, PF_R | PF_X, 0, SMALL_SIZE),
		small_segment(PT_DYNAMIC, PF_R, AT_DYNAMIC, 8 * sizeof(Elf64_Dyn)),
		small_segment(PT_NOTE, PF_R, AT_NOTE, 32),
	};
	static const char strings[] = "\0libc.so.6\0puts\0run_all\0libx.so";
	Elf64_Dyn dynamic[] = {
		{DT_NEEDED, {1}},
		{DT_SONAME, {24}},
		{DT_STRTAB, {AT_STRINGS}},
		{DT_STRSZ, {64}},
		{DT_SYMTAB, {AT_SYMBOLS}},
		{DT_GNU_HASH, {AT_HASH}},
		{DT_SYMENT, {sizeof(Elf64_Sym)}},
		{DT_NULL, {0}},
	};
	Elf64_Sym symbols[] = {
		{0},
		{.st_name = 11, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)},
		{.st_name = 16,
		 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
		 .st_shndx = 1,
		 .st_value = 0x120,
		 .st_size = 8},
	};
	/* 1 bucket, first symbol 2, 1 bloom word, shift 0; bloom; bucket 2; chain ends. */
	uint32_t hash[] = {1, 2, 1, 0, 0, 0, 2, 1};
	uint32_t note[] = {4, 8, 3, 0x00554e47, 0x44332211, 0x88776655, 0, 0};
	static const char names[] = "\0.dynamic\0.dynsym\0.dynstr\0.shstrtab";
	Elf64_Shdr sections[] = {
		small_section(0, SHT_NULL, 0, 0, 0, 0),
		small_section(1, SHT_DYNAMIC, AT_DYNAMIC, 8 * sizeof(Elf64_Dyn), 3, 16),
		small_section(10, SHT_DYNSYM, AT_SYMBOLS, sizeof(symbols), 3, sizeof(Elf64_Sym)),
		small_section(18, SHT_STRTAB, AT_STRINGS, 64, 0, 0),
		small_section(26, SHT_STRTAB, AT_NAMES, 56, 0, 0),
	};

	small_put(&file, 0, &header, sizeof(header));
	small_put(&file, AT_SEGMENTS, segments, sizeof(segments));
	small_put(&file, AT_INTERPRETER, "/lib/ld.so", 11);
	small_put(&file, AT_DYNAMIC, dynamic, sizeof(dynamic));
	small_put(&file, AT_SYMBOLS, symbols, sizeof(symbols));
	small_put(&file, AT_STRINGS, strings, sizeof(strings));
	small_put(&file, AT_HASH, hash, sizeof(hash));
	small_put(&file, AT_NOTE, note, sizeof(note));
	small_put(&file, AT_SECTIONS, sections, sizeof(sections));
	small_put(&file, AT_NAMES, names, sizeof(names));
	return file;
}
