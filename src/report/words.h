/* SPDX-License-Identifier: MIT */
#pragma once
/* Every word of the page, English and Chinese side by side: words.def has them. */
#include "report/report.h"

struct word {
	const char *text[2]; /* by enum report_language */
};

enum word_id {
#define WORD(id, english, chinese) WORD_##id,
#define NAME(key, english, chinese)
#include "report/words.def"
#undef WORD
#undef NAME
};

const struct word *word_of(enum word_id id);

/*
 * The word for a name of the model: a field ("process.pid", else "pid"), or a value of an enumeration
 * ("severity:high"). A name that words.def does not know gives false and its own letters, with blanks
 * for underscores, in both languages: *scratch holds them.
 */
enum { WORD_SCRATCH = 96 };
bool word_of_field(const struct record *record, const struct field *field,
		   char scratch[WORD_SCRATCH], struct word *ret);
/* A name of another list: ("tactic", "persistence"), ("problem", "time_limit"). */
bool word_of_name(const char *list, const char *name, char scratch[WORD_SCRATCH], struct word *ret);
bool word_of_value(const struct enumeration *enumeration, unsigned value,
		   char scratch[WORD_SCRATCH], struct word *ret);
