/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "behavior/pattern.h"

/* Whether "field|modifiers: text" matches the value; the modifiers as a rule writes them. */
static bool matches(const char *modifiers, const char *text, const char *value)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct pattern_limits *limits = pattern_limits_new();
	struct pattern patterns[PATTERN_VARIANTS_MAX];
	struct modifiers parsed;
	struct yaml_node node = {.kind = YAML_SCALAR, .text = text, .is_quoted = true};
	cleanup_free char *lower = xstrdup(value);
	size_t count;
	bool found = false;

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	struct value both = {.text = span_text(value), .lower = span_text(lower)};
	assert_null(modifiers_parse(modifiers, &parsed));
	assert_null(pattern_compile(&node, &parsed, arena, patterns, &count));
	for (size_t i = 0; i < count; i++) {
		found |= pattern_match(&patterns[i], &both, limits);
		pattern_deinit(&patterns[i]);
	}
	pattern_limits_free(limits);
	return found;
}

static void values_compare_as_sigma_wants(void **state UNUSED)
{
	static const struct {
		const char *modifiers, *text, *value;
		bool matches;
	} rows[] = {
		{"", "/bin/sh", "/bin/sh", true},
		{"", "/bin/sh", "/bin/SH", true},
		{"", "/BIN/sh", "/bin/sh", true},
		{"", "/bin/sh", "/bin/sh2", false},
		{"cased", "/bin/sh", "/bin/SH", false},
		{"contains", "tmp", "/tmp/x", true},
		{"contains|cased", "TMP", "/tmp/x", false},
		{"startswith", "/tmp/", "/tmp/x", true},
		{"startswith", "/tmp/", "x/tmp/", false},
		{"endswith", "/sh", "/bin/sh", true},
		{"endswith", "/bin/shell", "shell", false},
		{"", "*/sh", "/usr/bin/sh", true},
		{"", "/h*/.ssh/*", "/home/u/.ssh/id", true},
		{"", "/h*/.ssh/*", "/home/u/ssh/id", false},
		{"", "a?c", "abc", true},
		{"", "a?c", "ac", false},
		{"", "a?c", "abcd", false},
		{"", "a*b*c", "a-b-b-c", true},
		{"", "a*b*c", "a-b-b-d", false},
		{"endswith", "/x?", "/a/xy", true},
		{"endswith", "/x?", "/xy/z", false},
		{"startswith", "a?c", "abcd", true},
		{"contains", "a*c", "xxabbcxx", true},
		{"contains", "a*c", "xxabbxx", false},
		{"", "a\\*c", "a*c", true},
		{"", "a\\*c", "abc", false},
		{"", "a\\\\*", "a\\bc", true},
		{"", "C:\\temp", "c:\\temp", true},
		{"", "", "", true},
		{"", "", "x", false},
		{"contains", "", "x", true},
		{"re", "^/tmp/[a-z]+$", "/tmp/abc", true},
		{"re", "^/TMP", "/tmp/abc", false},
		{"re|i", "^/TMP", "/tmp/abc", true},
		{"re", "\\s-O\\s", "wget -O x", true},
		{"cidr", "10.0.0.0/8", "10.1.2.3", true},
		{"cidr", "10.0.0.0/8", "11.1.2.3", false},
		{"cidr", "0.0.0.0/0", "11.1.2.3", true},
		{"cidr", "fe80::/10", "fe80::1", true},
		{"cidr", "fe80::/10", "10.1.2.3", false},
		{"cidr", "192.0.2.0/25", "192.0.2.128", false},
		{"gt", "1024", "1025", true},
		{"gt", "1024", "1024", false},
		{"gte", "1024", "1024", true},
		{"lt", "10", "9", true},
		{"lte", "10", "11", false},
		{"gt", "0", "many", false},
		{"base64", "foo", "Zm9v", true},
		{"base64offset|contains", "/bin/bash", "L2Jpbi9iYXNo", true},
		{"base64offset|contains", "/bin/bash", "aa9iaW4vYmFzaA", true},
		{"base64offset|contains", "/bin/bash", "L2Jpbi9iYXN", false},
		{"wide|base64offset|contains", "ping", "cABpAG4AZw", true},
		{"windash|contains", " -f", "rm /f", true},
		{"windash|contains", " -f", "rm -f", true},
		{"windash|contains", " -f", "rm f", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (matches(rows[i].modifiers, rows[i].text, rows[i].value) != rows[i].matches)
			fail_msg("|%s: '%s' on '%s' is not %d", rows[i].modifiers, rows[i].text,
				 rows[i].value, rows[i].matches);
}

static void what_cannot_be_compiled_says_why(void **state UNUSED)
{
	static const struct {
		const char *modifiers, *text, *message;
	} rows[] = {
		{"expand", "%x%", "expand"},           {"sounds_like", "x", "no modifier"},
		{"contains|re", "x", "does not go"},   {"re", "(", "regular expression"},
		{"cidr", "10.0.0.0/33", "no network"}, {"cidr", "host", "no network"},
		{"gt", "many", "no number"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_arena struct arena *arena = arena_new(0);
		struct pattern patterns[PATTERN_VARIANTS_MAX];
		struct modifiers modifiers;
		size_t count;
		struct yaml_node node = {.kind = YAML_SCALAR, .text = rows[i].text};
		cleanup_error struct error *err = modifiers_parse(rows[i].modifiers, &modifiers);
		if (!err)
			err = pattern_compile(&node, &modifiers, arena, patterns, &count);
		assert_non_null(err);
		assert_non_null(strstr(error_message(err), rows[i].message));
	}
}

/* (a+)+$ on a long row of a's and a b takes 2^n steps without a limit. */
static void a_dear_expression_is_given_up(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct pattern_limits *limits = pattern_limits_new();
	struct pattern pattern;
	struct modifiers modifiers;
	size_t count;
	char text[64];

	memset(text, 'a', sizeof(text));
	text[63] = 'b';
	struct yaml_node node = {.kind = YAML_SCALAR, .text = "^(a|aa)+$"};
	struct value value = {.text = span_of(text, sizeof(text)),
			      .lower = span_of(text, sizeof(text))};
	assert_null(modifiers_parse("re", &modifiers));
	assert_null(pattern_compile(&node, &modifiers, arena, &pattern, &count));
	assert_false(pattern_match(&pattern, &value, limits));
	assert_int_equal(pattern_limits_hit(limits), 1);
	pattern_deinit(&pattern);
	pattern_limits_free(limits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_compare_as_sigma_wants),
		cmocka_unit_test(what_cannot_be_compiled_says_why),
		cmocka_unit_test(a_dear_expression_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
