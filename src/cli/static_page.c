/* SPDX-License-Identifier: MIT */
#include "cli/static_page.h"

#include <inttypes.h>
#include <string.h>

#include "base/macro.h"
#include "base/text.h"
#include "cli/table.h"

enum { LABEL_WIDTH = 14, SHOWN_INDICATORS = 60, SHOWN_ANOMALIES = 40, SHOWN_NAMES = 40 };

struct page {
	struct buffer *out;
	bool has_color;
};

static void heading(const struct page *page, const char *text)
{
	buffer_printf(page->out, "\n%s%s%s\n", page->has_color ? "\033[1m" : "", text,
		      page->has_color ? "\033[0m" : "");
}

/* A line "label   value"; nothing for an absent value. */
static void line(const struct page *page, const char *label, const char *value)
{
	if (!value)
		return;
	buffer_printf(page->out, "%-*s ", LABEL_WIDTH, label);
	term_text(page->out, span_text(value));
	buffer_append_char(page->out, '\n');
}

static void number_line(const struct page *page, const char *label, uint64_t value)
{
	buffer_printf(page->out, "%-*s %" PRIu64 "\n", LABEL_WIDTH, label, value);
}

static void names_line(const struct page *page, const char *label, const char **names, size_t count)
{
	if (count == 0)
		return;
	buffer_printf(page->out, "%-*s ", LABEL_WIDTH, label);
	for (size_t i = 0; i < min_of(count, (size_t)SHOWN_NAMES); i++) {
		buffer_append_text(page->out, i ? ", " : "");
		term_text(page->out, span_text(names[i]));
	}
	if (count > SHOWN_NAMES)
		buffer_printf(page->out, " and %zu more", count - SHOWN_NAMES);
	buffer_append_char(page->out, '\n');
}

static void table(const struct page *page, const struct record *record, const void *data,
		  size_t count, const char *columns)
{
	struct model_list rows = {.count = count};

	memcpy(&rows.data, &data, sizeof(data));
	table_write_text(page->out, record, rows, columns);
}

static void put_identity(const struct page *page, const struct static_report *report)
{
	const struct hashes *hashes = report->hashes;

	number_line(page, "size", report->size);
	line(page, "type", report->type);
	buffer_printf(page->out, "%-*s %.2f bits per byte\n", LABEL_WIDTH, "entropy",
		      report->entropy);
	if (!hashes)
		return;
	line(page, "md5", hashes->md5);
	line(page, "sha1", hashes->sha1);
	line(page, "sha256", hashes->sha256);
	line(page, "ssdeep", hashes->ssdeep);
	line(page, "tlsh", hashes->tlsh);
}

static void put_header(const struct page *page, const struct static_elf *elf)
{
	const struct static_header *header = elf->header;

	heading(page, "ELF");
	buffer_printf(page->out, "%-*s %" PRIu64 "-bit %s-endian %s, %s\n", LABEL_WIDTH, "header",
		      header->bits, header->byte_order, header->machine ? header->machine : "?",
		      header->type ? header->type : "?");
	buffer_printf(page->out, "%-*s 0x%" PRIx64, LABEL_WIDTH, "entry point", header->entry);
	buffer_append_text(page->out, header->entry_section ? " in " : "");
	term_text(page->out, span_text(header->entry_section ? header->entry_section : ""));
	buffer_append_char(page->out, '\n');
	line(page, "interpreter", elf->interpreter);
	names_line(page, "needs", elf->needed.data, elf->needed.count);
	line(page, "soname", elf->soname);
	line(page, "rpath", elf->rpath);
	line(page, "runpath", elf->runpath);
	line(page, "build id", elf->build_id);
	buffer_printf(page->out, "%-*s %s, %s%s%s\n", LABEL_WIDTH, "kind",
		      elf->is_static ? "static" : "dynamic",
		      elf->is_stripped ? "stripped" : "with symbols",
		      elf->is_pie ? ", position-independent" : "",
		      elf->has_debug ? ", with debug information" : "");
	buffer_printf(page->out,
		      "%-*s %" PRIu64 " imports, %" PRIu64 " exports, %" PRIu64 " in .symtab\n",
		      LABEL_WIDTH, "symbols", elf->import_count, elf->export_count,
		      elf->symbol_count);
	if (elf->overlay_size)
		buffer_printf(page->out, "%-*s %" PRIu64 " bytes at 0x%" PRIx64 ", entropy %.2f\n",
			      LABEL_WIDTH, "overlay", elf->overlay_size, elf->overlay_offset,
			      elf->overlay_entropy);
	line(page, "import md5", elf->import_md5);
	line(page, "telfhash", elf->telfhash);
}

static void put_hardening(const struct page *page, const struct static_hardening *guards)
{
	if (!guards)
		return;
	buffer_printf(page->out,
		      "%-*s NX %s, relro %s, canary %s, fortify %s (%" PRIu64 " of %" PRIu64
		      "), PIE %s%s%s\n",
		      LABEL_WIDTH, "hardening", guards->has_nx ? "yes" : "NO",
		      model_value_name(&values_static_relro, (unsigned)guards->relro),
		      guards->has_canary ? "yes" : "no", guards->has_fortify ? "yes" : "no",
		      guards->fortified, guards->fortified + guards->fortifiable,
		      guards->is_pie ? "yes" : "no", guards->has_ibt ? ", IBT" : "",
		      guards->has_shadow_stack ? ", shadow stack" : "");
}

static void put_tables(const struct page *page, const struct static_elf *elf)
{
	heading(page, "Segments");
	table(page, &record_static_segment, elf->segments.data, elf->segments.count,
	      "type flags offset vaddr file_size memory_size entropy");
	heading(page, "Sections");
	table(page, &record_static_section, elf->sections.data, elf->sections.count,
	      "name type flags vaddr offset size entropy md5");
}

static void put_origin(const struct page *page, const struct static_origin *origin)
{
	if (!origin)
		return;
	heading(page, "Origin");
	line(page, "language", origin->language);
	names_line(page, "compiler", origin->compilers.data, origin->compilers.count);
	line(page, "libc", origin->libc);
	line(page, "libc version", origin->libc_version);
	line(page, "packager", origin->packager);
	line(page, "Go", origin->go_version);
	line(page, "Go path", origin->go_path);
	line(page, "rustc commit", origin->rust_commit);
	names_line(page, "sources", origin->source_files.data, origin->source_files.count);
	names_line(page, "built in", origin->build_folders.data, origin->build_folders.count);
	names_line(page, "users", origin->user_names.data, origin->user_names.count);
}

static void put_found(const struct page *page, const struct static_report *report)
{
	if (report->packers.count) {
		heading(page, "Packing");
		table(page, &record_static_packer, report->packers.data, report->packers.count,
		      "name version method offset text");
	}
	if (report->capabilities.count) {
		heading(page, "Capabilities");
		table(page, &record_static_capability, report->capabilities.data,
		      report->capabilities.count, "id attack title evidence");
	}
	if (report->yara && (report->yara->matches.count || report->yara->problems.count)) {
		heading(page, "YARA");
		table(page, &record_yara_match, report->yara->matches.data,
		      report->yara->matches.count, "rule namespace_ string_count");
		table(page, &record_yara_problem, report->yara->problems.data,
		      report->yara->problems.count, "file line text");
	}
	if (report->indicators.count) {
		heading(page, "Indicators");
		table(page, &record_static_indicator, report->indicators.data,
		      min_of(report->indicators.count, (size_t)SHOWN_INDICATORS),
		      "type value port count offset section text");
		if (report->indicator_count > SHOWN_INDICATORS)
			buffer_printf(page->out, "… and %" PRIu64 " more (--json)\n",
				      report->indicator_count - SHOWN_INDICATORS);
	}
	if (report->anomalies.count) {
		heading(page, "Anomalies");
		table(page, &record_anomaly, report->anomalies.data,
		      min_of(report->anomalies.count, (size_t)SHOWN_ANOMALIES), "offset code text");
	}
}

static void put_listings(const struct page *page, const struct static_report *report)
{
	list_foreach(&report->listings, listing) {
		cleanup_free char *name = term_text_dup(listing->name ? listing->name : "code");
		heading(page, name);
		table(page, &record_static_instruction, listing->instructions.data,
		      listing->instructions.count, "vaddr bytes text");
	}
}

void static_page_write(struct buffer *out, const char *path, const struct static_report *report,
		       bool has_color)
{
	const struct page page = {.out = out, .has_color = has_color};
	cleanup_free char *name = term_text_dup(path);

	heading(&page, name);
	put_identity(&page, report);
	if (report->script) {
		line(&page, "interpreter", report->script->interpreter);
		line(&page, "language", report->script->language);
		number_line(&page, "lines", report->script->lines);
	}
	if (report->elf) {
		put_header(&page, report->elf);
		put_hardening(&page, report->hardening);
		put_tables(&page, report->elf);
	}
	put_origin(&page, report->origin);
	put_found(&page, report);
	put_listings(&page, report);
	if (report->strings) {
		heading(&page, "Strings");
		buffer_printf(out,
			      "%" PRIu64 " ASCII, %" PRIu64 " UTF-16, %" PRIu64
			      " UTF-8 (--json lists them)\n",
			      report->strings->ascii, report->strings->utf16,
			      report->strings->utf8);
	}
}
