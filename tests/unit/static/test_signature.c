/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "static/signature.h"
#include "static/static.h"

static void write_as(const char *extension, struct buffer *out, const struct static_report *report)
{
	struct sample sample = {.name = "evil: name\n"};

	for (size_t i = 0; i < signature_format_count; i++) {
		if (strcmp(signature_formats[i].extension, extension) == 0)
			signature_formats[i].write(out, &sample, report);
	}
}

static void names_are_made_harmless(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer out = {0};
	struct static_report report;
	struct static_options options = {0};

	assert_null(static_analyze(span_text("abc"), &options, arena, &report));
	write_as("hdb", &out, &report);
	assert_string_equal(buffer_text(&out),
			    "900150983cd24fb0d6963f7d28e17f72:3:Habo.evil__name_\n");
}

static void an_empty_file_has_no_signature(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer out = {0};
	struct static_report report;
	struct static_options options = {0};

	assert_null(static_analyze(span_empty(), &options, arena, &report));
	write_as("hdb", &out, &report);
	write_as("hsb", &out, &report);
	write_as("mdb", &out, &report);
	assert_int_equal(out.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_made_harmless),
		cmocka_unit_test(an_empty_file_has_no_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
