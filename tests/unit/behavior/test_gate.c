/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "behavior/gate.h"
#include "behavior/rules.h"

/* Rule i of a set, as a candidate for the path or not. */
static bool is_candidate(const char *const *detections, size_t count, size_t wanted,
			 const char *path, size_t *always)
{
	cleanup_rules struct rules *rules = rules_new();
	const struct analysis_facts facts = {.package_files = span_empty()};
	const struct event event = {.type = EVENT_KIND_FILE_CREATE, .path = path};
	struct candidates candidates = {0};
	struct values *values = values_new();
	const uint32_t *indices;
	struct gate gate;
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		char text[1024];
		snprintf(text, sizeof(text),
			 "title: t%zu\nlogsource: {category: file_event}\ndetection: %s\n", i,
			 detections[i]);
		struct error *err = rules_add(rules, "t", span_text(text));
		if (err)
			fail_msg("%s", error_message(err));
	}
	size_t n = rules_of_view(rules, VIEW_FILE_EVENT, &indices);
	gate_init(&gate, rules_at(rules, 0), indices, n);
	candidates.seen = xcalloc(count, sizeof(uint32_t));
	struct values_source source = {.view = VIEW_FILE_EVENT, .event = &event, .facts = &facts};
	values_begin(values, &source);
	gate_find(&gate, values, &candidates);
	vec_foreach(&candidates.rules, rule)
		found |= *rule == wanted;
	*always = gate.always.count;
	gate_deinit(&gate);
	values_free(values);
	free(candidates.seen);
	vec_deinit(&candidates.rules);
	return found;
}

static void a_rule_that_can_match_is_always_a_candidate(void **state UNUSED)
{
	static const char *const detections[] = {
		"{s: {TargetFilename: /etc/Passwd}, condition: s}",
		"{s: {TargetFilename|startswith: [/opt/, /srv/]}, condition: s}",
		"{s: {TargetFilename|contains|all: [ab, longer]}, condition: s}",
		"{s: {TargetFilename: '/h?me/*/secret*'}, condition: s}",
		"{s: {TargetFilename|re: '^/x+$'}, condition: s}",
		"{s: {TargetFilename|cased: /UPPER}, condition: s}",
		"{s: {TargetFilename|endswith: .one}, t: {TargetFilename|endswith: .two}, "
		"condition: s or t}",
		"{s: {TargetFilename|endswith: .one}, condition: not s}",
		"{s: [{TargetFilename|endswith: .aaa}, keyword], condition: 1 of them}",
		"{s: {NoSuchField: x}, t: {NoSuchField: null}, condition: s or t}",
		"{s: {TargetFilename|startswith: /var}, t: {TargetFilename|re: x}, condition: s "
		"and t}",
		"{s: {TargetFilename|endswith: '/a'}, condition: s}",
	};
	static const struct {
		size_t rule;
		const char *path;
	} rows[] = {
		{0, "/etc/passwd"}, {0, "/ETC/PASSWD"},     {1, "/srv/x"},  {1, "/opt/"},
		{2, "/ab/longer"},  {3, "/home/u/secrets"}, {4, "/xxx"},    {5, "/UPPER"},
		{6, "/a.one"},      {6, "/a.two"},          {7, "/a.two"},  {8, "/x/keyword/y"},
		{8, "/x.aaa"},      {9, "/anything"},       {10, "/var/x"}, {11, "/a"},
	};
	size_t always;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!is_candidate(detections, ARRAY_SIZE(detections), rows[i].rule, rows[i].path,
				  &always))
			fail_msg("rule %zu is no candidate for %s", rows[i].rule, rows[i].path);
	/* Those without a word: 4, 5, 7, 9, 11. */
	assert_int_equal(always, 5);
}

static void a_rule_whose_words_are_not_there_is_none(void **state UNUSED)
{
	static const char *const detections[] = {
		"{s: {TargetFilename|startswith: [/opt/, /srv/]}, condition: s}",
		"{s: {TargetFilename|endswith: .one, Image|endswith: /sh}, condition: s and not s}",
		"{s: {NoSuchField: x}, condition: s}",
	};
	size_t always;

	for (size_t i = 0; i < ARRAY_SIZE(detections); i++)
		assert_false(is_candidate(detections, ARRAY_SIZE(detections), i, "/home/u/x.txt",
					  &always));
	assert_int_equal(always, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_that_can_match_is_always_a_candidate),
		cmocka_unit_test(a_rule_whose_words_are_not_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
