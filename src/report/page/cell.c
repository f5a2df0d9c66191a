/* SPDX-License-Identifier: MIT */
/* One field of a record as HTML. How it looks follows from its kind and its name. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/walk.h"
#include "report/format.h"
#include "report/page/page.h"

struct convention {
	const char *name; /* "*_ns": every name that ends so */
	enum cell_style style;
};

static const struct convention numbers[] = {
	{"start_realtime_ns", CELL_CLOCK},
	{"*time_ns", CELL_TIME},
	{"start_ns", CELL_TIME},
	{"end_ns", CELL_TIME},
	{"first_ns", CELL_TIME},
	{"last_ns", CELL_TIME},
	{"*_us", CELL_SPAN_US},
	{"*_ms", CELL_SPAN_MS},
	{"size", CELL_SIZE},
	{"*_size", CELL_SIZE},
	{"bytes", CELL_SIZE},
	{"bytes_*", CELL_SIZE},
	{"*_bytes", CELL_SIZE},
	{"mode", CELL_MODE},
	{"event", CELL_EVENT},
	{"*_event", CELL_EVENT},
	{"entropy", CELL_ENTROPY},
};

static const struct convention texts[] = {
	{"text", CELL_PROSE},        {"title", CELL_PROSE},       {"description", CELL_PROSE},
	{"hint", CELL_PROSE},        {"summary", CELL_PROSE},     {"context", CELL_PROSE},
	{"error", CELL_PROSE},       {"not_kept", CELL_PROSE},    {"process", CELL_PROCESS},
	{"processes", CELL_PROCESS}, {"parent", CELL_PROCESS},    {"other_process", CELL_PROCESS},
	{"*_process", CELL_PROCESS}, {"md5", CELL_HASH},          {"sha1", CELL_HASH},
	{"sha256", CELL_HASH},       {"sha512", CELL_HASH},       {"ssdeep", CELL_HASH},
	{"tlsh", CELL_HASH},         {"artifact", CELL_ARTIFACT}, {"started", CELL_PROSE},
	{"finished", CELL_PROSE},
};

static bool matches(const char *pattern, const char *name)
{
	size_t length = strlen(pattern);

	if (pattern[0] == '*')
		return text_ends_with(name, pattern + 1);
	if (pattern[length - 1] == '*')
		return strncmp(pattern, name, length - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static enum cell_style look_up(const struct convention *conventions, size_t count, const char *name,
			       enum cell_style otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (matches(conventions[i].name, name))
			return conventions[i].style;
	return otherwise;
}

enum cell_style cell_style_of(const struct field *field)
{
	switch (field->kind) {
	case FIELD_U64:
	case FIELD_I64:
	case FIELD_REAL:
		return look_up(numbers, ARRAY_SIZE(numbers), field->name, CELL_NUMBER);
	case FIELD_TEXT:
	case FIELD_TEXTS:
		return look_up(texts, ARRAY_SIZE(texts), field->name, CELL_CODE);
	case FIELD_HEX:
		return CELL_HEX;
	case FIELD_ENUM:
		return CELL_BADGE;
	case FIELD_BYTES:
		return CELL_CODE;
	case FIELD_BOOL:
	case FIELD_ONE:
	case FIELD_LIST:
		break;
	}
	return CELL_AUTO;
}

bool cell_is_numeric(enum cell_style style)
{
	return style == CELL_NUMBER || style == CELL_SIZE || style == CELL_TIME ||
	       style == CELL_SPAN_MS || style == CELL_SPAN_US || style == CELL_HEX ||
	       style == CELL_MODE;
}

bool cell_is_empty(const struct field *field, const void *value)
{
	switch (field->kind) {
	case FIELD_TEXT: {
		const char *text = field_load(const char *, field, value);
		return !text || !*text;
	}
	case FIELD_BYTES:
		return field_load(struct span, field, value).size == 0;
	case FIELD_U64:
	case FIELD_I64:
	case FIELD_HEX:
		return field_load(uint64_t, field, value) == 0;
	case FIELD_REAL:
		return !(field_load(double, field, value) > 0) &&
		       !(field_load(double, field, value) < 0);
	case FIELD_BOOL:
		return !field_load(bool, field, value);
	case FIELD_ENUM:
		return false;
	case FIELD_ONE:
		return !field_load(const void *, field, value);
	case FIELD_LIST:
	case FIELD_TEXTS:
		return field_load(struct model_list, field, value).count == 0;
	}
	return true;
}

static void put_entropy(struct page *page, double entropy)
{
	html_begin(&page->html, "span", entropy > 7 ? "entropy is-high" : "entropy");
	page_bar(page, "bar", entropy, 8);
	html_format(&page->html, "%.2f", entropy);
	html_close(&page->html);
}

static void put_clock(struct page *page, uint64_t realtime_ns)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(realtime_ns, text);
	html_put(&page->html, text);
}

static void put_time(struct page *page, int64_t ns)
{
	char text[FORMAT_SIZE];

	ns = page_time(page, ns);

	html_begin(&page->html, "span", "time");
	html_put(&page->html, format_time(ns, text));
	html_close(&page->html);
}

static void put_bytes(struct page *page, uint64_t size)
{
	char text[FORMAT_SIZE], exact[FORMAT_SIZE];

	html_open(&page->html, "span");
	if (size >= 1024)
		html_attr_format(&page->html, "title", "%s B", format_count(size, exact));
	html_put(&page->html, format_bytes(size, text));
	html_close(&page->html);
}

static void put_number(struct page *page, const struct field *field, enum cell_style style,
		       const void *value)
{
	uint64_t number = field_load(uint64_t, field, value);
	char text[FORMAT_SIZE];

	if (style == CELL_EVENT)
		page_event(page, number);
	else if (style == CELL_SIZE)
		put_bytes(page, number);
	else if (style == CELL_CLOCK)
		put_clock(page, number);
	else if (style == CELL_TIME)
		put_time(page, (int64_t)number);
	else if (style == CELL_SPAN_US)
		html_put(&page->html, format_span_us(number, text));
	else if (style == CELL_SPAN_MS)
		html_put(&page->html,
			 format_span_us(min_of(number, UINT64_MAX / 1000) * 1000, text));
	else if (style == CELL_MODE)
		html_put(&page->html, number ? format_mode(number, text) : "");
	else if (field->kind == FIELD_I64 && (int64_t)number < 0)
		html_format(&page->html, "%" PRId64, (int64_t)number);
	else if (text_equal(field->name, "pid") || text_ends_with(field->name, "port"))
		html_format(&page->html, "%" PRIu64, number);
	else
		html_put(&page->html, format_count(number, text));
}

static void put_text(struct page *page, const struct field *field, enum cell_style style,
		     const char *text)
{
	if (!text || !*text)
		return;
	if (style == CELL_PROCESS)
		page_process(page, text);
	else if (style == CELL_ARTIFACT)
		page_artifact(page, text, NULL);
	else if (style == CELL_PROSE)
		page_name(page, field->name, text);
	else
		page_code(page, style == CELL_HASH ? "hash" : NULL, text);
}

static void put_texts(struct page *page, const struct field *field, enum cell_style style,
		      struct model_list list)
{
	const char *const *texts_of = list.data;
	size_t shown = min_of(list.count, (size_t)PAGE_TEXTS_MAX);

	for (size_t i = 0; i < shown; i++) {
		if (i)
			html_put(&page->html,
				 style == CELL_PROSE || style == CELL_PROCESS ? ", " : " ");
		put_text(page, field, style, texts_of[i]);
	}
	page_cut(page, shown, list.count);
}

static void put_raw_bytes(struct page *page, struct span bytes)
{
	struct span shown = span_clip(bytes, 0, PAGE_TEXT_MAX / 2);
	cleanup_free char *hex = xmalloc(shown.size * 2 + 1);
	char count[FORMAT_SIZE];

	text_hex(shown.data, shown.size, hex);
	page_code(page, NULL, hex);
	if (shown.size == bytes.size)
		return;
	html_begin(&page->html, "span", "cut");
	page_say(page, WORD_CUT_TEXT, format_count(bytes.size - shown.size, count), NULL);
	html_close(&page->html);
}

/* Each record as its texts on a line: for short lists of short records inside a cell. */
static void put_inline(struct page *page, const struct record *record, struct model_list list)
{
	size_t shown = min_of(list.count, (size_t)PAGE_TEXTS_MAX);

	for (size_t i = 0; i < shown; i++) {
		const char *element = (const char *)list.data + i * record->size;
		html_open(&page->html, "div");
		for (size_t f = 0; f < record->field_count; f++) {
			const struct field *field = &record->fields[f];
			if (field->kind != FIELD_TEXT || cell_is_empty(field, element))
				continue;
			page_code(page, NULL, field_load(const char *, field, element));
			html_put(&page->html, " ");
		}
		html_close(&page->html);
	}
	page_cut(page, shown, list.count);
}

static void put_list(struct page *page, const struct field *field, struct model_list list)
{
	char scratch[WORD_SCRATCH];
	struct word word;

	if (!list.count)
		return;
	word_of_field(field->record, field, scratch, &word);
	page_fold_begin(page, &word, (int64_t)list.count, false);
	page_table(page, field->record, list, columns_of(field->record));
	page_fold_end(page);
}

void page_cell(struct page *page, const struct field *field, enum cell_style style,
	       const void *value)
{
	if (style == CELL_AUTO)
		style = cell_style_of(field);
	switch (field->kind) {
	case FIELD_TEXT:
		put_text(page, field, style, field_load(const char *, field, value));
		break;
	case FIELD_BYTES:
		put_raw_bytes(page, field_load(struct span, field, value));
		break;
	case FIELD_U64:
	case FIELD_I64:
		put_number(page, field, style, value);
		break;
	case FIELD_HEX:
		html_begin(&page->html, "code", NULL);
		html_format(&page->html, "0x%" PRIx64, field_load(uint64_t, field, value));
		html_close(&page->html);
		break;
	case FIELD_REAL:
		if (style == CELL_ENTROPY)
			put_entropy(page, field_load(double, field, value));
		else
			html_format(&page->html, "%.4g", field_load(double, field, value));
		break;
	case FIELD_BOOL:
		if (field_load(bool, field, value))
			page_word(page, WORD_YES);
		else
			page_word(page, WORD_NO);
		break;
	case FIELD_ENUM:
		page_badge(page, field->enumeration, field_load(unsigned, field, value));
		break;
	case FIELD_ONE:
		if (field_load(const void *, field, value)) {
			page_fold_begin(page, word_of(WORD_DETAILS), PAGE_NO_COUNT, false);
			page_record(page, field->record, field_load(const void *, field, value),
				    NULL);
			page_fold_end(page);
		}
		break;
	case FIELD_LIST:
		if (style == CELL_INLINE)
			put_inline(page, field->record,
				   field_load(struct model_list, field, value));
		else
			put_list(page, field, field_load(struct model_list, field, value));
		break;
	case FIELD_TEXTS:
		put_texts(page, field, style, field_load(struct model_list, field, value));
		break;
	}
}
