/* SPDX-License-Identifier: MIT */
/* What was read off the file, and off the machine's memory and wire: whatever the model holds. */
#include "report/page/sections.h"

void section_static(struct page *page)
{
	const struct static_report *report = page->report->static_;

	if (!report)
		return;
	page_section_begin(page, "static", WORD_STATIC, PAGE_NO_COUNT);
	page_record(page, &record_static_report, report, NULL);
	page_section_end(page);
}

void section_memory(struct page *page)
{
	const struct memory_report *report = page->report->memory;

	if (!report)
		return;
	page_section_begin(page, "memory", WORD_MEMORY, PAGE_NO_COUNT);
	page_record(page, &record_memory_report, report, NULL);
	page_section_end(page);
}

void section_network(struct page *page)
{
	const struct network_report *report = page->report->network;

	if (!report)
		return;
	page_section_begin(page, "network", WORD_NETWORK, PAGE_NO_COUNT);
	page_record(page, &record_network_report, report, NULL);
	page_section_end(page);
}
