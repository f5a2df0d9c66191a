/* SPDX-License-Identifier: MIT */
/* Imports, exports, tables of relocations. */
#include <elf.h>

#include "base/macro.h"
#include "elf/elf_name.h"
#include "static/work.h"

enum { MAX_SYMBOLS = 20000, MAX_RELOCATIONS = 4096 };

static bool is_import(const struct elf_symbol *symbol)
{
	return symbol->section == SHN_UNDEF && symbol->name.size;
}

static bool is_export(const struct elf_symbol *symbol)
{
	return symbol->section != SHN_UNDEF && symbol->name.size && symbol->binding != STB_LOCAL &&
	       (symbol->visibility == STV_DEFAULT || symbol->visibility == STV_PROTECTED) &&
	       symbol->type != STT_SECTION && symbol->type != STT_FILE;
}

static void fill_symbol(struct static_work *work, const struct elf_symbol *symbol,
			struct static_symbol *ret)
{
	const struct elf_version *version = elf_version_of(&work->elf, symbol->version);

	*ret = (struct static_symbol){
		.name = work_text(work, symbol->name),
		.type = elf_symbol_type_name(symbol->type),
		.binding = elf_symbol_binding_name(symbol->binding),
		.value = symbol->value,
		.size = symbol->size,
	};
	if (!version)
		return;
	ret->version = work_text(work, version->name);
	ret->library = work_text(work, version->library);
}

/* Both lists in one pass after a pass that counts. */
static void fill_symbols(struct static_work *work, struct static_elf *report)
{
	const struct elf_symbol_table *table = &work->elf.dynamic_symbols;
	struct elf_symbol symbol;

	/* A relocatable file, and a kernel module, have their imports in .symtab. */
	if (work->elf.header.type == ET_REL)
		table = &work->elf.symbols;
	for (uint64_t i = 0; i < table->count; i++) {
		elf_symbol_at(&work->elf, table, i, &symbol);
		report->import_count += is_import(&symbol);
		report->export_count += is_export(&symbol);
	}
	size_t imports = (size_t)min_of(report->import_count, (uint64_t)MAX_SYMBOLS);
	size_t exports = (size_t)min_of(report->export_count, (uint64_t)MAX_SYMBOLS);
	report->imports.data = arena_alloc(work->arena, imports * sizeof(*report->imports.data));
	report->exports.data = arena_alloc(work->arena, exports * sizeof(*report->exports.data));
	for (uint64_t i = 0; i < table->count; i++) {
		elf_symbol_at(&work->elf, table, i, &symbol);
		if (is_import(&symbol) && report->imports.count < imports)
			fill_symbol(work, &symbol, &report->imports.data[report->imports.count++]);
		else if (is_export(&symbol) && report->exports.count < exports)
			fill_symbol(work, &symbol, &report->exports.data[report->exports.count++]);
	}
}

static void fill_relocations(struct static_work *work, struct static_elf *report)
{
	size_t count = min_of(work->elf.relocation_count, (size_t)MAX_RELOCATIONS);

	report->relocations.data =
		arena_alloc(work->arena, count * sizeof(*report->relocations.data));
	report->relocations.count = count;
	for (size_t i = 0; i < count; i++) {
		const struct elf_relocation_table *table = &work->elf.relocations[i];
		struct static_relocations *ret = &report->relocations.data[i];
		*ret = (struct static_relocations){
			.kind = elf_section_type_name(table->type, EM_NONE),
			.count = table->count,
		};
		if (table->section < report->sections.count)
			ret->section = report->sections.data[table->section].name;
		if (table->target_section && table->target_section < report->sections.count)
			ret->target = report->sections.data[table->target_section].name;
	}
}

struct error *symbols_analyze(struct static_work *work)
{
	struct static_elf *report = work->report->elf;

	report->symbol_count = work->elf.symbols.count;
	report->dynamic_symbol_count = work->elf.dynamic_symbols.count;
	fill_symbols(work, report);
	fill_relocations(work, report);
	return NULL;
}
