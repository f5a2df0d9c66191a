/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "behavior/rules.h"

#define RULE(id, detection)                                                                        \
	"title: T\nid: " id "\nlogsource:\n  product: linux\n  category: process_creation\n"       \
	"detection:\n" detection

static struct error *add(struct rules *rules, const char *text)
{
	return rules_add(rules, "test.yml", span_text(text));
}

static void a_rule_is_read_with_all_that_it_says(void **state UNUSED)
{
	cleanup_rules struct rules *rules = rules_new();
	static const char text[] =
		"title: Cron\ntitle_zh: 计划任务\nid: abc\nstatus: test\nlevel: high\n"
		"description: Why\ntags: [attack.persistence, attack.t1053.003, cve.2021-1]\n"
		"logsource: {product: linux, category: file_event}\n"
		"detection:\n  selection:\n    TargetFilename|startswith: /etc/cron\n"
		"  condition: selection\n";

	assert_null(rules_add_techniques(
		rules, span_text("# comment\nT1053.003\tCron\texecution,persistence\n")));
	assert_null(add(rules, text));
	assert_int_equal(rules_count(rules), 1);
	const struct rule *rule = rules_at(rules, 0);
	assert_string_equal(rule->title_zh, "计划任务");
	assert_int_equal(rule->level, SEVERITY_HIGH);
	assert_int_equal(rule->tags.count, 3);
	assert_int_equal(rule->attack.count, 1);
	assert_string_equal(rule->attack.data[0].id, "T1053.003");
	assert_string_equal(rule->attack.data[0].name, "Cron");
	assert_int_equal(rule->attack.data[0].tactics.count, 2);
	assert_int_equal(rule->views, VIEW_BIT(VIEW_FILE_EVENT));
	assert_null(rule->unknown_field);
}

static void what_is_no_rule_says_why_and_where(void **state UNUSED)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "empty"},
		{"- a\n- b\n", "no map"},
		{"title: x\n  y: z\n", "line 2"},
		{"title: x\ntitle: y\n", "twice"},
		{"id: x\n", "no title"},
		{"title: x\n", "no logsource"},
		{"title: x\nlogsource: {product: windows}\n", "windows"},
		{"title: x\nlogsource: {product: linux}\n", "no detection"},
		{"title: x\nlevel: awful\n", "no level 'awful'"},
		{"title: x\ncorrelation:\n  type: event_count\n", "correlation"},
		{"action: global\ntitle: x\n", "collections"},
		{RULE("a", "  s:\n    Image: x\n"), "no condition"},
		{RULE("a", "  s:\n    Image: x\n  timeframe: 5m\n  condition: s\n"), "timeframe"},
		{RULE("a", "  s:\n    Image: x\n  condition: s | count() > 5\n"), "aggregations"},
		{RULE("a", "  s:\n    Image|re: '('\n  condition: s\n"), "line 8: Image"},
		{RULE("a", "  s:\n    Image|expand: '%x%'\n  condition: s\n"), "expand"},
		{RULE("a", "  s:\n    Image: []\n  condition: s\n"), "0 values"},
		{RULE("a", "  s:\n    Image: {a: b}\n  condition: s\n"), "is a map"},
		{RULE("a", "  s: &x\n    Image: x\n  t: *x\n  condition: s\n"), "alias"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_rules struct rules *rules = rules_new();
		cleanup_error struct error *err = add(rules, rows[i].text);
		assert_non_null(err);
		if (!strstr(error_message(err), rows[i].message))
			fail_msg("%zu: %s", i, error_message(err));
		assert_non_null(strstr(error_message(err), "test.yml: "));
		assert_int_equal(rules_count(rules), 0);
	}
}

static void a_file_is_taken_whole_or_not_at_all(void **state UNUSED)
{
	cleanup_rules struct rules *rules = rules_new();
	const uint32_t *indices;
	cleanup_error struct error *err =
		add(rules, RULE("a", "  s:\n    Image: x\n  condition: s\n") "---\n" RULE(
				   "b", "  s:\n    Image: x\n  condition: t\n"));

	assert_non_null(err);
	assert_int_equal(rules_count(rules), 0);
	assert_int_equal(rules_of_view(rules, VIEW_PROCESS_CREATION, &indices), 0);
	assert_null(add(rules, RULE("a", "  s:\n    Image: x\n  condition: s\n") "---\n" RULE(
				       "b", "  s:\n    Image: x\n  condition: s\n")));
	assert_int_equal(rules_count(rules), 2);
}

static void an_id_is_there_only_once(void **state UNUSED)
{
	cleanup_rules struct rules *rules = rules_new();

	assert_null(add(rules, RULE("a", "  s:\n    Image: x\n  condition: s\n")));
	cleanup_error struct error *err =
		add(rules, RULE("a", "  s:\n    Image: y\n  condition: s\n"));
	assert_non_null(err);
	assert_int_equal(rules_count(rules), 1);
}

static void every_truncation_of_a_rule_is_read_or_refused(void **state UNUSED)
{
	static const char text[] =
		RULE("a", "  s:\n    - Image|contains|all: ['a', \"b\"]\n      User: root\n"
			  "    - 'keyword'\n  condition: 1 of s and not s\n");

	for (size_t size = 0; size < sizeof(text); size++) {
		cleanup_rules struct rules *rules = rules_new();
		cleanup_error struct error *err = rules_add(rules, "t", span_of(text, size));
		assert_int_equal(rules_count(rules), err ? 0 : 1);
	}
}

static void the_public_linux_rules_load_unmodified(void **state UNUSED)
{
	/* Beside the project, or beside the folder of its work trees. */
	const char *path = SOURCE_ROOT "/../shared/data/sigma";
	cleanup_rules struct rules *rules = NULL;
	cleanup_rule_problems struct rule_problems problems = {0};

	if (!file_exists(path))
		path = SOURCE_ROOT "/../../shared/data/sigma";
	if (!file_exists(path)) {
		print_message("skipped: the rules of SigmaHQ are not beside the source\n");
		skip();
	}
	rules = rules_new();
	assert_null(rules_add_path(rules, path, &problems));
	vec_foreach(&problems.list, problem)
		print_error("%s\n", error_message(problem->err));
	assert_int_equal(problems.list.count, 0);
	assert_true(rules_count(rules) >= 210);
	/* Named twice, read once. */
	size_t count = rules_count(rules);
	assert_null(rules_add_path(rules, path, &problems));
	assert_int_equal(rules_count(rules), count);
	assert_int_equal(problems.list.count, 0);
	size_t with_events = 0;
	for (size_t i = 0; i < rules_count(rules); i++)
		with_events += rules_at(rules, i)->views != 0;
	assert_true(with_events >= 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_is_read_with_all_that_it_says),
		cmocka_unit_test(what_is_no_rule_says_why_and_where),
		cmocka_unit_test(a_file_is_taken_whole_or_not_at_all),
		cmocka_unit_test(an_id_is_there_only_once),
		cmocka_unit_test(every_truncation_of_a_rule_is_read_or_refused),
		cmocka_unit_test(the_public_linux_rules_load_unmodified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
