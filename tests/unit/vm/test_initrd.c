/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "vm/initrd.h"

/* Makes an initrd of small parts in a folder of its own; the caller frees. */
static char *make(char folder[])
{
	static const char *const names[] = {"base", "program", "agent.place", "agent.unit"};

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_free char *path = xasprintf("%s/%s", folder, names[i]);
		assert_null(file_write(path, names[i], i == 0 ? 0 : strlen(names[i]), 0600));
	}
	cleanup_free char *image = xasprintf("%s/base", folder);
	cleanup_free char *agent = xasprintf("%s/program", folder);
	char *path = xasprintf("%s/initrd", folder);
	assert_null(initrd_make(image, agent, folder, path));
	return path;
}

static void cpio_finds_the_agent_in_it(void **state)
{
	char folder[] = "/tmp/habo-initrd-XXXXXX";
	cleanup_free char *path = make(folder);
	const char *const argv[] = {"cpio", "-t", "--quiet", "-F", path, NULL};
	cleanup_free char *listed = NULL;

	(void)state;
	struct error *err = subprocess_run(argv, 4096, &listed);
	error_free(file_remove_tree(folder));
	if (err && error_errnum(err) != 0) {
		error_free(err);
		skip(); /* no cpio here */
	}
	assert_null(err);
	assert_string_equal(listed, "agent\nagent/program\nagent/place\nagent/unit\n");
}

static void the_same_parts_give_the_same_bytes(void **state)
{
	char one[] = "/tmp/habo-initrd-XXXXXX", two[] = "/tmp/habo-initrd-XXXXXX";
	cleanup_free char *first = make(one);
	cleanup_free char *second = make(two);
	cleanup_free char *a = NULL;
	cleanup_free char *b = NULL;
	size_t a_size, b_size;

	(void)state;
	assert_null(file_read(first, 1 << 20, &a, &a_size));
	assert_null(file_read(second, 1 << 20, &b, &b_size));
	assert_int_equal(a_size, b_size);
	assert_memory_equal(a, b, a_size);
	error_free(file_remove_tree(one));
	error_free(file_remove_tree(two));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpio_finds_the_agent_in_it),
		cmocka_unit_test(the_same_parts_give_the_same_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
