/* SPDX-License-Identifier: MIT */
/* What the file is: its names, sizes and digests, to be copied. */
#include "report/format.h"
#include "report/page/sections.h"

static const char *const beside[] = {"name", "size", "hashes", "kind", "type", "arguments", NULL};

static void put_command(struct page *page, const struct sample *sample)
{
	cleanup_buffer struct buffer line = {0};
	struct execution execution = {.path = sample->guest_path};

	if (!sample->arguments.count)
		return;
	execution.arguments.data = sample->arguments.data;
	execution.arguments.count = sample->arguments.count;
	command_line(&line, &execution, PAGE_TEXT_MAX);
	html_begin(&page->html, "dl", "terms");
	page_element(page, "dt", NULL, WORD_ARGUMENTS);
	html_open(&page->html, "dd");
	page_code(page, NULL, buffer_text(&line));
	html_close(&page->html);
	html_close(&page->html);
}

void section_sample(struct page *page)
{
	const struct sample *sample = page->report->sample;
	char text[FORMAT_SIZE], exact[FORMAT_SIZE];

	if (!sample)
		return;
	page_section_begin(page, "sample", WORD_SAMPLE, PAGE_NO_COUNT);
	html_begin(&page->html, "p", "lead");
	page_badge(page, &values_sample_kind, sample->kind);
	html_put(&page->html, " ");
	html_element(&page->html, "b", NULL, format_bytes(sample->size, text));
	html_format(&page->html, " (%s B)", format_count(sample->size, exact));
	if (sample->type) {
		html_put(&page->html, " · ");
		html_put(&page->html, sample->type);
	}
	html_close(&page->html);
	html_begin(&page->html, "div", "columns");
	html_begin(&page->html, "div", "hashes");
	if (sample->hashes)
		page_record_values(page, &record_hashes, sample->hashes, NULL);
	html_close(&page->html);
	html_open(&page->html, "div");
	page_record_values(page, &record_sample, sample, beside);
	put_command(page, sample);
	html_close(&page->html);
	html_close(&page->html);
	page_section_end(page);
}
