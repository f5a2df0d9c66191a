/* SPDX-License-Identifier: MIT */
/*
 * LiME v1 and AVML (github.com/504ensicsLabs/LiME, github.com/microsoft/avml): records, each with
 *
 *	u32 magic   "EMiL" (LiME), "AVML" (compressed)    u32 version  1, 2
 *	u64 start   u64 end (inclusive)                   u64 reserved 0
 *
 * and the bytes of the range. AVML leaves zero blocks out: records need not touch. In a compressed
 * record a stream in Snappy's framing format stands for the bytes, and its length (u64) behind it.
 *
 * QEMU's ELF core (dump-guest-memory): ET_CORE, PT_LOAD with p_paddr = guest-physical address,
 * PT_NOTE with "QEMU" CPU states (QEMUCPUState of target/i386/arch_dump.c, version 1) and with
 * "VMCOREINFO" where the guest gave it to the vmcoreinfo device. Over 65,534 headers
 * e_phnum is PN_XNUM and the count stands in sh_info of section 0.
 */
#include "memory/format.h"

#include <elf.h>

#include "memory/snappy.h"

enum {
	LIME_HEADER = 32,
	LIME_MAGIC = 0x4c694d45,
	AVML_MAGIC = 0x4c4d5641,
	QEMU_CPU_SIZE = 440,
	QEMU_CPU_VERSION = 1,
	SNAPPY_STREAM_ID = 0xff,
	SNAPPY_COMPRESSED = 0x00,
	SNAPPY_PLAIN = 0x01,
	SNAPPY_SKIPPABLE = 0x80,
	SNAPPY_CHECKSUM = 4,
};

/* Adds the chunks of one compressed record; reader stands at the stream and is left behind it. */
static bool read_snappy_stream(struct image *image, struct reader *reader, uint64_t paddr,
			       uint64_t size)
{
	while (size) {
		uint8_t kind = reader_u8(reader);
		uint64_t stored = reader_u8(reader);
		stored |= (uint64_t)reader_u16(reader) << 8;
		uint64_t offset = reader->offset;
		struct span chunk = reader_bytes(reader, stored);
		if (!reader_ok(reader))
			return false;
		if (kind >= SNAPPY_SKIPPABLE)
			continue;
		if (kind > SNAPPY_PLAIN || stored < SNAPPY_CHECKSUM)
			return false;
		struct image_range range = {.paddr = paddr,
					    .offset = offset + SNAPPY_CHECKSUM,
					    .stored = (uint32_t)(stored - SNAPPY_CHECKSUM)};
		range.size = range.stored;
		range.kind = kind == SNAPPY_COMPRESSED ? RANGE_SNAPPY : RANGE_PLAIN;
		struct span body = span_clip(chunk, SNAPPY_CHECKSUM, stored);
		if (kind == SNAPPY_COMPRESSED && !snappy_size(body, &range.size))
			return false;
		if (range.size > SNAPPY_BLOCK_MAX || range.size > size || range.size == 0)
			return false;
		if (!image_add_range(image, range))
			return false;
		paddr += range.size;
		size -= range.size;
	}
	reader_skip(reader, 8); /* the stream's length */
	return true;
}

/* One record; false when there is none any more or it is malformed. */
static bool read_lime_record(struct image *image, struct reader *reader)
{
	uint32_t magic = reader_u32(reader);
	uint32_t version = reader_u32(reader);
	uint64_t start = reader_u64(reader);
	uint64_t end = reader_u64(reader);
	reader_skip(reader, 8);

	if (!reader_ok(reader) || end < start || end - start == UINT64_MAX)
		return false;
	uint64_t size = end - start + 1;
	if (magic == AVML_MAGIC && version == 2) {
		image->format = IMAGE_FORMAT_AVML;
		return read_snappy_stream(image, reader, start, size);
	}
	if (magic != LIME_MAGIC || version != 1)
		return false;
	struct image_range range = {.paddr = start, .size = size, .offset = reader->offset};
	bool is_added = image_add_range(image, range);
	reader_skip(reader, size);
	return is_added && reader_ok(reader);
}

static void read_lime(struct image *image)
{
	struct reader reader = reader_of(image->file, BYTE_ORDER_LITTLE);

	image->format = IMAGE_FORMAT_LIME;
	while (reader_left(&reader))
		if (!read_lime_record(image, &reader)) {
			image->cut_ranges++;
			return;
		}
}

/* A QEMU CPU note: u32 version, size; 18 registers; 10 segments of 24 bytes; cr0 to cr4. */
static void read_cpu(struct image *image, struct span note)
{
	enum {
		REGISTERS = 8,
		RIP = 16,
		SEGMENTS = REGISTERS + 18 * 8,
		SEGMENT = 24,
		BASE = 16,
		GS = 5,
		IDT = 9,
		CONTROL = SEGMENTS + 10 * SEGMENT
	};

	if (note.size < QEMU_CPU_SIZE || span_u32(note, 0, BYTE_ORDER_LITTLE) != QEMU_CPU_VERSION ||
	    image->cpus.count >= IMAGE_CPUS_MAX)
		return;
	struct image_cpu cpu = {
		.rip = span_u64(note, REGISTERS + RIP * 8, BYTE_ORDER_LITTLE),
		.gs_base = span_u64(note, SEGMENTS + GS * SEGMENT + BASE, BYTE_ORDER_LITTLE),
		.idt_base = span_u64(note, SEGMENTS + IDT * SEGMENT + BASE, BYTE_ORDER_LITTLE),
		.cr0 = span_u64(note, CONTROL, BYTE_ORDER_LITTLE),
		.cr3 = span_u64(note, CONTROL + 24, BYTE_ORDER_LITTLE),
		.cr4 = span_u64(note, CONTROL + 32, BYTE_ORDER_LITTLE),
	};
	vec_add(&image->cpus, cpu);
}

static void read_notes(struct image *image, struct span notes)
{
	struct reader reader = reader_of(notes, BYTE_ORDER_LITTLE);

	while (reader_left(&reader) >= 12) {
		uint32_t name_size = reader_u32(&reader);
		uint32_t size = reader_u32(&reader);
		uint32_t type = reader_u32(&reader);
		struct span name = reader_bytes(&reader, name_size);
		reader_align(&reader, 4);
		struct span note = reader_bytes(&reader, size);
		if (!reader_ok(&reader))
			return;
		if (reader_left(&reader))
			reader_align(&reader, 4);
		if (type == 0 && span_starts_with(name, "QEMU"))
			read_cpu(image, note);
		bool is_info = span_starts_with(name, "VMCOREINFO");
		if (is_info && note.size && note.size <= IMAGE_NOTE_MAX && !image->vmcoreinfo.size)
			image->vmcoreinfo = span_of(xmemdup(note.data, note.size), note.size);
	}
}

static uint64_t program_header_count(struct span file)
{
	uint64_t count = span_u16(file, 56, BYTE_ORDER_LITTLE);
	uint64_t sections = span_u64(file, 40, BYTE_ORDER_LITTLE);

	if (count == PN_XNUM && sections && sections < file.size)
		count = span_u32(file, sections + 44, BYTE_ORDER_LITTLE);
	return count;
}

static void read_core(struct image *image)
{
	uint64_t count = program_header_count(image->file);
	struct reader reader = reader_of(image->file, BYTE_ORDER_LITTLE);

	image->format = IMAGE_FORMAT_ELF;
	reader_skip(&reader, span_u64(image->file, 32, BYTE_ORDER_LITTLE));
	for (uint64_t i = 0; i < count; i++) {
		uint32_t type = reader_u32(&reader);
		reader_skip(&reader, 4);
		uint64_t offset = reader_u64(&reader);
		reader_skip(&reader, 8);
		uint64_t paddr = reader_u64(&reader);
		uint64_t size = reader_u64(&reader);
		reader_skip(&reader, 16);
		if (!reader_ok(&reader)) {
			image->cut_ranges++;
			return;
		}
		if (type == PT_NOTE)
			read_notes(image, span_clip(image->file, offset, size));
		if (type == PT_LOAD &&
		    !image_add_range(
			    image,
			    (struct image_range){.paddr = paddr, .size = size, .offset = offset})) {
			image->cut_ranges++;
			return;
		}
	}
}

static bool is_core(struct span file)
{
	return span_starts_with(file, ELFMAG) && span_u8(file, EI_CLASS) == ELFCLASS64 &&
	       span_u8(file, EI_DATA) == ELFDATA2LSB &&
	       span_u16(file, 16, BYTE_ORDER_LITTLE) == ET_CORE;
}

void format_read(struct image *image)
{
	struct span file = image->file;
	uint32_t magic = span_u32(file, 0, BYTE_ORDER_LITTLE);
	uint32_t version = span_u32(file, 4, BYTE_ORDER_LITTLE);

	if (is_core(file)) {
		read_core(image);
	} else if ((magic == LIME_MAGIC && version == 1) || (magic == AVML_MAGIC && version == 2)) {
		read_lime(image);
	} else {
		image->format = IMAGE_FORMAT_RAW;
		(void)image_add_range(image, (struct image_range){.size = file.size});
	}
}
