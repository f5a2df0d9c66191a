/* SPDX-License-Identifier: MIT */
/* What was read off the file, off the wire, and off the machine's memory. What an analyst looks for
 * first stands open; all else that the model holds follows folded. */
#include "base/text.h"
#include "base/vec.h"
#include "model/walk.h"
#include "report/page/sections.h"

/* The fields named in `first`, open, and then the rest of the record's but those in `shown`. */
static void put_parts(struct page *page, const struct record *record, const void *value,
		      const char *const *first, const char *const *shown)
{
	for (; *first; first++)
		page_fold_field(page, record, *first, value, true);
	page_record_folds(page, record, value, shown);
}

static const struct field *field_named(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->field_count; i++)
		if (text_equal(record->fields[i].name, name))
			return &record->fields[i];
	return NULL;
}

/* A strip of the file from its start to its end: the higher, the more it looks like noise. */
static void put_entropy_map(struct page *page, const struct static_report *report)
{
	enum { HEIGHT = 10, BITS = 8 };
	const struct field *map = field_named(&record_static_report, "entropy_map");

	if (!map || map->kind != FIELD_LIST)
		return;
	const struct field *entropy = field_named(map->record, "entropy");
	struct model_list list = field_load(struct model_list, map, report);
	if (!entropy || entropy->kind != FIELD_REAL || !list.count)
		return;
	page_element(page, "h3", NULL, WORD_ENTROPY_MAP);
	html_begin(&page->html, "svg", "strip");
	html_attr_format(&page->html, "viewBox", "0 0 %zu %d", list.count, HEIGHT);
	html_attr(&page->html, "preserveAspectRatio", "none");
	html_attr(&page->html, "aria-hidden", "true");
	for (size_t i = 0; i < list.count; i++) {
		const char *block = (const char *)list.data + i * map->record->size;
		double bits = min_of(max_of(field_load(double, entropy, block), 0.0), (double)BITS);
		html_begin(&page->html, "rect", bits > 7 ? "is-high" : NULL);
		html_attr_format(&page->html, "x", "%zu", i);
		html_attr_format(&page->html, "y", "%.2f", HEIGHT - bits / BITS * HEIGHT);
		html_attr(&page->html, "width", "1");
		html_attr_format(&page->html, "height", "%.2f", bits / BITS * HEIGHT);
		html_close(&page->html);
	}
	html_close(&page->html);
}

/* A record inside the report whose flags matter when they are false, too. */
static void put_flags(struct page *page, const struct static_report *report, const char *name,
		      enum word_id title)
{
	const struct field *field = field_named(&record_static_report, name);

	if (!field || field->kind != FIELD_ONE || cell_is_empty(field, report))
		return;
	page_element(page, "h3", NULL, title);
	page_flags(page, field->record, field_load(const void *, field, report));
}

/* Strings that mean something; those that stand in half of all programs folded behind them. */
static void put_finds(struct page *page, const struct static_report *report)
{
	vec(struct static_indicator) telling = {0}, common = {0};

	list_foreach(&report->indicators, find) {
		if (find->is_common)
			vec_add(&common, *find);
		else
			vec_add(&telling, *find);
	}
	if (telling.count) {
		page_fold_begin(page, word_of(WORD_FINDS), (int64_t)telling.count, true);
		page_table(page, &record_static_indicator, page_list(telling),
			   columns_of(&record_static_indicator));
		page_fold_end(page);
	}
	if (common.count) {
		page_fold_begin(page, word_of(WORD_COMMON_FINDS), (int64_t)common.count, false);
		page_table(page, &record_static_indicator, page_list(common),
			   columns_of(&record_static_indicator));
		page_fold_end(page);
	}
	vec_deinit(&telling);
	vec_deinit(&common);
}

void section_static(struct page *page)
{
	/* Said in the sample's section, or drawn above. */
	static const char *const said[] = {"size", "kind", "type", "hashes", NULL};
	static const char *const first[] = {"packers", "capabilities", "origin", "elf",
					    "script",  "embedded",     NULL};
	static const char *const shown[] = {
		"yara",   "indicators", "packers",     "capabilities", "origin",    "elf",
		"script", "embedded",   "entropy_map", "hashes",       "hardening", NULL};
	const struct static_report *report = page->report->static_;

	if (!report)
		return;
	page_section_begin(page, "static", WORD_STATIC, PAGE_NO_COUNT);
	page_record_values(page, &record_static_report, report, said);
	put_entropy_map(page, report);
	put_flags(page, report, "hardening", WORD_HARDENING);
	page_fold_field(page, &record_static_report, "yara", report, true);
	put_finds(page, report);
	put_parts(page, &record_static_report, report, first, shown);
	page_section_end(page);
}

enum memory_group {
	MEMORY_ODD, /* views disagree, or something is noted */
	MEMORY_PROGRAM,
	MEMORY_KERNEL,
	MEMORY_ENDED, /* what is left of processes that ended */
	MEMORY_GROUPS,
};

static enum memory_group memory_group_of(const struct memory_process *process)
{
	if (process->standing == MEMORY_EXITED)
		return MEMORY_ENDED;
	if (process->standing == MEMORY_HIDDEN || process->notes.count)
		return MEMORY_ODD;
	return process->is_kernel_thread ? MEMORY_KERNEL : MEMORY_PROGRAM;
}

static void put_memory_processes(struct page *page, const struct memory_report *report)
{
	static const enum word_id titles[] = {
		[MEMORY_ODD] = WORD_MEMORY_ODD,
		[MEMORY_PROGRAM] = WORD_MEMORY_PROGRAMS,
		[MEMORY_KERNEL] = WORD_MEMORY_KERNEL,
		[MEMORY_ENDED] = WORD_MEMORY_ENDED,
	};

	for (unsigned group = 0; group < MEMORY_GROUPS; group++) {
		vec(struct memory_process) processes = {0};
		list_foreach(&report->processes, process)
			if (memory_group_of(process) == group)
				vec_add(&processes, *process);
		if (processes.count) {
			page_fold_begin(page, word_of(titles[group]), (int64_t)processes.count,
					group <= MEMORY_PROGRAM);
			page_table(page, &record_memory_process, page_list(processes),
				   columns_of(&record_memory_process));
			page_fold_end(page);
		}
		vec_deinit(&processes);
	}
}

void section_memory(struct page *page)
{
	static const char *const shown[] = {"processes", NULL};
	const struct memory_report *report = page->report->memory;

	if (!report)
		return;
	page_section_begin(page, "memory", WORD_MEMORY, PAGE_NO_COUNT);
	page_record_values(page, &record_memory_report, report, NULL);
	put_memory_processes(page, report);
	page_record_folds(page, &record_memory_report, report, shown);
	page_section_end(page);
}

void section_network(struct page *page)
{
	static const char *const first[] = {"dns", "http", "tls", "flows", NULL};
	const struct network_report *report = page->report->network;

	if (!report)
		return;
	page_section_begin(page, "network", WORD_NETWORK, PAGE_NO_COUNT);
	page_record_values(page, &record_network_report, report, NULL);
	put_parts(page, &record_network_report, report, first, first);
	page_section_end(page);
}
