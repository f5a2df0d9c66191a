/* SPDX-License-Identifier: MIT */
/*
 * Hashes over names of symbols: YARA's elf.import_md5 and elf.telfhash (libyara 4.3 and later; telfhash
 * is Trend Micro's), and ECS' elf.import_hash (elastic/toutoumomoma). All take the dynamic symbols, or
 * .symtab where there are none.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "digest/digest.h"
#include "digest/fuzzy_hash.h"
#include "static/work.h"

enum { MAX_NAMES = 100000, NAME_MAX_SIZE = 4096 };

struct names {
	const char **list;
	size_t count;
};

static const char *lower_case(struct static_work *work, struct span name)
{
	char *lower =
		arena_strndup(work->arena, name.data, min_of(name.size, (size_t)NAME_MAX_SIZE));

	for (char *c = lower; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	}
	return lower;
}

static bool is_import(const struct elf_symbol *symbol)
{
	return symbol->section == SHN_UNDEF && symbol->name.size;
}

/* What telfhash leaves out: names that say more of the compiler than of the program. */
static bool counts_for_telfhash(const struct elf_symbol *symbol)
{
	static const char *const excluded[] = {"main", "abort", "cachectl",   "cacheflush",
					       "puts", "atol",  "malloc_trim"};
	struct span name = symbol->name;

	if (symbol->type != STT_FUNC || symbol->binding != STB_GLOBAL ||
	    symbol->visibility != STV_DEFAULT || name.size == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(excluded); i++) {
		if (span_equal_text(name, excluded[i]))
			return false;
	}
	return name.data[0] != '_' && name.data[0] != '.' && !span_starts_with(name, "mem") &&
	       !span_starts_with(name, "str") &&
	       !(name.size >= 2 && memcmp(name.data + name.size - 2, "64", 2) == 0);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect(struct static_work *work, const struct elf_symbol_table *table,
		    bool (*is_wanted)(const struct elf_symbol *), struct names *ret)
{
	struct elf_symbol symbol;

	ret->list = arena_try(work->arena, (size_t)table->count, sizeof(*ret->list));
	for (uint64_t i = 0; ret->list && i < table->count; i++) {
		elf_symbol_at(&work->elf, table, i, &symbol);
		if (is_wanted(&symbol))
			ret->list[ret->count++] = lower_case(work, symbol.name);
	}
	qsort(ret->list, ret->count, sizeof(*ret->list), compare);
}

static void join(const struct names *names, struct buffer *out)
{
	for (size_t i = 0; i < names->count; i++) {
		buffer_append_text(out, i ? "," : "");
		buffer_append_text(out, names->list[i]);
	}
}

static const char *md5_of(struct static_work *work, const struct buffer *text)
{
	struct digest_set set;

	digest_compute(buffer_span(text), DIGEST_MD5, &set);
	return work_hex(work, set.md5, sizeof(set.md5));
}

/* library.symbol in the file's order. */
static void hash_for_ecs(struct static_work *work, struct static_elf *report)
{
	cleanup_buffer struct buffer text = {0};

	if (report->imports.count == 0 || report->import_count > report->imports.count)
		return;
	list_foreach(&report->imports, symbol) {
		buffer_append_text(&text, text.size ? "," : "");
		buffer_append_text(&text, symbol->library ? symbol->library : "");
		buffer_append_text(&text, symbol->library ? "." : "");
		buffer_append_text(&text, symbol->name);
	}
	report->import_hash = md5_of(work, &text);
}

struct error *import_hash_analyze(struct static_work *work)
{
	struct static_elf *report = work->report->elf;
	const struct elf_symbol_table *table =
		work->elf.dynamic_symbols.count ? &work->elf.dynamic_symbols : &work->elf.symbols;
	struct names imports = {0};
	struct names functions = {0};
	cleanup_buffer struct buffer import_text = {0}, function_text = {0};
	char telfhash[TLSH_TEXT_SIZE];

	if (table->count == 0 || table->count > MAX_NAMES)
		return NULL;
	collect(work, table, is_import, &imports);
	collect(work, table, counts_for_telfhash, &functions);
	join(&imports, &import_text);
	join(&functions, &function_text);
	report->import_md5 = md5_of(work, &import_text);
	if (tlsh_compute(buffer_span(&function_text), telfhash))
		report->telfhash = arena_strdup(work->arena, telfhash);
	hash_for_ecs(work, report);
	return NULL;
}
