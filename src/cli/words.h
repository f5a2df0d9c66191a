/* SPDX-License-Identifier: MIT */
#pragma once
/* Splits a line into words as a shell does: quotes and backslashes, and nothing else. */
#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

struct words {
	const char **data;
	size_t count;
	size_t capacity;
};

/* Appends the words of text to *words (vec_deinit() frees it); the texts live in the arena. */
MUST_USE struct error *words_split(const char *text, struct arena *arena, struct words *words);
