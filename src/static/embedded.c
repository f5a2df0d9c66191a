/* SPDX-License-Identifier: MIT */
/* Files inside the file, found by marks whose next fields make sense too. */
#include <elf.h>
#include <string.h>

#include "base/macro.h"
#include "digest/digest.h"
#include "static/work.h"

enum { MAX_EMBEDDED = 256 };

static bool is_elf(struct span bytes)
{
	uint8_t class = span_u8(bytes, EI_CLASS);
	uint8_t order = span_u8(bytes, EI_DATA);
	uint16_t type =
		span_u16(bytes, 16, order == ELFDATA2MSB ? BYTE_ORDER_BIG : BYTE_ORDER_LITTLE);

	return (class == ELFCLASS32 || class == ELFCLASS64) &&
	       (order == ELFDATA2LSB || order == ELFDATA2MSB) &&
	       span_u8(bytes, EI_VERSION) == EV_CURRENT && type >= ET_REL && type <= ET_CORE;
}

/* Deflate is the only method; reserved flags are zero. */
static bool is_gzip(struct span bytes)
{
	uint8_t system = span_u8(bytes, 9);

	return bytes.size > 18 && (span_u8(bytes, 3) & 0xe0) == 0 &&
	       (system <= 13 || system == 255);
}

static bool is_zip(struct span bytes)
{
	uint16_t method = span_u16(bytes, 8, BYTE_ORDER_LITTLE);
	uint16_t name_size = span_u16(bytes, 26, BYTE_ORDER_LITTLE);

	return bytes.size > 30 && (method == 0 || method == 8) && name_size > 0 && name_size < 1024;
}

/* Stream flags with their checksum; programs that know the format hold its mark alone. */
static bool is_xz(struct span bytes)
{
	struct span flags;

	return span_slice(bytes, 6, 2, &flags) && flags.data[0] == 0 && flags.data[1] <= 15 &&
	       span_u32(bytes, 8, BYTE_ORDER_LITTLE) == crc32_update(0, flags);
}

/* Version 0.x and the checksum of the start header. */
static bool is_7z(struct span bytes)
{
	struct span header;

	return span_slice(bytes, 12, 20, &header) && span_u8(bytes, 6) == 0 &&
	       span_u32(bytes, 8, BYTE_ORDER_LITTLE) == crc32_update(0, header);
}

/* Chance marks lie in code. */
static bool is_code(const struct static_work *work, uint64_t offset)
{
	const struct elf_section *section =
		work->is_elf ? elf_section_at_offset(&work->elf, offset) : NULL;

	return section && section->flags & SHF_EXECINSTR;
}

static const struct kind {
	const char *mark;
	size_t size;
	const char *type;
	bool (*makes_sense)(struct span bytes);
} kinds[] = {
	{"\177ELF", 4, "elf", is_elf},
	{"\x1f\x8b\x08", 3, "gzip", is_gzip},
	{"PK\3\4", 4, "zip", is_zip},
	{"\xfd"
	 "7zXZ\0",
	 6, "xz", is_xz},
	{"7z\xbc\xaf\x27\x1c", 6, "7z", is_7z},
};

/* The end of the furthest segment or section; 0 when it is not to be had. */
static uint64_t size_of(struct static_work *work, const struct kind *kind, struct span bytes)
{
	struct elf inner;
	uint64_t end = 0;

	if (kind->makes_sense != is_elf || !elf_decode(bytes, work->arena, &inner))
		return 0;
	for (size_t i = 0; i < inner.segment_count; i++) {
		uint64_t stop;
		if (!__builtin_add_overflow(inner.segments[i].offset, inner.segments[i].file_size,
					    &stop) &&
		    stop <= bytes.size)
			end = max_of(end, stop);
	}
	uint64_t entry = inner.is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	uint64_t table = inner.header.sections_offset + inner.section_count * entry;
	return table <= bytes.size ? max_of(end, table) : end;
}

struct error *embedded_analyze(struct static_work *work)
{
	struct static_report *report = work->report;
	struct static_embedded found[MAX_EMBEDDED];
	size_t count = 0;

	/* Archives hold files by their nature. */
	if (report->kind == SAMPLE_ARCHIVE)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct span mark = span_of(kinds[i].mark, kinds[i].size);
		size_t at = span_find(work->bytes, mark, 1);
		for (; at != SIZE_MAX && count < MAX_EMBEDDED;
		     at = span_find(work->bytes, mark, at + 1)) {
			struct span bytes = span_clip(work->bytes, at, SIZE_MAX);
			if (!kinds[i].makes_sense(bytes) || is_code(work, at))
				continue;
			/* Decoding costs memory: of the first ones only. */
			uint64_t size = count < 16 ? size_of(work, &kinds[i], bytes) : 0;
			found[count++] = (struct static_embedded){
				.offset = at,
				.size = size,
				.type = kinds[i].type,
				.section = work_section_at(work, at),
			};
		}
	}
	if (count == MAX_EMBEDDED)
		work_anomaly(work, "work_limit_reached", found[count - 1].offset,
			     "256 files inside are listed; there may be more");
	report->embedded.data = arena_alloc(work->arena, count * sizeof(*found));
	memcpy(report->embedded.data, found, count * sizeof(*found));
	report->embedded.count = count;
	return NULL;
}
