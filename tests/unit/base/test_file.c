/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "unit/cmocka.h"

static char folder[64];

static int make_folder(void **state UNUSED)
{
	snprintf(folder, sizeof(folder), "/tmp/habo-file-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state UNUSED)
{
	cleanup_error struct error *err = file_remove_tree(folder);

	return err ? -1 : 0;
}

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void a_file_reads_back_as_written(void **state UNUSED)
{
	cleanup_free char *path = in_folder("a");
	cleanup_free char *bytes = NULL;
	struct stat status;
	size_t size;

	assert_null(file_write(path, "a\0b", 3, 0640));
	assert_null(file_read(path, 3, &bytes, &size));
	assert_int_equal(size, 3);
	assert_memory_equal(bytes, "a\0b", 4);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
}

static void writing_replaces_and_leaves_no_other_file(void **state UNUSED)
{
	cleanup_free char *path = in_folder("a");
	cleanup_free char *text = NULL;

	assert_null(file_write(path, "first", 5, 0600));
	assert_null(file_write(path, "2", 1, 0600));
	assert_null(file_read(path, 100, &text, NULL));
	assert_string_equal(text, "2");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
}

static void a_file_over_the_limit_is_refused(void **state UNUSED)
{
	cleanup_free char *path = in_folder("a");
	cleanup_free char *text = NULL;

	assert_null(file_write(path, "12345", 5, 0600));
	cleanup_error struct error *err = file_read(path, 4, &text, NULL);
	assert_non_null(err);
	assert_int_equal(error_code(err), ERROR_LIMIT);
	assert_null(text);
	cleanup_error struct error *endless = file_read("/dev/zero", 1 << 16, &text, NULL);
	assert_int_equal(error_code(endless), ERROR_LIMIT);
}

static void a_missing_file_is_named(void **state UNUSED)
{
	cleanup_free char *text = NULL;
	cleanup_error struct error *err = file_read("/nonexistent/x", 4, &text, NULL);

	assert_int_equal(error_code(err), ERROR_NOT_FOUND);
	assert_string_equal(error_message(err), "open '/nonexistent/x': No such file or directory");
}

static void a_descriptor_is_not_inherited(void **state UNUSED)
{
	cleanup_close int fd = -1;

	assert_null(file_open("/dev/null", O_RDONLY, 0, &fd));
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void writing_to_a_full_device_is_an_error(void **state UNUSED)
{
	cleanup_close int fd = -1;

	assert_null(file_open("/dev/full", O_WRONLY, 0, &fd));
	cleanup_error struct error *err = file_write_fd(fd, "x", 1);
	assert_int_equal(error_errnum(err), ENOSPC);
}

static void copying_goes_from_the_offset_to_the_end(void **state UNUSED)
{
	cleanup_free char *path = in_folder("from"), *target = in_folder("to"), *text = NULL;
	cleanup_close int in = -1, out = -1;
	uint64_t size;

	assert_null(file_write(path, "0123456789", 10, 0600));
	assert_null(file_open(path, O_RDONLY, 0, &in));
	assert_null(file_open(target, O_WRONLY | O_CREAT, 0600, &out));
	assert_int_equal(lseek(in, 4, SEEK_SET), 4);
	assert_null(file_copy_fd(in, out, &size));
	assert_int_equal(size, 6);
	assert_null(file_read(target, 100, &text, NULL));
	assert_string_equal(text, "456789");
}

static void folders_are_made_with_their_parents(void **state UNUSED)
{
	cleanup_free char *path = in_folder("x/y/z");

	assert_null(file_make_folders(path, 0700));
	assert_null(file_make_folders(path, 0700));
	assert_true(file_exists(path));
	cleanup_error struct error *err = file_make_folders("/proc/self/nothing/x", 0700);
	assert_non_null(err);
}

static void removing_a_tree_does_not_follow_links(void **state UNUSED)
{
	cleanup_free char *tree = in_folder("tree"), *inner = in_folder("tree/a/b");
	cleanup_free char *kept = in_folder("kept"), *kept_file = in_folder("kept/file");
	cleanup_free char *link = in_folder("tree/link"), *file = in_folder("tree/a/file");

	assert_null(file_make_folders(inner, 0700));
	assert_null(file_make_folders(kept, 0700));
	assert_null(file_write(file, "x", 1, 0400));
	assert_null(file_write(kept_file, "x", 1, 0600));
	assert_int_equal(symlink(kept, link), 0);
	assert_null(file_remove_tree(tree));
	assert_false(file_exists(tree));
	assert_true(file_exists(kept_file));
	assert_null(file_remove_tree(tree));
	assert_int_equal(symlink(kept, tree), 0);
	assert_null(file_remove_tree(tree));
	assert_true(file_exists(kept_file));
}

static void a_mapping_shows_the_file_and_has_a_limit(void **state UNUSED)
{
	cleanup_free char *path = in_folder("map"), *empty = in_folder("empty");
	cleanup_mapping struct mapping mapping = {0}, none = {0}, refused = {0};
	cleanup_close int fd = -1, empty_fd = -1;

	assert_null(file_write(path, "bytes", 5, 0600));
	assert_null(file_write(empty, "", 0, 0600));
	assert_null(file_open(path, O_RDONLY, 0, &fd));
	assert_null(file_open(empty, O_RDONLY, 0, &empty_fd));
	assert_null(mapping_init(&mapping, fd, 5));
	assert_true(span_equal_text(mapping_span(&mapping), "bytes"));
	assert_null(mapping_init(&none, empty_fd, 5));
	assert_int_equal(mapping_span(&none).size, 0);
	cleanup_error struct error *err = mapping_init(&refused, fd, 4);
	assert_int_equal(error_code(err), ERROR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_reads_back_as_written, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(writing_replaces_and_leaves_no_other_file,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_file_over_the_limit_is_refused, make_folder,
						remove_folder),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(a_descriptor_is_not_inherited),
		cmocka_unit_test(writing_to_a_full_device_is_an_error),
		cmocka_unit_test_setup_teardown(copying_goes_from_the_offset_to_the_end,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(folders_are_made_with_their_parents, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(removing_a_tree_does_not_follow_links, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(a_mapping_shows_the_file_and_has_a_limit,
						make_folder, remove_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
