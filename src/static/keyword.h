/* SPDX-License-Identifier: MIT */
#pragma once
/* Words whose presence makes a string an indicator. */
#include <stddef.h>

#include "model/model.h"

/* What the indicator's value is. */
enum keyword_value {
	KEYWORD_STRING, /* the whole string */
	KEYWORD_REST,   /* from the word on */
	KEYWORD_WORD,   /* the word and what is not white behind it */
};

struct keyword {
	const char *text;
	enum static_find type;
	enum keyword_value value;
	const char *note;
};

extern const struct keyword keywords[];
extern const size_t keyword_count;
