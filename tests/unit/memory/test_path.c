/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "memory/path.h"
#include "small_kernel.h"

static uint8_t memory[SMALL_SIZE];

static uint64_t new_dentry(struct small_kernel *small, const char *name, uint64_t parent)
{
	const struct layout *layout = &small->kernel.layout;
	uint64_t dentry = small_alloc(small, 512), text = small_alloc(small, 64);

	small_text(small, text, name);
	small_set(small, dentry, layout->dentry_d_name_name, text);
	small_set(small, dentry, layout->dentry_d_name_len, strlen(name));
	small_set(small, dentry, layout->dentry_d_parent, parent ? parent : dentry);
	return dentry;
}

/* A mount of the tree below `root`, at `point` of the mount `above`; its vfsmount. */
static uint64_t new_mount(struct small_kernel *small, uint64_t root, uint64_t above, uint64_t point)
{
	const struct layout *layout = &small->kernel.layout;
	uint64_t mount = small_alloc(small, 1024);
	uint64_t vfsmount = mount + layout->mount_mnt.offset;

	/* The members of a vfsmount lie inside those of the mount here. */
	small_set(small, mount, layout->mount_mnt_parent,
		  above ? above - layout->mount_mnt.offset : mount);
	small_set(small, mount, layout->mount_mnt_mountpoint, point);
	small_put(small, vfsmount + layout->vfsmount_mnt_root.offset, root);
	return vfsmount;
}

static void a_path_goes_through_mounts(void **state UNUSED)
{
	struct small_kernel small;

	memset(memory, 0, sizeof(memory));
	small_open(&small, memory, sizeof(memory));
	uint64_t root = new_dentry(&small, "/", 0), tmp = new_dentry(&small, "tmp", root);
	uint64_t inner = new_dentry(&small, "/", 0), hidden = new_dentry(&small, ".x", inner);
	uint64_t file = new_dentry(&small, "dropper", hidden);
	uint64_t first = new_mount(&small, root, 0, 0);
	uint64_t second = new_mount(&small, inner, first, tmp);
	assert_string_equal(path_of(&small.kernel, second, file), "/tmp/.x/dropper");
	assert_string_equal(path_of(&small.kernel, first, root), "/");
	assert_null(path_of(&small.kernel, first, 0));
	small_close(&small);
}

static void a_memfd_has_a_name_but_no_folder(void **state UNUSED)
{
	struct small_kernel small;

	memset(memory, 0, sizeof(memory));
	small_open(&small, memory, sizeof(memory));
	uint64_t root = new_dentry(&small, "/", 0), alone = new_dentry(&small, "memfd:x", 0);
	uint64_t mount = new_mount(&small, root, 0, 0);
	assert_string_equal(path_of(&small.kernel, mount, alone), "/memfd:x");
	small_close(&small);
}

static void parents_in_a_circle_end(void **state UNUSED)
{
	struct small_kernel small;

	memset(memory, 0, sizeof(memory));
	small_open(&small, memory, sizeof(memory));
	uint64_t one = new_dentry(&small, "a", 0), other = new_dentry(&small, "b", one);
	small_set(&small, one, small.kernel.layout.dentry_d_parent, other);
	uint64_t mount = new_mount(&small, 0, 0, 0);
	char *path = path_of(&small.kernel, mount, one);
	assert_non_null(path);
	assert_true(path && strlen(path) <= PATH_SIZE_MAX);
	small_close(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_goes_through_mounts),
		cmocka_unit_test(a_memfd_has_a_name_but_no_folder),
		cmocka_unit_test(parents_in_a_circle_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
