/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "builder.h"

struct fixture {
	struct small_elf file;
	struct guarded copy;
	struct arena *arena;
	struct elf elf;
};

static void decode(struct fixture *f)
{
	f->arena = arena_new(0);
	f->copy = guarded_copy(f->file.bytes, sizeof(f->file.bytes));
	assert_true(elf_decode(f->copy.span, f->arena, &f->elf));
}

static void finish(struct fixture *f)
{
	arena_free(f->arena);
	guarded_free(&f->copy);
}

/* The header of the small file, changed by the caller before decode(). */
static Elf64_Ehdr *header_of(struct fixture *f)
{
	return (Elf64_Ehdr *)(void *)f->file.bytes;
}

static Elf64_Phdr *segments_of(struct fixture *f)
{
	return (Elf64_Phdr *)(void *)(f->file.bytes + AT_SEGMENTS);
}

static uint64_t met(const struct fixture *f, enum elf_anomaly_code code)
{
	return f->elf.anomalies.totals[code];
}

static void a_sound_file_has_no_anomaly(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};

	decode(&f);
	assert_int_equal(f.elf.anomalies.count, 0);
	assert_true(f.elf.is_64);
	assert_int_equal(f.elf.segment_count, 4);
	assert_int_equal(f.elf.section_count, 5);
	assert_true(span_equal_text(f.elf.interpreter, "/lib/ld.so"));
	assert_true(span_equal_text(f.elf.sections[2].name, ".dynsym"));
	finish(&f);
}

static void dynamic_strings_are_read(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};
	struct span text;

	decode(&f);
	assert_int_equal(f.elf.dynamic_count, 7);
	assert_true(elf_dynamic_string(&f.elf, f.elf.dynamic[0].value, &text));
	assert_true(span_equal_text(text, "libc.so.6"));
	assert_false(elf_dynamic_string(&f.elf, 64, &text));
	assert_int_equal(met(&f, ELF_ANOMALY_DYNAMIC_STRING), 1);
	finish(&f);
}

static void symbols_are_found_by_the_gnu_hash_without_sections(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};
	struct elf_symbol symbol;

	header_of(&f)->e_shnum = 0;
	header_of(&f)->e_shoff = 0;
	header_of(&f)->e_shstrndx = 0;
	decode(&f);
	assert_int_equal(met(&f, ELF_ANOMALY_NO_SECTIONS), 1);
	assert_int_equal(f.elf.dynamic_symbols.view, ELF_VIEW_SEGMENTS);
	assert_int_equal(f.elf.dynamic_symbols.count, 3);
	elf_symbol_at(&f.elf, &f.elf.dynamic_symbols, 2, &symbol);
	assert_true(span_equal_text(symbol.name, "run_all"));
	assert_int_equal(symbol.value, 0x120);
	finish(&f);
}

static void the_same_file_in_32_bits_and_big_endian_header_is_read(void **state UNUSED)
{
	uint8_t bytes[sizeof(Elf32_Ehdr)] = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2MSB, 1};
	cleanup_arena struct arena *arena = arena_new(0);
	struct elf elf;

	bytes[17] = ET_EXEC;
	bytes[19] = EM_MIPS;
	bytes[23] = 1;
	bytes[26] = 0x12;
	bytes[41] = 52;
	assert_true(elf_decode(span_of(bytes, sizeof(bytes)), arena, &elf));
	assert_false(elf.is_64);
	assert_int_equal(elf.order, BYTE_ORDER_BIG);
	assert_int_equal(elf.header.machine, EM_MIPS);
	assert_int_equal(elf.header.entry, 0x1200);
}

static void a_wrong_class_and_order_are_seen_through(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};

	f.file.bytes[EI_CLASS] = ELFCLASS32;
	f.file.bytes[EI_DATA] = ELFDATA2MSB;
	decode(&f);
	assert_true(f.elf.is_64);
	assert_int_equal(f.elf.order, BYTE_ORDER_LITTLE);
	assert_int_equal(met(&f, ELF_ANOMALY_CLASS_WRONG), 1);
	assert_int_equal(met(&f, ELF_ANOMALY_BYTE_ORDER_WRONG), 1);
	assert_int_equal(f.elf.section_count, 5);
	finish(&f);
}

static void counts_beyond_16_bits_come_from_section_0(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};
	Elf64_Shdr *first = (Elf64_Shdr *)(void *)(f.file.bytes + AT_SECTIONS);

	header_of(&f)->e_phnum = PN_XNUM;
	header_of(&f)->e_shnum = 0;
	header_of(&f)->e_shstrndx = SHN_XINDEX;
	first->sh_info = 4;
	first->sh_size = 5;
	first->sh_link = 4;
	decode(&f);
	assert_int_equal(f.elf.segment_count, 4);
	assert_int_equal(f.elf.section_count, 5);
	assert_true(span_equal_text(f.elf.sections[1].name, ".dynamic"));
	finish(&f);
}

static void four_gigabyte_counts_give_what_is_there(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};
	Elf64_Shdr *first = (Elf64_Shdr *)(void *)(f.file.bytes + AT_SECTIONS);

	header_of(&f)->e_shnum = 0;
	first->sh_size = UINT32_MAX;
	decode(&f);
	assert_int_equal(met(&f, ELF_ANOMALY_SECTIONS_OUTSIDE), 1);
	assert_int_equal(f.elf.section_count, (SMALL_SIZE - AT_SECTIONS) / sizeof(Elf64_Shdr));
	finish(&f);
}

static void segments_that_overlap_or_end_outside_are_said(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};

	segments_of(&f)[3] = small_segment(PT_LOAD, PF_R | PF_W | PF_X, 0x100, UINT64_MAX - 0x50);
	decode(&f);
	assert_int_equal(met(&f, ELF_ANOMALY_SEGMENT_OUTSIDE), 1);
	assert_int_equal(met(&f, ELF_ANOMALY_SEGMENT_OVERLAP), 1);
	assert_int_equal(met(&f, ELF_ANOMALY_SEGMENT_WRITE_EXECUTE), 1);
	finish(&f);
}

static void an_entry_point_outside_every_segment_is_said(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};

	header_of(&f)->e_entry = 0x10000;
	decode(&f);
	assert_int_equal(met(&f, ELF_ANOMALY_ENTRY_UNMAPPED), 1);
	finish(&f);
}

static void a_dynamic_section_that_lies_is_not_believed(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};
	Elf64_Shdr *sections = (Elf64_Shdr *)(void *)(f.file.bytes + AT_SECTIONS);

	sections[1].sh_offset = AT_NOTE;
	sections[1].sh_size = 16;
	sections[2].sh_offset = AT_HASH;
	decode(&f);
	assert_int_equal(met(&f, ELF_ANOMALY_DYNAMIC_VIEWS), 1);
	assert_int_equal(met(&f, ELF_ANOMALY_SYMBOLS_VIEWS), 1);
	assert_int_equal(f.elf.dynamic_view, ELF_VIEW_SEGMENTS);
	assert_int_equal(f.elf.dynamic_symbols.view, ELF_VIEW_SEGMENTS);
	finish(&f);
}

static void notes_are_read_once(void **state UNUSED)
{
	struct fixture f = {.file = small_make()};

	decode(&f);
	assert_int_equal(f.elf.note_count, 1);
	assert_true(span_equal_text(f.elf.notes[0].owner, "GNU"));
	assert_int_equal(f.elf.notes[0].type, 3);
	assert_int_equal(f.elf.notes[0].description.size, 8);
	finish(&f);
}

static void every_truncation_is_survived(void **state UNUSED)
{
	struct small_elf file = small_make();

	for (size_t size = 0; size < sizeof(file.bytes); size++) {
		struct guarded copy = guarded_copy(file.bytes, size);
		cleanup_arena struct arena *arena = arena_new(0);
		struct elf elf;
		assert_int_equal(elf_decode(copy.span, arena, &elf), size >= 4);
		if (size >= 4)
			assert_true(elf.anomalies.count > 0);
		guarded_free(&copy);
	}
}

static void names_without_an_end_cost_a_bounded_search(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct fixture f = {.file = small_make()};
	enum { SIZE = 1 << 20 };
	cleanup_free uint8_t *table = xmalloc(SIZE);
	struct span text;
	unsigned searched = 0;

	memset(table, 'a', SIZE);
	decode(&f);
	while (f.elf.name_budget && searched < 1000000) {
		assert_false(elf_string(&f.elf, span_of(table, SIZE), 0, &text));
		searched++;
	}
	assert_in_range(searched, 2, 64);
	assert_int_equal(met(&f, ELF_ANOMALY_WORK_LIMIT), 1);
	finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_file_has_no_anomaly),
		cmocka_unit_test(dynamic_strings_are_read),
		cmocka_unit_test(symbols_are_found_by_the_gnu_hash_without_sections),
		cmocka_unit_test(the_same_file_in_32_bits_and_big_endian_header_is_read),
		cmocka_unit_test(a_wrong_class_and_order_are_seen_through),
		cmocka_unit_test(counts_beyond_16_bits_come_from_section_0),
		cmocka_unit_test(four_gigabyte_counts_give_what_is_there),
		cmocka_unit_test(segments_that_overlap_or_end_outside_are_said),
		cmocka_unit_test(an_entry_point_outside_every_segment_is_said),
		cmocka_unit_test(a_dynamic_section_that_lies_is_not_believed),
		cmocka_unit_test(notes_are_read_once),
		cmocka_unit_test(every_truncation_is_survived),
		cmocka_unit_test(names_without_an_end_cost_a_bounded_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
