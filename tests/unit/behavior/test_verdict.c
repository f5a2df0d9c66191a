/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "behavior/verdict.h"

#define I SEVERITY_INFORMATIONAL
#define L SEVERITY_LOW
#define M SEVERITY_MEDIUM
#define H SEVERITY_HIGH
#define C SEVERITY_CRITICAL

static struct verdict verdict(const enum severity *levels, size_t count, bool is_healthy,
			      struct arena *arena)
{
	struct behavior findings[32] = {0};
	struct verdict ret;

	for (size_t i = 0; i < count; i++)
		findings[i] = (struct behavior){.rule = "r", .title = "t", .level = levels[i]};
	verdict_of(findings, count, is_healthy, arena, &ret);
	return ret;
}

static void levels_add_up_as_documented(void **state UNUSED)
{
	static const struct {
		enum severity levels[8];
		size_t count;
		bool is_healthy;
		unsigned score;
		enum verdict_level level;
	} rows[] = {
		{{I}, 0, true, 0, VERDICT_BENIGN},
		{{I}, 0, false, 0, VERDICT_UNKNOWN},
		{{I, I}, 2, true, 0, VERDICT_BENIGN},
		{{L}, 1, true, 4, VERDICT_BENIGN},
		{{L, L}, 2, true, 8, VERDICT_UNKNOWN},
		{{M}, 1, true, 15, VERDICT_UNKNOWN},
		{{H}, 1, true, 40, VERDICT_SUSPICIOUS},
		{{M, H}, 2, true, 49, VERDICT_SUSPICIOUS},
		{{H, H, H}, 3, false, 78, VERDICT_MALICIOUS},
		{{C}, 1, true, 70, VERDICT_MALICIOUS},
		{{C, C, C, H, H}, 5, true, 99, VERDICT_MALICIOUS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_arena struct arena *arena = arena_new(0);
		struct verdict ret =
			verdict(rows[i].levels, rows[i].count, rows[i].is_healthy, arena);
		assert_int_equal(ret.score, rows[i].score);
		assert_int_equal(ret.level, rows[i].level);
		for (size_t k = 1; k < ret.reasons.count; k++)
			assert_true(ret.reasons.data[k - 1].score >= ret.reasons.data[k].score);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(levels_add_up_as_documented)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
