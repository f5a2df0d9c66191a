/* SPDX-License-Identifier: MIT */
/*
 * Symbol tables as the kernels of ten years laid them out, made by hand: only two of the layouts
 * come in packages that the guest tests can boot.
 */
#include "unit/cmocka.h"

#include <stdio.h>

#include "bytes.h"
#include "memory/kallsyms_scan.h"

enum { COUNT = 3000, SIZE = 512 * 1024, AT = 8192, PERCPU_COUNT = 10 };
static const uint64_t base = 0xffffffff81000000u;

struct table {
	struct bytes memory;
	struct kallsyms_place place;
	size_t used;
	enum kallsyms_mode mode;
	bool wide_names; /* a first name of over 127 tokens */
};

static size_t align8(size_t value)
{
	return (value + 7) & ~(size_t)7;
}

static uint64_t address_of(size_t i)
{
	return i < PERCPU_COUNT ? i * 64 : base + (i - PERCPU_COUNT) * 16;
}

static void put_entry(struct table *table, size_t i)
{
	struct bytes *memory = &table->memory;
	uint64_t address = address_of(i), at = table->place.offsets;

	switch (table->mode) {
	case KALLSYMS_ABSOLUTE:
		put(memory, at + i * 8, address, 8);
		break;
	case KALLSYMS_PERCPU:
		put(memory, at + i * 4, i < PERCPU_COUNT ? address : base - 1 - address, 4);
		break;
	case KALLSYMS_RELATIVE:
		put(memory, at + i * 4, address - base, 4);
		break;
	case KALLSYMS_PLACE:
		put(memory, at + i * 4, address - (table->place.offsets_vaddr + i * 4), 4);
		break;
	}
}

static void put_offsets(struct table *table)
{
	size_t width = table->mode == KALLSYMS_ABSOLUTE ? 8 : 4;

	table->place.offsets = table->used = align8(table->used);
	for (size_t i = 0; i < COUNT; i++)
		put_entry(table, i);
	table->used = align8(table->used + COUNT * width);
	if (table->mode == KALLSYMS_ABSOLUTE || table->mode == KALLSYMS_PLACE)
		return;
	table->place.base = table->used;
	put(&table->memory, table->used, base, 8);
	table->used += 8;
}

static size_t name_of(const struct table *table, size_t i, char out[300])
{
	if (i == PERCPU_COUNT)
		return (size_t)snprintf(out, 300, "T_stext");
	if (i == PERCPU_COUNT + 1 && table->wide_names)
		return (size_t)snprintf(out, 300, "t%0200d", 7);
	return (size_t)snprintf(out, 300, "tsymbol_%zu", i);
}

/* num_syms, names (a token is a character), markers. */
static void put_names(struct table *table)
{
	size_t first = 0;

	table->used = align8(table->used);
	table->place.num_syms = table->used;
	put(&table->memory, table->used, COUNT, 4);
	table->place.names = table->used + 8;
	table->used += 8;
	for (size_t i = 0; i < COUNT; i++) {
		char name[300];
		size_t size = name_of(table, i, name);
		if (i == 256)
			first = table->used - table->place.names;
		if (size > 127)
			put(&table->memory, table->used++, (size & 127) | 128, 1);
		put(&table->memory, table->used++, size > 127 ? size >> 7 : size, 1);
		put_text(&table->memory, table->used, name, size);
		table->used += size;
	}
	table->used = align8(table->used);
	put(&table->memory, table->used + 4, first, 4);
	table->used += 4 * ((COUNT + 255) / 256);
}

static void put_tokens(struct table *table)
{
	uint16_t index[KALLSYMS_TOKENS];

	table->place.tokens = table->used = align8(table->used);
	for (unsigned i = 0; i < KALLSYMS_TOKENS; i++) {
		index[i] = (uint16_t)(table->used - table->place.tokens);
		char token[3] = {(char)i, 0, 0};
		if (i <= ' ' || i >= 0x7f)
			memcpy(token, "zz", 2);
		put_text(&table->memory, table->used, token, strlen(token) + 1);
		table->used += strlen(token) + 1;
	}
	table->place.index = table->used = align8(table->used);
	for (unsigned i = 0; i < KALLSYMS_TOKENS; i++)
		put(&table->memory, table->used + 2 * i, index[i], 2);
	table->used += 2 * KALLSYMS_TOKENS;
}

static struct image *make(struct table *table, bool offsets_first)
{
	static uint8_t memory[SIZE];
	struct image *image = NULL;

	memset(memory, 0, sizeof(memory));
	table->memory = (struct bytes){memory, sizeof(memory)};
	table->used = AT;
	table->place.stext = base;
	table->place.offsets_vaddr = 0xffffffff81200000u;
	if (offsets_first)
		put_offsets(table);
	put_names(table);
	put_tokens(table);
	if (!offsets_first)
		put_offsets(table);
	assert_null(image_open_bytes(span_of(memory, sizeof(memory)), &image));
	return image;
}

static void expect_symbols(const struct kallsyms *symbols, bool has_percpu)
{
	uint64_t address, offset;

	assert_int_equal(symbols->count, COUNT);
	assert_true(kallsyms_find(symbols, "_stext", &address));
	assert_int_equal(address, base);
	assert_true(kallsyms_find(symbols, "symbol_2000", &address));
	assert_int_equal(address, address_of(2000));
	if (has_percpu) {
		assert_true(kallsyms_find(symbols, "symbol_3", &address));
		assert_int_equal(address, 192);
	}
	assert_false(kallsyms_find(symbols, "symbol_3000", &address));
	assert_string_equal(kallsyms_name_at(symbols, address_of(2000) + 5, &offset),
			    "symbol_2000");
	assert_int_equal(offset, 5);
	assert_int_equal(kallsyms_next(symbols, address_of(2000)), address_of(2001));
	assert_int_equal(kallsyms_next(symbols, UINT64_MAX), 0);
}

static void every_layout_is_told_by_its_numbers(void **state UNUSED)
{
	static const struct {
		enum kallsyms_mode mode;
		bool offsets_first;
	} layouts[] = {
		{KALLSYMS_ABSOLUTE, true},  /* to 4.5 */
		{KALLSYMS_PERCPU, true},    /* 4.6 to 6.3 */
		{KALLSYMS_RELATIVE, true},  /* the same without per-CPU symbols */
		{KALLSYMS_PERCPU, false},   /* 6.4 to 6.14 */
		{KALLSYMS_RELATIVE, false}, /* 6.15 */
		{KALLSYMS_PLACE, false},    /* 7.0 */
	};
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		struct table table = {.mode = layouts[i].mode};
		cleanup_image struct image *image = make(&table, layouts[i].offsets_first);
		struct kallsyms symbols;
		assert_true(kallsyms_read(image, &table.place, &symbols));
		assert_int_equal(symbols.mode, layouts[i].mode);
		expect_symbols(&symbols, layouts[i].mode != KALLSYMS_RELATIVE);
		kallsyms_deinit(&symbols);
	}
}

static void tables_are_found_by_their_shape(void **state UNUSED)
{
	static const struct {
		enum kallsyms_mode mode;
		bool offsets_first;
	} layouts[] = {
		{KALLSYMS_PERCPU, true}, {KALLSYMS_PERCPU, false}, {KALLSYMS_RELATIVE, false}};

	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		struct table table = {.mode = layouts[i].mode};
		cleanup_image struct image *image = make(&table, layouts[i].offsets_first);
		struct kallsyms_place place;
		struct kallsyms symbols;
		assert_true(kallsyms_scan(image, &place, &symbols));
		assert_int_equal(place.names, table.place.names);
		assert_int_equal(place.tokens, table.place.tokens);
		assert_int_equal(place.offsets, table.place.offsets);
		expect_symbols(&symbols, layouts[i].mode != KALLSYMS_RELATIVE);
		kallsyms_deinit(&symbols);
	}
}

static void lengths_of_two_bytes_are_read(void **state UNUSED)
{
	struct table table = {.mode = KALLSYMS_PERCPU, .wide_names = true};
	cleanup_image struct image *image = make(&table, true);
	struct kallsyms symbols;
	uint64_t address;
	char name[300];

	assert_true(kallsyms_read(image, &table.place, &symbols));
	(void)name_of(&table, PERCPU_COUNT + 1, name);
	assert_true(kallsyms_find(&symbols, name + 1, &address));
	assert_int_equal(address, base + 16);
	kallsyms_deinit(&symbols);
}

static void another_stext_is_refused(void **state UNUSED)
{
	struct table table = {.mode = KALLSYMS_PERCPU};
	cleanup_image struct image *image = make(&table, true);
	struct kallsyms symbols;

	table.place.stext += 16;
	assert_false(kallsyms_read(image, &table.place, &symbols));
}

static void damaged_tables_are_survived(void **state UNUSED)
{
	struct table table = {.mode = KALLSYMS_PERCPU};
	cleanup_image struct image *image = make(&table, false);
	size_t step = 997;

	for (size_t at = AT; at < table.used; at += step) {
		struct kallsyms_place place;
		struct kallsyms symbols;
		uint8_t kept = table.memory.data[at];
		table.memory.data[at] ^= 0x41;
		if (kallsyms_read(image, &table.place, &symbols))
			kallsyms_deinit(&symbols);
		if (kallsyms_scan(image, &place, &symbols))
			kallsyms_deinit(&symbols);
		table.memory.data[at] = kept;
	}
}

static void memory_without_tables_gives_none(void **state UNUSED)
{
	static uint8_t memory[65536];
	cleanup_image struct image *image = NULL;
	struct kallsyms_place place;
	struct kallsyms symbols;

	memset(memory, '9', sizeof(memory) / 2);
	memcpy(memory + 4090, "0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	assert_null(image_open_bytes(span_of(memory, sizeof(memory)), &image));
	assert_false(kallsyms_scan(image, &place, &symbols));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout_is_told_by_its_numbers),
		cmocka_unit_test(tables_are_found_by_their_shape),
		cmocka_unit_test(lengths_of_two_bytes_are_read),
		cmocka_unit_test(another_stext_is_refused),
		cmocka_unit_test(damaged_tables_are_survived),
		cmocka_unit_test(memory_without_tables_gives_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
