/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vm/package_lock.h"

static struct error *load(struct package_list *list, const char *text)
{
	char path[] = "/tmp/habo-lock-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	assert_true(fd >= 0);
	close(fd);
	assert_null(file_write(path, text, strlen(text), 0600));
	struct error *err = package_list_load(list, path);
	unlink(path);
	return err;
}

static void comments_and_empty_lines_are_left_out(void **state)
{
	cleanup_package_list struct package_list list = {0};

	(void)state;
	assert_null(load(&list, "# a b c\n\nbash amd64 5.2\n"));
	assert_int_equal(list.entries.count, 1);
	assert_string_equal(list.entries.data[0].version, "5.2");
}

static void a_line_of_two_or_four_words_is_refused(void **state)
{
	static const char *const texts[] = {"bash amd64\n", "bash amd64 5 6\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		cleanup_package_list struct package_list list = {0};
		struct error *err = load(&list, texts[i]);
		assert_non_null(err);
		assert_int_equal(error_code(err), ERROR_FORMAT);
		error_free(err);
	}
}

static void equal_lists_show_no_difference(void **state)
{
	cleanup_package_list struct package_list a = {0}, b = {0};
	cleanup_buffer struct buffer text = {0};

	(void)state;
	assert_null(load(&a, "bash amd64 5.2\nlibc6 amd64 2.36\nlibc6 i386 2.36\n"));
	assert_null(load(&b, "libc6 i386 2.36\nbash amd64 5.2\nlibc6 amd64 2.36\n"));
	assert_int_equal(package_list_compare(&a, &b, &text), 0);
	assert_string_equal(buffer_text(&text), "");
}

static void what_moved_came_and_went_is_said(void **state)
{
	cleanup_package_list struct package_list locked = {0}, got = {0};
	cleanup_buffer struct buffer text = {0};

	(void)state;
	assert_null(load(&locked, "bash amd64 5.2\ncron amd64 3.0\nlibc6 i386 2.36\n"));
	assert_null(load(&got, "bash amd64 5.3\nlibc6 i386 2.36\nnano amd64 7\n"));
	assert_int_equal(package_list_compare(&locked, &got, &text), 3);
	assert_string_equal(buffer_text(&text),
			    "  bash:amd64 5.2 -> 5.3\n  cron:amd64 3.0 -> gone\n"
			    "  nano:amd64 new: 7\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_empty_lines_are_left_out),
		cmocka_unit_test(a_line_of_two_or_four_words_is_refused),
		cmocka_unit_test(equal_lists_show_no_difference),
		cmocka_unit_test(what_moved_came_and_went_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
