/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "behavior/condition.h"

static const char *const names[] = {"selection_a", "selection_b", "filter", "_hidden"};

/* What the selections are: bit i for names[i]. */
static bool ask(void *context, unsigned selection)
{
	return *(unsigned *)context >> selection & 1;
}

static bool holds(const char *text, unsigned truth)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct condition *condition;

	assert_null(condition_parse(text, names, ARRAY_SIZE(names), arena, &condition));
	return condition_holds(condition, ask, &truth);
}

static void conditions_hold_as_written(void **state UNUSED)
{
	enum { A = 1, B = 2, F = 4, H = 8 };
	static const struct {
		const char *text;
		unsigned truth;
		bool holds;
	} rows[] = {
		{"selection_a", A, true},
		{"selection_a", B, false},
		{"not filter", 0, true},
		{"not not filter", F, true},
		{"selection_a and not filter", A, true},
		{"selection_a and not filter", A | F, false},
		{"selection_a or selection_b and filter", A, true},
		{"(selection_a or selection_b) and filter", A, false},
		{"(selection_a or selection_b)and(filter)", B | F, true},
		{"1 of selection_*", B, true},
		{"any of selection_*", F, false},
		{"all of selection_*", A, false},
		{"all of selection_*", A | B, true},
		{"all of them", A | B | F, true},
		{"1 of them", H, false},
		{"1 of *_b", B, true},
		{"all of filter", F, true},
		{"NOT 1 OF selection_* AND filter", F, true},
		{"1 of selection_* and not all of filter*", A | F, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (holds(rows[i].text, rows[i].truth) != rows[i].holds)
			fail_msg("'%s' with %u is not %d", rows[i].text, rows[i].truth,
				 rows[i].holds);
}

static void what_is_no_condition_says_why(void **state UNUSED)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "ends where"},
		{"selection_a and", "ends where"},
		{"selection_c", "no selection 'selection_c'"},
		{"(selection_a", "parenthesis"},
		{"selection_a)", "too much"},
		{"selection_a selection_b", "too much"},
		{"1 of none_*", "no selection is named"},
		{"1 selection_a", "no 'of'"},
		{"selection_a | count() > 5", "aggregations"},
		{"((((((((((((((((((((((((((((((((((((selection_a))))))))))))))))))))))))))))))))))"
		 "))",
		 "too deep"},
		{"not not not not not not not not not not not not not not not not not not not not "
		 "not "
		 "not not not not not not not not not not not not not not not selection_a",
		 "too deep"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_arena struct arena *arena = arena_new(0);
		struct condition *condition;
		cleanup_error struct error *err =
			condition_parse(rows[i].text, names, ARRAY_SIZE(names), arena, &condition);
		assert_non_null(err);
		if (!strstr(error_message(err), rows[i].message))
			fail_msg("'%s': %s", rows[i].text, error_message(err));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_hold_as_written),
		cmocka_unit_test(what_is_no_condition_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
