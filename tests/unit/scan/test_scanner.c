/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/scanner.h"

struct folder {
	char path[32];
};

static struct folder folder_make(void)
{
	struct folder folder = {"/tmp/habo-scan-XXXXXX"};

	assert_non_null(mkdtemp(folder.path));
	return folder;
}

static void folder_put(const struct folder *folder, const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", folder->path, name);

	assert_null(file_write(path, text, strlen(text), 0600));
}

static struct scanner *compile(const struct folder *folder)
{
	const char *paths[] = {folder->path};
	struct scanner *scanner;

	assert_null(scanner_new(paths, 1, &scanner));
	return scanner;
}

static void finish(struct scanner *scanner, const struct folder *folder)
{
	scanner_free(scanner);
	assert_null(file_remove_tree(folder->path));
}

static void a_match_has_tags_meta_and_bytes(void **state UNUSED)
{
	struct folder folder = folder_make();
	cleanup_arena struct arena *arena = arena_new(0);
	struct scan_result result;

	folder_put(&folder, "a.yar",
		   "rule found : red blue { meta: author = \"me\" score = 7 is_old = true\n"
		   "strings: $x = \"needle\" condition: $x }\n"
		   "rule missed { condition: filesize == 3 }");
	struct scanner *scanner = compile(&folder);
	assert_int_equal(scanner_rule_count(scanner), 2);
	assert_null(
		scanner_scan(scanner, span_text("a needle, a needle"), NULL, 1000, arena, &result));
	assert_true(result.is_complete);
	assert_int_equal(result.match_count, 1);
	const struct scan_match *match = &result.matches[0];
	assert_string_equal(match->rule, "found");
	assert_string_equal(match->space, "a.yar");
	assert_int_equal(match->tag_count, 2);
	assert_string_equal(match->tags[1], "blue");
	assert_int_equal(match->meta_count, 3);
	assert_string_equal(match->meta[1].value, "7");
	assert_string_equal(match->meta[2].value, "true");
	assert_int_equal(match->string_total, 2);
	assert_int_equal(match->strings[1].offset, 12);
	assert_true(span_equal_text(match->strings[1].bytes, "needle"));
	finish(scanner, &folder);
}

static void a_broken_file_is_reported_and_the_others_are_used(void **state UNUSED)
{
	struct folder folder = folder_make();
	cleanup_arena struct arena *arena = arena_new(0);
	struct scan_result result;
	size_t count;

	folder_put(&folder, "bad.yar", "rule a {\ncondition: nonsense }");
	folder_put(&folder, "good.yara", "rule a { condition: true }");
	folder_put(&folder, "include.yar", "include \"/etc/passwd\"");
	folder_put(&folder, "notes.txt", "rule");
	struct scanner *scanner = compile(&folder);
	const struct scan_problem *problems = scanner_problems(scanner, &count);
	assert_int_equal(count, 2);
	assert_string_equal(problems[0].file, "bad.yar");
	assert_int_equal(problems[0].line, 2);
	assert_string_equal(problems[1].file, "include.yar");
	assert_null(scanner_scan(scanner, span_text("x"), NULL, 1000, arena, &result));
	assert_int_equal(result.match_count, 1);
	finish(scanner, &folder);
}

static void equal_names_of_two_files_do_not_collide(void **state UNUSED)
{
	struct folder folder = folder_make();
	cleanup_arena struct arena *arena = arena_new(0);
	struct scan_result result;

	folder_put(&folder, "a.yar", "rule same { condition: true }");
	folder_put(&folder, "b.yar", "rule same { condition: filename == \"n.sh\" }");
	struct scanner *scanner = compile(&folder);
	assert_null(scanner_scan(scanner, span_text("x"), "n.sh", 1000, arena, &result));
	assert_int_equal(result.match_count, 2);
	finish(scanner, &folder);
}

static void a_rule_that_takes_too_long_is_cut(void **state UNUSED)
{
	struct folder folder = folder_make();
	cleanup_arena struct arena *arena = arena_new(0);
	struct scan_result result;

	folder_put(&folder, "slow.yar",
		   "rule slow { condition: for all i in (0..100000000) : (uint8(i % 4) != 7) }");
	struct scanner *scanner = compile(&folder);
	assert_null(scanner_scan(scanner, span_text("abcd"), NULL, 1, arena, &result));
	assert_false(result.is_complete);
	assert_string_equal(result.problem, "the time limit was reached");
	finish(scanner, &folder);
}

static void a_folder_that_is_not_there_is_an_error(void **state UNUSED)
{
	const char *paths[] = {"/nonexistent/rules"};
	struct scanner *scanner = NULL;
	cleanup_error struct error *err = scanner_new(paths, 1, &scanner);

	assert_non_null(err);
	assert_int_equal(error_code(err), ERROR_NOT_FOUND);
}

static void an_empty_folder_finds_nothing(void **state UNUSED)
{
	struct folder folder = folder_make();
	cleanup_arena struct arena *arena = arena_new(0);
	struct scan_result result;
	struct scanner *scanner = compile(&folder);

	assert_int_equal(scanner_rule_count(scanner), 0);
	assert_null(scanner_scan(scanner, span_empty(), NULL, 1000, arena, &result));
	assert_true(result.is_complete);
	assert_int_equal(result.match_count, 0);
	finish(scanner, &folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_match_has_tags_meta_and_bytes),
		cmocka_unit_test(a_broken_file_is_reported_and_the_others_are_used),
		cmocka_unit_test(equal_names_of_two_files_do_not_collide),
		cmocka_unit_test(a_rule_that_takes_too_long_is_cut),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
		cmocka_unit_test(an_empty_folder_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
