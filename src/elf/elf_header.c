/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/macro.h"
#include "elf/elf_internal.h"
#include "elf/elf_name.h"

static bool is_byte_order_big(const struct elf *elf)
{
	return elf->order == BYTE_ORDER_BIG;
}

/* How many of the header's fixed values fit when it is read with this class and order. */
static unsigned plausibility(struct span file, bool is_64, enum byte_order order)
{
	uint64_t sizes = is_64 ? 52 : 40; /* of e_ehsize */
	uint16_t segment_size = span_u16(file, sizes + 2, order);
	uint16_t section_size = span_u16(file, sizes + 6, order);
	unsigned points = 0;

	points += span_u16(file, sizes, order) == (is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
	points += segment_size == (is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
	points += section_size == (is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	points += span_u16(file, 16, order) <= ET_CORE;
	points += elf_machine_name(span_u16(file, 18, order)) != NULL;
	points += span_u32(file, 20, order) == EV_CURRENT;
	return points;
}

static void choose_layout(struct elf *elf)
{
	uint8_t class = span_u8(elf->file, EI_CLASS);
	uint8_t data = span_u8(elf->file, EI_DATA);
	unsigned best = 0;

	for (unsigned i = 0; i < 4; i++) {
		bool is_64 = i & 1;
		enum byte_order order = i & 2 ? BYTE_ORDER_BIG : BYTE_ORDER_LITTLE;
		/* What e_ident says weighs as much as a field and decides a draw. */
		unsigned points = 2 * plausibility(elf->file, is_64, order) + 1;
		points += class == (is_64 ? ELFCLASS64 : ELFCLASS32) ? 3 : 0;
		points += data == (i & 2 ? ELFDATA2MSB : ELFDATA2LSB) ? 3 : 0;
		if (points <= best)
			continue;
		best = points;
		elf->is_64 = is_64;
		elf->order = order;
	}
	if (class != (elf->is_64 ? ELFCLASS64 : ELFCLASS32))
		elf_anomaly(elf, CLASS_WRONG, EI_CLASS,
			    "class is %u, the header's fields are %s-bit", class,
			    elf->is_64 ? "64" : "32");
	if (data != (is_byte_order_big(elf) ? ELFDATA2MSB : ELFDATA2LSB))
		elf_anomaly(elf, BYTE_ORDER_WRONG, EI_DATA,
			    "byte order is %u, the header's fields are %s-endian", data,
			    is_byte_order_big(elf) ? "big" : "little");
}

static void check_ident(struct elf *elf)
{
	const struct elf_header *header = &elf->header;

	if (header->ident[EI_VERSION] != EV_CURRENT)
		elf_anomaly(elf, VERSION_WRONG, EI_VERSION, "version in e_ident is %u",
			    header->ident[EI_VERSION]);
	if (header->version != EV_CURRENT)
		elf_anomaly(elf, VERSION_WRONG, 20, "e_version is %u", header->version);
	for (unsigned i = EI_PAD; i < EI_NIDENT; i++) {
		if (header->ident[i]) {
			elf_anomaly(elf, IDENT_PADDING, i, "padding of e_ident holds 0x%02x",
				    header->ident[i]);
			break;
		}
	}
}

static void check_sizes(struct elf *elf)
{
	const struct elf_header *header = &elf->header;
	uint64_t sizes = elf->is_64 ? 52 : 40;
	size_t header_size = elf->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);

	if (header->header_size != header_size)
		elf_anomaly(elf, HEADER_SIZE, sizes, "e_ehsize is %u, not %zu", header->header_size,
			    header_size);
	if (header->segment_count && header->segment_size != elf_segment_entry(elf))
		elf_anomaly(elf, SEGMENT_SIZE, sizes + 2,
			    "e_phentsize is %u, not %zu: Linux refuses to run this",
			    header->segment_size, elf_segment_entry(elf));
	if ((header->section_count || header->sections_offset) &&
	    header->section_size != elf_section_entry(elf))
		elf_anomaly(elf, SECTION_SIZE, sizes + 6, "e_shentsize is %u, not %zu",
			    header->section_size, elf_section_entry(elf));
}

/* Counts that do not fit 16 bits are in section 0 (gABI, "Special section index 0"). */
static void resolve_counts(struct elf *elf)
{
	struct elf_header *header = &elf->header;
	struct elf_section first = {0};

	header->real_segment_count = header->segment_count;
	header->real_section_count = header->section_count;
	header->real_names_index = header->names_index;
	if (!header->sections_offset ||
	    !elf_section_header_at(elf, header->sections_offset, &first))
		return;
	if (header->segment_count == PN_XNUM && first.info)
		header->real_segment_count = first.info;
	if (header->section_count == 0 && first.type == SHT_NULL)
		header->real_section_count = first.size;
	if (header->names_index == SHN_XINDEX)
		header->real_names_index = first.link;
}

void elf_header_decode(struct elf *elf)
{
	struct elf_header *header = &elf->header;

	struct span ident = span_clip(elf->file, 0, EI_NIDENT);
	memcpy(header->ident, ident.data, ident.size);
	choose_layout(elf);
	size_t size = elf->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	if (elf->file.size < size)
		elf_anomaly(elf, HEADER_TRUNCATED, elf->file.size,
			    "the file ends within its header (%zu of %zu bytes)", elf->file.size,
			    size);
	struct reader reader = elf_reader(elf, EI_NIDENT);
	header->type = reader_u16(&reader);
	header->machine = reader_u16(&reader);
	header->version = reader_u32(&reader);
	header->entry = reader_word(&reader, elf->is_64);
	header->segments_offset = reader_word(&reader, elf->is_64);
	header->sections_offset = reader_word(&reader, elf->is_64);
	header->flags = reader_u32(&reader);
	header->header_size = reader_u16(&reader);
	header->segment_size = reader_u16(&reader);
	header->segment_count = reader_u16(&reader);
	header->section_size = reader_u16(&reader);
	header->section_count = reader_u16(&reader);
	header->names_index = reader_u16(&reader);
	if (!reader_ok(&reader))
		return;
	check_ident(elf);
	check_sizes(elf);
	resolve_counts(elf);
}
