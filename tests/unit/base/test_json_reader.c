/* SPDX-License-Identifier: MIT */
#include "base/json_reader.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/macro.h"
#include "unit/cmocka.h"
#include "unit/guard.h"

static struct json_document *parse(const char *text)
{
	struct json_document *document = NULL;
	struct error *err = json_document_parse(span_text(text), 1 << 20, &document);

	if (err)
		fail_msg("%s", error_message(err));
	return document;
}

static void a_path_is_walked_without_checks(void **state UNUSED)
{
	cleanup_json struct json_document *document =
		parse("{\"a\": [1, {\"b\": \"text\"}], \"t\": true, \"d\": 1.5, \"n\": null}");
	const struct json_value *root = json_root(document);
	int64_t integer;
	double real;
	bool truth = false;

	assert_string_equal(json_get_text(json_get(json_at(json_get(root, "a"), 1), "b"), NULL),
			    "text");
	assert_null(json_get_text(json_get(json_at(json_get(root, "x"), 1), "b"), NULL));
	assert_true(json_get_i64(json_at(json_get(root, "a"), 0), &integer));
	assert_int_equal(integer, 1);
	assert_false(json_get_i64(json_get(root, "d"), &integer));
	assert_true(json_get_double(json_get(root, "d"), &real));
	assert_true(real > 1.4 && real < 1.6);
	assert_true(json_get_bool(json_get(root, "t"), &truth));
	assert_true(truth);
	assert_false(json_get_bool(json_get(root, "d"), &truth));
	assert_int_equal(json_kind(json_get(root, "n")), JSON_KIND_NULL);
	assert_int_equal(json_kind(NULL), JSON_KIND_NULL);
	assert_int_equal(json_size(json_get(root, "a")), 2);
	assert_int_equal(json_size(json_get(root, "d")), 0);
}

static void members_come_in_file_order(void **state UNUSED)
{
	cleanup_json struct json_document *document = parse("{\"z\": 1, \"a\": 2}");
	const char *key;

	assert_non_null(json_member(json_root(document), 0, &key));
	assert_string_equal(key, "z");
	assert_non_null(json_member(json_root(document), 1, &key));
	assert_string_equal(key, "a");
	assert_null(json_member(json_root(document), 2, &key));
	assert_null(json_member(NULL, 0, &key));
}

static void text_may_hold_nul_bytes(void **state UNUSED)
{
	cleanup_json struct json_document *document = parse("\"a\\u0000b\"");
	size_t size;

	assert_memory_equal(json_get_text(json_root(document), &size), "a\0b", 3);
	assert_int_equal(size, 3);
}

static void what_is_no_json_is_refused_with_its_line(void **state UNUSED)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "line"},
		{"{\n\"a\": }", "line 2"},
		{"{\"a\": 1, \"a\": 2}", "duplicate"},
		{"[1] 2", "line 1"},
		{"\"\xff\"", "byte 0xff"},
		{"[1e999999]", "line 1"},
		{"[99999999999999999999]", "line 1"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct json_document *document = NULL;
		cleanup_error struct error *err =
			json_document_parse(span_text(rows[i].text), 1 << 20, &document);
		assert_non_null(err);
		assert_null(document);
		assert_int_equal(error_code(err), ERROR_FORMAT);
		if (!strstr(error_message(err), rows[i].message))
			fail_msg("row %zu: %s", i, error_message(err));
	}
}

static void size_and_depth_have_ceilings(void **state UNUSED)
{
	cleanup_buffer struct buffer deep = {0};
	struct json_document *document = NULL;

	cleanup_error struct error *large = json_document_parse(span_text("[1, 2]"), 5, &document);
	assert_int_equal(error_code(large), ERROR_LIMIT);
	for (int i = 0; i < 100000; i++)
		buffer_append_char(&deep, '[');
	cleanup_error struct error *err =
		json_document_parse(buffer_span(&deep), 1 << 20, &document);
	assert_int_equal(error_code(err), ERROR_FORMAT);
}

static void every_truncation_is_refused(void **state UNUSED)
{
	static const char text[] = "{\"a\": [1, \"x\\u00e9\", false], \"b\": -1.5e3}";

	for (size_t size = 0; size < sizeof(text) - 1; size++) {
		cleanup_guard struct guarded bytes = guard_copy(text, size);
		struct json_document *document = NULL;
		cleanup_error struct error *err =
			json_document_parse(guard_span(&bytes), 1 << 20, &document);
		assert_non_null(err);
	}
}

static void a_missing_file_is_named(void **state UNUSED)
{
	struct json_document *document = NULL;
	cleanup_error struct error *err = json_document_load("/nonexistent/x", 100, &document);

	assert_int_equal(error_code(err), ERROR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_walked_without_checks),
		cmocka_unit_test(members_come_in_file_order),
		cmocka_unit_test(text_may_hold_nul_bytes),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_line),
		cmocka_unit_test(size_and_depth_have_ceilings),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(a_missing_file_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
