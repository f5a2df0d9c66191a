/* SPDX-License-Identifier: MIT */
#include "memory/path.h"

#include <inttypes.h>

/* A path is put together from its end. */
struct path_builder {
	char text[PATH_SIZE_MAX];
	size_t start;
};

static bool prepend(struct path_builder *builder, const char *name, size_t size)
{
	if (size + 1 > builder->start)
		return false;
	builder->start -= size;
	memcpy(builder->text + builder->start, name, size);
	builder->text[--builder->start] = '/';
	return true;
}

static bool prepend_dentry(struct kernel *kernel, struct path_builder *builder, uint64_t dentry)
{
	const struct layout *layout = &kernel->layout;
	char name[256] = {0};
	uint64_t size = kernel_get(kernel, dentry, layout->dentry_d_name_len);

	if (size == 0 || size >= sizeof(name) ||
	    !kernel_read(kernel, kernel_get(kernel, dentry, layout->dentry_d_name_name), name,
			 (size_t)size))
		return false;
	return prepend(builder, name, strnlen(name, (size_t)size));
}

char *path_of(struct kernel *kernel, uint64_t vfsmount, uint64_t dentry)
{
	const struct layout *layout = &kernel->layout;
	struct path_builder builder = {.start = PATH_SIZE_MAX - 1};
	uint64_t mount = vfsmount - layout->mount_mnt.offset;

	if (!kernel_is_address(kernel, dentry) || !layout->dentry_d_parent.found)
		return NULL;
	for (unsigned depth = 0; depth < PATH_DEPTH_MAX; depth++) {
		uint64_t parent = kernel_get(kernel, dentry, layout->dentry_d_parent);
		uint64_t root = kernel_get(kernel, mount + layout->mount_mnt.offset,
					   layout->vfsmount_mnt_root);
		if (dentry == root) {
			uint64_t above = kernel_get(kernel, mount, layout->mount_mnt_parent);
			if (above == mount || !kernel_is_address(kernel, above))
				break;
			dentry = kernel_get(kernel, mount, layout->mount_mnt_mountpoint);
			mount = above;
			continue;
		}
		if (!prepend_dentry(kernel, &builder, dentry) || parent == dentry || parent == 0)
			break;
		dentry = parent;
	}
	size_t size = PATH_SIZE_MAX - 1 - builder.start;
	if (size == 0)
		return arena_strdup(kernel->arena, "/");
	return arena_strndup(kernel->arena, builder.text + builder.start, size);
}

/* Files that have no path but a name that their file system makes up. */
static char *made_up_name(struct kernel *kernel, const struct file_facts *facts)
{
	enum { PIPES = 0x50495045, SOCKETS = 0x534f434b, ANONYMOUS = 0x09041934 };
	uint64_t system = kernel_get(kernel, facts->inode, kernel->layout.inode_i_sb);

	switch (kernel_get(kernel, system, kernel->layout.super_block_s_magic)) {
	case PIPES:
		return arena_printf(kernel->arena, "pipe:[%" PRIu64 "]", facts->number);
	case SOCKETS:
		return arena_printf(kernel->arena, "socket:[%" PRIu64 "]", facts->number);
	case ANONYMOUS:
		return arena_printf(kernel->arena, "anon_inode:%s",
				    facts->path && facts->path[0] ? facts->path + 1 : "");
	default:
		return facts->path;
	}
}

bool path_file(struct kernel *kernel, uint64_t file, struct file_facts *ret)
{
	const struct layout *layout = &kernel->layout;
	struct file_facts facts = {0};

	if (!kernel_is_address(kernel, file))
		return false;
	uint64_t dentry = kernel_get(kernel, file, layout->file_f_path_dentry);
	facts.path = path_of(kernel, kernel_get(kernel, file, layout->file_f_path_mnt), dentry);
	facts.inode = kernel_get(kernel, file, layout->file_f_inode);
	if (!facts.path && !facts.inode)
		return false;
	facts.number = kernel_get(kernel, facts.inode, layout->inode_i_ino);
	facts.links = kernel_get(kernel, facts.inode, layout->inode_i_nlink);
	facts.mode = kernel_get(kernel, facts.inode, layout->inode_i_mode);
	facts.size = kernel_get(kernel, facts.inode, layout->inode_i_size);
	facts.is_deleted = layout->inode_i_nlink.found && facts.links == 0;
	facts.is_memfd = facts.path && strncmp(facts.path, "/memfd:", 7) == 0 &&
			 kernel_get(kernel, dentry, layout->dentry_d_parent) == dentry;
	facts.path = made_up_name(kernel, &facts);
	*ret = facts;
	return true;
}
