/* SPDX-License-Identifier: MIT */
#include "report/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct word words[] = {
#define WORD(id, english, chinese) [WORD_##id] = {{english, chinese}},
#define NAME(key, english, chinese)
#include "report/words.def"
#undef WORD
#undef NAME
};

struct name {
	const char *key;
	struct word word;
};

/* Sorted by key: a unit test holds words.def to it. */
static const struct name names[] = {
#define WORD(id, english, chinese)
#define NAME(key, english, chinese) {key, {{english, chinese}}},
#include "report/words.def"
#undef WORD
#undef NAME
};

const struct word *word_of(enum word_id id)
{
	return &words[id];
}

static int compare_key(const void *key, const void *name)
{
	return strcmp(key, ((const struct name *)name)->key);
}

static bool look_up(const char *key, struct word *ret)
{
	const struct name *name =
		bsearch(key, names, ARRAY_SIZE(names), sizeof(names[0]), compare_key);

	if (name)
		*ret = name->word;
	return name != NULL;
}

static void from_letters(const char *name, char scratch[WORD_SCRATCH], struct word *ret)
{
	snprintf(scratch, WORD_SCRATCH, "%s", name);
	for (char *c = scratch; *c; c++)
		if (*c == '_')
			*c = ' ';
	ret->text[REPORT_ENGLISH] = ret->text[REPORT_CHINESE] = scratch;
}

bool word_of_field(const struct record *record, const struct field *field,
		   char scratch[WORD_SCRATCH], struct word *ret)
{
	snprintf(scratch, WORD_SCRATCH, "%s.%s", record->name, field->name);
	if (look_up(scratch, ret) || look_up(field->name, ret))
		return true;
	from_letters(field->name, scratch, ret);
	return false;
}

bool word_of_name(const char *list, const char *name, char scratch[WORD_SCRATCH], struct word *ret)
{
	snprintf(scratch, WORD_SCRATCH, "%s:%s", list, name);
	if (look_up(scratch, ret))
		return true;
	from_letters(name, scratch, ret);
	return false;
}

bool word_of_value(const struct enumeration *enumeration, unsigned value,
		   char scratch[WORD_SCRATCH], struct word *ret)
{
	return word_of_name(enumeration->name, model_value_name(enumeration, value), scratch, ret);
}
