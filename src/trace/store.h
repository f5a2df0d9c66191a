/* SPDX-License-Identifier: MIT */
#pragma once
/* Texts that last as long as the trace, within a budget: what a guest sends must not fill memory. */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct store {
	struct arena *arena;
	uint64_t left; /* bytes */
	bool is_cut;   /* something was not kept */
};

/* A copy of the text; NULL for NULL, and when the budget is spent. */
const char *store_text(struct store *store, const char *text);
/* Copies as many texts as fit; gives their count. */
size_t store_texts(struct store *store, const char *const *texts, size_t count, const char ***ret);
