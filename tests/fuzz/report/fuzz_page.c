/* SPDX-License-Identifier: MIT */
/* A report whose texts, numbers and references are anything: the page is ours all the same, and the
 * terminal's text has no control characters. The corpus is JSON, so that it outlives the model's
 * changes. */
#include <stdlib.h>

#include "report/report.h"
#include "unit/report/page_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct report *report)
{
	cleanup_buffer struct buffer text = {0};

	report_write_text(&text, report, false, 80);
	if (!utf8_valid(buffer_span(&text)))
		abort();
	for (size_t i = 0; i < text.size; i++)
		if ((unsigned char)text.data[i] < 0x20 && text.data[i] != '\n')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *arena = arena_new(64 << 20);
	cleanup_json struct json_document *document = NULL;
	cleanup_buffer struct buffer page = {0};
	const struct report_extras extras = {.stylesheet = "/**/", .terminal = span_of(data, size)};
	struct report report = {0};

	cleanup_error struct error *err =
		json_document_parse(span_of(data, size), 1 << 20, &document);
	if (!err)
		err = model_read_json_partial(json_root(document), &record_report, arena, &report);
	if (err)
		return 0;
	report_indicators(arena, &report);
	report_write_html(&page, &report, &extras);
	if (page_problem(&page))
		abort();
	check_text(&report);
	(void)report_fit(arena, &report, 4096);
	return 0;
}
