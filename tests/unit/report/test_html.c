/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "report/html.h"

static void assert_escaped(const char *bytes, size_t size, const char *expected)
{
	cleanup_buffer struct buffer out = {0};

	html_text(&out, span_of(bytes, size));
	assert_string_equal(buffer_text(&out), expected);
}

static void markup_becomes_references(void **state UNUSED)
{
	static const char text[] = "<a href='x' id=\"y\">`&";

	assert_escaped(text, sizeof(text) - 1,
		       "&lt;a href&#61;&#39;x&#39; id&#61;&quot;y&quot;&gt;&#96;&amp;");
}

static void controls_become_visible(void **state UNUSED)
{
	assert_escaped("a\x1b[31m\n\t\r\0z\x7f", 12, "a\\x1b[31m\\n\\t\\x0d\\x00z\\x7f");
	assert_escaped("\xe2\x80\xae", 3, "\\u202e");
	assert_escaped("\xc2\x9b", 2, "\\u009b");
}

static void bytes_that_are_no_text_become_visible(void **state UNUSED)
{
	assert_escaped("\xff\xe4\xb8", 3, "\\xff\\xe4\\xb8");
	assert_escaped("\xc0\xbc\xed\xa0\x80", 5, "\\xc0\\xbc\\xed\\xa0\\x80");
}

static void other_languages_stay(void **state UNUSED)
{
	assert_escaped("样本 µ", strlen("样本 µ"), "样本 µ");
}

static void elements_nest(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct html html;

	html_init(&html, &out);
	html_begin(&html, "div", "a\"b");
	html_attr(&html, "id", NULL);
	html_open(&html, "input");
	html_attr_u64(&html, "value", 7);
	html_close(&html);
	html_element(&html, "b", NULL, "1<2");
	html_close(&html);
	assert_string_equal(buffer_text(&out), "<div class=\"a&quot;b\"><input value=\"7\">"
					       "<b>1&lt;2</b></div>");
}

static void a_stylesheet_cannot_end_its_element(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct html html;

	html_init(&html, &out);
	html_open(&html, "style");
	html_put_style(&html, "a{}</style><b>");
	html_close(&html);
	assert_string_equal(buffer_text(&out), "<style>a{}style><b></style>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_becomes_references),
		cmocka_unit_test(controls_become_visible),
		cmocka_unit_test(bytes_that_are_no_text_become_visible),
		cmocka_unit_test(other_languages_stay),
		cmocka_unit_test(elements_nest),
		cmocka_unit_test(a_stylesheet_cannot_end_its_element),
	};
	return cmocka_run_group_tests_name("report/html", tests, NULL, NULL);
}
