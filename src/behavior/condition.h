/* SPDX-License-Identifier: MIT */
#pragma once
/* A rule's condition: words over the names of its selections, as a tree.
 *
 *	condition = or; or = and {"or" and}; and = not {"and" not}; not = ["not"] unit
 *	unit = "(" or ")" | ("1" | "any" | "all") "of" (pattern | "them") | name
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum { CONDITION_SELECTIONS_MAX = 64, CONDITION_DEPTH_MAX = 32 };

enum condition_op {
	CONDITION_SELECTION,
	CONDITION_NOT,
	CONDITION_AND,
	CONDITION_OR,
	CONDITION_ANY_OF, /* of the selections in `set` */
	CONDITION_ALL_OF,
};

struct condition {
	enum condition_op op;
	unsigned selection;
	uint64_t set; /* bit for each selection */
	struct condition *left;
	struct condition *right; /* AND, OR */
};

/* names: the rule's selections, at most CONDITION_SELECTIONS_MAX. */
MUST_USE struct error *condition_parse(const char *text, const char *const *names, size_t count,
				       struct arena *arena, struct condition **ret);

/* What a selection is for the event at hand; called at most once for each that is needed. */
typedef bool condition_ask(void *context, unsigned selection);
bool condition_holds(const struct condition *condition, condition_ask *ask, void *context);
