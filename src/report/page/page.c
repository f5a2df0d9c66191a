/* SPDX-License-Identifier: MIT */
#include "report/page/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/format.h"

static const char *const language_tags[] = {"en", "zh-CN"};

void page_word_pair(struct page *page, const struct word *word)
{
	/* A word that is the same in both languages needs no switching. */
	if (text_equal(word->text[REPORT_ENGLISH], word->text[REPORT_CHINESE])) {
		html_put(&page->html, word->text[REPORT_ENGLISH]);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(language_tags); i++) {
		html_open(&page->html, "span");
		html_attr(&page->html, "lang", language_tags[i]);
		html_put(&page->html, word->text[i]);
		html_close(&page->html);
	}
}

void page_word(struct page *page, enum word_id id)
{
	page_word_pair(page, word_of(id));
}

/* Puts a text of ours, with {1} and {2} replaced. */
static void put_filled(struct page *page, const char *text, const char *first, const char *second)
{
	while (*text) {
		const char *brace = strchr(text, '{');
		size_t plain = brace ? (size_t)(brace - text) : strlen(text);
		html_put_span(&page->html, span_of(text, plain));
		text += plain;
		if (!brace)
			return;
		html_put(&page->html, text[1] == '1' ? first : second);
		text += strlen("{1}");
	}
}

void page_say(struct page *page, enum word_id id, const char *first, const char *second)
{
	for (size_t i = 0; i < ARRAY_SIZE(language_tags); i++) {
		html_open(&page->html, "span");
		html_attr(&page->html, "lang", language_tags[i]);
		put_filled(page, word_of(id)->text[i], first, second);
		html_close(&page->html);
	}
}

void page_element(struct page *page, const char *tag, const char *class_name, enum word_id id)
{
	html_begin(&page->html, tag, class_name);
	page_word(page, id);
	html_close(&page->html);
}

void page_name(struct page *page, const char *list, const char *name)
{
	char scratch[WORD_SCRATCH];
	struct word word;

	if (name && word_of_name(list, name, scratch, &word))
		page_word_pair(page, &word);
	else
		html_put(&page->html, name);
}

static void put_count(struct page *page, int64_t count)
{
	char text[FORMAT_SIZE];

	if (count == PAGE_NO_COUNT)
		return;
	html_put(&page->html, " ");
	html_element(&page->html, "span", "count", format_count((uint64_t)count, text));
}

void page_section_begin(struct page *page, const char *id, enum word_id title, int64_t count)
{
	html_open(&page->html, "section");
	html_attr(&page->html, "id", id);
	html_attr_format(&page->html, "aria-labelledby", "%s-title", id);
	html_open(&page->html, "h2");
	html_attr_format(&page->html, "id", "%s-title", id);
	page_word(page, title);
	put_count(page, count);
	html_close(&page->html);
}

void page_section_end(struct page *page)
{
	html_close(&page->html);
}

void page_fold_begin(struct page *page, const struct word *title, int64_t count, bool is_open)
{
	html_begin(&page->html, "details", "fold");
	if (is_open)
		html_attr(&page->html, "open", "");
	html_open(&page->html, "summary");
	page_word_pair(page, title);
	put_count(page, count);
	html_close(&page->html);
}

void page_fold_end(struct page *page)
{
	html_close(&page->html);
}

void page_cut(struct page *page, size_t shown, size_t total)
{
	char first[FORMAT_SIZE], second[FORMAT_SIZE];

	if (shown >= total)
		return;
	html_begin(&page->html, "p", "cut");
	page_say(page, WORD_CUT, format_count(shown, first), format_count(total, second));
	html_close(&page->html);
}

void page_empty(struct page *page, enum word_id id)
{
	page_element(page, "p", "empty", id);
}

size_t page_rows(const struct page *page)
{
	size_t size = page->html.out->size;

	if (size < PAGE_LARGE)
		return page->rows;
	return min_of(page->rows, size < 2 * (size_t)PAGE_LARGE ? (size_t)20 : (size_t)2);
}

size_t page_text_max(const struct page *page)
{
	return page->html.out->size < PAGE_LARGE ? PAGE_TEXT_MAX : 128;
}

void page_code(struct page *page, const char *class_name, const char *text)
{
	char count[FORMAT_SIZE];
	struct span bytes = span_text(text ? text : "");
	size_t shown = min_of(bytes.size, page_text_max(page));

	/* Not in the middle of a character. */
	while (shown < bytes.size && shown && (bytes.data[shown] & 0xc0) == 0x80)
		shown--;
	html_begin(&page->html, "code", class_name);
	html_put_span(&page->html, span_clip(bytes, 0, shown));
	html_close(&page->html);
	if (shown == bytes.size)
		return;
	html_begin(&page->html, "span", "cut");
	page_say(page, WORD_CUT_TEXT, format_count(bytes.size - shown, count), NULL);
	html_close(&page->html);
}

/* The last part of a path. */
static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash && slash[1] ? slash + 1 : path;
}

void page_process(struct page *page, const char *id)
{
	if (!id || !*id)
		return;
	const struct process *process = process_find(&page->processes, id);
	html_begin(&page->html, process ? "a" : "span", "process");
	if (process)
		html_attr_format(&page->html, "href", "#process-%s", id);
	html_put(&page->html, id);
	const struct execution *execution = process ? process_last_execution(process) : NULL;
	const char *name = execution && execution->path ? base_name(execution->path)
			   : process                    ? process->name
							: NULL;
	if (name && *name) {
		html_put(&page->html, " ");
		html_put(&page->html, name);
	}
	html_close(&page->html);
}

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

void page_event(struct page *page, uint64_t number)
{
	if (!number)
		return;
	bool is_here = page->anchors && bsearch(&number, page->anchors, page->anchor_count,
						sizeof(number), compare_numbers);
	html_begin(&page->html, is_here ? "a" : "span", "event");
	if (is_here)
		html_attr_format(&page->html, "href", "#event-%" PRIu64, number);
	html_format(&page->html, "#%" PRIu64, number);
	html_close(&page->html);
}

/* Only paths that we made ourselves become links: plain names below the result folder. */
static bool is_result_path(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./";

	return path && *path && *path != '/' && path[strspn(path, plain)] == '\0' &&
	       !strstr(path, "..") && !strstr(path, "//");
}

/* Contents are named by their SHA-256; its start says enough on the page, and the whole is shown when
 * pointed at. */
static void put_path(struct page *page, const char *path)
{
	enum { HASH = 64, SHOWN = 12 };
	static const char folder[] = "files/";
	const char *name = path + sizeof(folder) - 1;

	if (!text_starts_with(path, folder) || strspn(name, "0123456789abcdef") != HASH ||
	    name[HASH]) {
		html_put(&page->html, path);
		return;
	}
	html_put_span(&page->html, span_of(name, SHOWN));
	html_put(&page->html, "…");
}

void page_artifact(struct page *page, const char *path, const char *label)
{
	bool is_link = is_result_path(path);

	html_begin(&page->html, is_link ? "a" : "span", "file");
	if (is_link) {
		html_attr(&page->html, "href", path);
		html_attr(&page->html, "title", path);
	}
	if (label)
		html_put(&page->html, label);
	else if (path)
		put_path(page, path);
	html_close(&page->html);
}

void page_value(struct page *page, const struct enumeration *enumeration, unsigned value)
{
	char scratch[WORD_SCRATCH];
	struct word word;

	word_of_value(enumeration, value, scratch, &word);
	page_word_pair(page, &word);
}

void page_badge(struct page *page, const struct enumeration *enumeration, unsigned value)
{
	html_open(&page->html, "span");
	html_attr_format(&page->html, "class", "badge is-%s", model_value_name(enumeration, value));
	page_value(page, enumeration, value);
	html_close(&page->html);
}

void page_bar(struct page *page, const char *class_name, double part, double whole)
{
	double width = whole > 0 ? part / whole * 100 : 0;

	html_begin(&page->html, "svg", class_name);
	html_attr(&page->html, "viewBox", "0 0 100 10");
	html_attr(&page->html, "preserveAspectRatio", "none");
	html_attr(&page->html, "aria-hidden", "true");
	html_open(&page->html, "rect");
	html_attr_format(&page->html, "width", "%.2f", width < 0 ? 0 : width > 100 ? 100 : width);
	html_attr(&page->html, "height", "10");
	html_close(&page->html);
	html_close(&page->html);
}

bool page_time_is_absolute(int64_t ns)
{
	enum { YEAR_S = 31536000 };

	return ns / 1000000000 >= YEAR_S;
}

int64_t page_time(const struct page *page, int64_t ns)
{
	const struct health *health = page->report->health;
	int64_t relative;

	if (!health || !health->time || !health->time->start_realtime_ns ||
	    !page_time_is_absolute(ns))
		return ns;
	if (__builtin_sub_overflow(ns, (int64_t)health->time->start_realtime_ns, &relative))
		return ns;
	return relative;
}
