/* SPDX-License-Identifier: MIT */
/* Strings of the file: exact counts, and a list that keeps those worth most when they are many. */
#include <string.h>

#include "base/macro.h"
#include "static/work.h"

enum { WORTH_MAX = 255 };

struct error *strings_analyze(struct static_work *work)
{
	struct static_strings *report = arena_new_of(work->arena, struct static_strings);

	strings_find(work->bytes, &work->strings);
	vec_foreach(&work->strings.list, string) {
		switch ((enum static_encoding)string->encoding) {
		case STRING_ASCII:
			report->ascii++;
			break;
		case STRING_UTF8:
			report->utf8++;
			break;
		case STRING_UTF16LE:
		case STRING_UTF16BE:
			report->utf16++;
			break;
		}
	}
	work->report->strings = report;
	return NULL;
}

/* Names of symbols are listed elsewhere, and short runs in code are chance. */
static unsigned worth(struct static_work *work, const struct found_string *string)
{
	unsigned points = min_of((unsigned)string->size, 60u);
	const char *section = work_section_at(work, string->offset);

	if (string->is_marked)
		return WORTH_MAX;
	if (string->encoding != STRING_ASCII)
		points += 60;
	if (!section)
		return points + 20;
	if (strcmp(section, ".rodata") == 0 || strncmp(section, ".data", 5) == 0)
		return points + 80;
	if (strcmp(section, ".strtab") == 0 || strcmp(section, ".dynstr") == 0 ||
	    strncmp(section, ".debug", 6) == 0 || strcmp(section, ".text") == 0 ||
	    strncmp(section, ".eh_frame", 9) == 0)
		return points / 4;
	return points + 20;
}

static void list_one(struct static_work *work, const struct found_string *string,
		     struct static_string *ret)
{
	char text[STRING_TEXT_MAX + 1];
	size_t size = found_string_text(work->bytes, string, text, sizeof(text));

	*ret = (struct static_string){
		.offset = string->offset,
		.section = work_section_at(work, string->offset),
		.encoding = (enum static_encoding)string->encoding,
		.text = arena_strndup(work->arena, text, size),
	};
}

/* Long strings are cut to what is left of this, so that the list stays within some megabytes. */
enum { LIST_BYTES = 6 << 20 };

struct error *string_list_analyze(struct static_work *work)
{
	struct static_strings *report = work->report->strings;
	size_t limit = work->options->max_strings ? work->options->max_strings
						  : (size_t)STATIC_MAX_STRINGS;
	size_t count = work->strings.list.count;
	size_t at_worth[WORTH_MAX + 1] = {0};
	unsigned lowest = 0;
	size_t room_at_lowest = SIZE_MAX;
	size_t bytes = 0;

	limit = min_of(limit, (size_t)STATIC_MAX_STRINGS);
	size_t hidden = min_of(work->hidden_count, limit);
	report->list.data = arena_alloc(work->arena,
					min_of(count + hidden, limit) * sizeof(*report->list.data));
	if (hidden)
		memcpy(report->list.data, work->hidden, hidden * sizeof(*work->hidden));
	report->list.count = hidden;
	size_t room = limit - hidden;
	if (count > room) {
		size_t kept = 0;
		vec_foreach(&work->strings.list, string)
			at_worth[worth(work, string)]++;
		for (lowest = WORTH_MAX; lowest > 0 && kept + at_worth[lowest] <= room; lowest--)
			kept += at_worth[lowest];
		room_at_lowest = room - kept;
	}
	vec_foreach(&work->strings.list, string) {
		unsigned points = count > room ? worth(work, string) : WORTH_MAX;
		if (report->list.count == limit || bytes > LIST_BYTES || points < lowest ||
		    (points == lowest && room_at_lowest == 0))
			continue;
		room_at_lowest -= points == lowest;
		bytes += min_of((size_t)string->size, (size_t)STRING_TEXT_MAX);
		list_one(work, string, &report->list.data[report->list.count++]);
	}
	return NULL;
}
