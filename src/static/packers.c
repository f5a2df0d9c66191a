/* SPDX-License-Identifier: MIT */
/*
 * Packers and signs of packing.
 *
 * A file packed by UPX (4.2, src/p_lx_elf.cpp) has, right behind the program headers:
 *	l_info: checksum u32 | "UPX!" | loader size u16 | version u8 | format u8
 *	p_info: id u32 | file size u32 | block size u32
 *	b_info: unpacked u32 | packed u32 | method u8 | filter u8 | parameter u8 | 0
 * in the file's byte order. Marks and sizes are often changed to hinder `upx -d`; the blocks are still
 * there, since the loader needs them: the first one holds the original's ELF header and segments.
 */
#include <elf.h>
#include <string.h>

#include "base/macro.h"
#include "static/work.h"

enum {
	MAX_PACKERS = 64,
	L_INFO_SIZE = 12,
	P_INFO_SIZE = 12,
	FIRST_BLOCK_MAX = 8192, /* a header and its segments */
	FEW_IMPORTS = 4,
};

/* Code has about 6 bits a byte; data holds compressed help texts and pictures now and then. */
static const double high_entropy_code = 7.0;
static const double high_entropy = 7.7;

static void add(struct static_work *work, struct static_packer packer)
{
	struct static_report *report = work->report;

	if (!report->packers.data)
		report->packers.data =
			arena_alloc(work->arena, MAX_PACKERS * sizeof(*report->packers.data));
	if (report->packers.count < MAX_PACKERS)
		report->packers.data[report->packers.count++] = packer;
}

static const char *upx_method(uint8_t method)
{
	static const char *const names[] = {
		[2] = "NRV2B_LE32",  [3] = "NRV2B_8",    [4] = "NRV2B_LE16", [5] = "NRV2D_LE32",
		[6] = "NRV2D_8",     [7] = "NRV2D_LE16", [8] = "NRV2E_LE32", [9] = "NRV2E_8",
		[10] = "NRV2E_LE16", [14] = "LZMA",      [15] = "DEFLATE",   [16] = "ZSTD",
	};

	return method < ARRAY_SIZE(names) ? names[method] : NULL;
}

/* Whether blocks of UPX start at the offset: sizes that make sense and a known method. */
static bool is_first_block(const struct elf *elf, uint64_t offset, uint8_t *ret_method)
{
	struct reader reader = reader_of(elf->file, elf->order);

	reader_skip(&reader, offset);
	uint32_t unpacked = reader_u32(&reader);
	uint32_t packed = reader_u32(&reader);
	uint8_t method = reader_u8(&reader);
	reader_skip(&reader, 2);
	uint8_t zero = reader_u8(&reader);
	if (!reader_ok(&reader) || zero || !upx_method(method))
		return false;
	*ret_method = method;
	return unpacked >= sizeof(Elf32_Ehdr) && unpacked <= FIRST_BLOCK_MAX && packed > 16 &&
	       packed <= unpacked && packed <= reader_left(&reader);
}

static void look_for_upx(struct static_work *work)
{
	const struct elf *elf = &work->elf;
	size_t entry = elf->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	uint64_t info = elf->header.segments_offset + elf->segment_count * entry;
	struct span mark = span_empty();
	uint8_t method;

	if (elf->segment_count == 0 || elf->segment_count > 16 ||
	    !is_first_block(elf, info + L_INFO_SIZE + P_INFO_SIZE, &method))
		return;
	(void)span_slice(elf->file, info + 4, 4, &mark);
	bool has_mark = span_equal_text(mark, "UPX!");
	uint32_t size = span_u32(elf->file, info + L_INFO_SIZE + 4, elf->order);
	uint32_t block = span_u32(elf->file, info + L_INFO_SIZE + 8, elf->order);
	const char *text = "packed with UPX";
	if (!has_mark && (size == 0 || block == 0))
		text = "packed with UPX; its mark and its sizes were changed: upx -d fails";
	else if (!has_mark)
		text = "packed with UPX; its mark was changed: upx -d fails";
	else if (size == 0 || block == 0)
		text = "packed with UPX; its sizes were wiped: upx -d fails";
	add(work, (struct static_packer){
			  .name = "UPX",
			  .version = arena_printf(work->arena, "format version %u",
						  span_u8(elf->file, info + 10)),
			  .method = upx_method(method),
			  .offset = info,
			  .text = text,
		  });
}

/* Other wrappers, by the names of sections that they make. */
static void look_at_sections(struct static_work *work)
{
	static const struct {
		const char *section;
		const char *name;
	} known[] = {
		{".vmp0", "VMProtect"},   {".vmp1", "VMProtect"},  {"pydata", "PyInstaller"},
		{".ecode", "E language"}, {".upx", "UPX"},         {".petite", "Petite"},
		{".enigma1", "Enigma"},   {".themida", "Themida"}, {".virbox", "Virbox"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct elf_section *section = elf_section_named(&work->elf, known[i].section);
		if (section)
			add(work, (struct static_packer){
					  .name = known[i].name,
					  .offset = section->offset,
					  .text = "the name of a section",
				  });
	}
}

static void look_at_segments(struct static_work *work)
{
	const struct static_elf *elf = work->report->elf;

	list_foreach(&elf->segments, segment) {
		if (segment->type_number == PT_LOAD && segment->file_size >= 4096 &&
		    segment->entropy >
			    (strchr(segment->flags, 'E') ? high_entropy_code : high_entropy))
			add(work, (struct static_packer){
					  .offset = segment->offset,
					  .text = arena_printf(work->arena,
							       "a loaded segment of %.2f bits per "
							       "byte: packed or encrypted",
							       segment->entropy),
				  });
	}
	if (work->report->kind == SAMPLE_EXECUTABLE && !elf->is_static &&
	    elf->import_count <= FEW_IMPORTS && work->bytes.size > 65536)
		add(work, (struct static_packer){
				  .text = arena_printf(
					  work->arena,
					  "%llu imports for %zu bytes: the rest is found "
					  "at run time",
					  (unsigned long long)elf->import_count, work->bytes.size),
			  });
	if (elf->overlay_size > 4096 && elf->overlay_entropy > high_entropy)
		add(work, (struct static_packer){
				  .offset = elf->overlay_offset,
				  .text = "an overlay that is packed or encrypted",
			  });
}

struct error *packers_analyze(struct static_work *work)
{
	if (work->report->kind != SAMPLE_EXECUTABLE && work->report->kind != SAMPLE_SHARED_OBJECT)
		return NULL;
	look_for_upx(work);
	look_at_sections(work);
	look_at_segments(work);
	return NULL;
}
