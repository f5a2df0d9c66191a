/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/text.h"
#include "report/words.h"

static const char *const keys[] = {
#define WORD(id, english, chinese)
#define NAME(key, english, chinese) key,
#include "report/words.def"
#undef WORD
#undef NAME
};

static void names_are_sorted(void **state UNUSED)
{
	for (size_t i = 1; i < ARRAY_SIZE(keys); i++)
		if (strcmp(keys[i - 1], keys[i]) >= 0)
			fail_msg("'%s' must stand before '%s'", keys[i], keys[i - 1]);
}

static void every_sentence_is_there_in_both_languages(void **state UNUSED)
{
	static const struct word words[] = {
#define WORD(id, english, chinese) {{english, chinese}},
#define NAME(key, english, chinese)
#include "report/words.def"
#undef WORD
#undef NAME
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (size_t language = 0; language < 2; language++) {
			const char *text = words[i].text[language];
			assert_true(strlen(text) > 0);
			assert_true(utf8_valid(span_text(text)));
			/* Both have the same places to fill. */
			assert_int_equal(!strstr(text, "{1}"), !strstr(words[i].text[0], "{1}"));
			assert_int_equal(!strstr(text, "{2}"), !strstr(words[i].text[0], "{2}"));
		}
}

static const struct field *field_named(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->field_count; i++)
		if (strcmp(record->fields[i].name, name) == 0)
			return &record->fields[i];
	fail_msg("%s has no field %s", record->name, name);
	return NULL;
}

static void a_field_of_one_record_comes_before_the_same_name_elsewhere(void **state UNUSED)
{
	char scratch[WORD_SCRATCH];
	struct word word;

	assert_true(
		word_of_field(&record_sample, field_named(&record_sample, "user"), scratch, &word));
	assert_string_equal(word.text[REPORT_CHINESE], "运行用户");
	assert_true(word_of_value(&values_severity, SEVERITY_HIGH, scratch, &word));
	assert_string_equal(word.text[REPORT_CHINESE], "高");
}

static void an_unknown_name_is_shown_as_it_is(void **state UNUSED)
{
	char scratch[WORD_SCRATCH];
	struct word word;
	const struct record record = {.name = "r"};
	const struct field field = {.name = "not_in_the_list"};

	assert_false(word_of_field(&record, &field, scratch, &word));
	assert_string_equal(word.text[REPORT_ENGLISH], "not in the list");
	assert_false(word_of_value(&values_severity, 99, scratch, &word));
	assert_string_equal(word.text[REPORT_CHINESE], "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_sorted),
		cmocka_unit_test(every_sentence_is_there_in_both_languages),
		cmocka_unit_test(a_field_of_one_record_comes_before_the_same_name_elsewhere),
		cmocka_unit_test(an_unknown_name_is_shown_as_it_is),
	};
	return cmocka_run_group_tests_name("report/words", tests, NULL, NULL);
}
