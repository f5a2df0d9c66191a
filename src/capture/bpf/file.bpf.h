/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/*
 * Changes of files. What is changed is noted at the security_path_* hook, which knows the mount and
 * the state before; the record is made when the vfs_* function returns, which knows the result.
 * Both see dentries, never the caller's memory.
 */
#include "bpf/task.bpf.h"

/* A change that the current task is making. */
struct operation {
	__u64 type;   /* enum event_type, 0: none */
	__u64 mnt;    /* struct vfsmount */
	__u64 parent; /* rename: the old folder's dentry, which the caller holds */
	struct event_file file;
	char name[EVENT_NAME_MAX]; /* rename: the old name */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct operation);
} operations SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WRITES_MAX);
	__type(key, __u64);
	__type(value, struct writes);
} writes SEC(".maps");

static __always_inline void fill_inode(struct event_file *body, struct inode *inode)
{
	struct inode_key key;

	if (!inode)
		return;
	inode_key_of(inode, &key);
	copy_inode(&body->file, &key);
	body->size = BPF_CORE_READ(inode, i_size);
	body->mode = BPF_CORE_READ(inode, i_mode);
	body->links = BPF_CORE_READ(inode, i_nlink);
	body->uid = BPF_CORE_READ(inode, i_uid.val);
	body->gid = BPF_CORE_READ(inode, i_gid.val);
	body->file_system = BPF_CORE_READ(inode, i_sb, s_magic);
	if (bpf_map_lookup_elem(&planted, &key))
		body->file_flags |= EVENT_FILE_PLANTED;
}

static __always_inline struct operation *operation_start(__u32 type, struct vfsmount *mnt,
							 struct dentry *dentry)
{
	if (!current_recorded())
		return NULL;
	struct operation *operation = bpf_task_storage_get(&operations, bpf_get_current_task_btf(),
							   0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!operation)
		return NULL;
	__builtin_memset(&operation->file, 0, sizeof(operation->file));
	operation->type = type;
	operation->mnt = (__u64)mnt;
	operation->parent = 0;
	if (dentry)
		fill_inode(&operation->file, BPF_CORE_READ(dentry, d_inode));
	return operation;
}

/* The started operation of this type, or NULL: the kernel did it on its own. */
static __always_inline struct operation *operation_take(__u32 type)
{
	struct operation *operation =
		bpf_task_storage_get(&operations, bpf_get_current_task_btf(), 0, 0);

	if (!operation || operation->type != type)
		return NULL;
	operation->type = 0;
	return operation;
}

/* A record of a change with the state before; -1 when there is nothing to record. */
static __always_inline int change_begin(__u32 type, struct operation *operation, int result,
					struct event_file **ret)
{
	if (!current_recorded())
		return -1;
	int key = record_begin(type, EVENT_CLASS_FILE, sizeof(struct event_file));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return -1;
	struct event_file *body = record_body(slot);
	if (operation)
		*body = operation->file;
	body->result = result;
	*ret = body;
	return key;
}

/* The common shape: one dentry, whose state before is in the operation. */
static __always_inline void change_one(__u32 type, struct dentry *dentry, int result, __u64 value,
				       __u64 value2)
{
	struct operation *operation = operation_take(type);
	struct event_file *body;
	int key = change_begin(type, operation, result, &body);

	if (key < 0)
		return;
	body->value = value;
	body->value2 = value2;
	if (!operation || body->file.inode == 0)
		fill_inode(body, BPF_CORE_READ(dentry, d_inode));
	record_path(key, EVENT_TEXT_PATH, operation ? operation->mnt : 0, (__u64)dentry, 0);
	record_end(key);
}

SEC("fentry/security_path_unlink")
int BPF_PROG(on_path_unlink, struct path *dir, struct dentry *dentry)
{
	operation_start(EVENT_FILE_UNLINK, dir->mnt, dentry);
	return 0;
}

SEC("fexit/vfs_unlink")
int BPF_PROG(on_unlink, void *idmap, void *dir, struct dentry *dentry, void *delegated, int ret)
{
	change_one(EVENT_FILE_UNLINK, dentry, ret, 0, 0);
	return 0;
}

SEC("fentry/security_path_rmdir")
int BPF_PROG(on_path_rmdir, struct path *dir, struct dentry *dentry)
{
	operation_start(EVENT_FILE_RMDIR, dir->mnt, dentry);
	return 0;
}

SEC("fexit/vfs_rmdir")
int BPF_PROG(on_rmdir, void *idmap, void *dir, struct dentry *dentry, int ret)
{
	change_one(EVENT_FILE_RMDIR, dentry, ret, 0, 0);
	return 0;
}

SEC("fentry/security_path_mkdir")
int BPF_PROG(on_path_mkdir, struct path *dir)
{
	operation_start(EVENT_FILE_MKDIR, dir->mnt, NULL);
	return 0;
}

SEC("fexit/vfs_mkdir")
int BPF_PROG(on_mkdir, void *idmap, void *dir, struct dentry *dentry, unsigned short mode, int ret)
{
	change_one(EVENT_FILE_MKDIR, dentry, ret, mode, 0);
	return 0;
}

SEC("fentry/security_path_mknod")
int BPF_PROG(on_path_mknod, struct path *dir)
{
	operation_start(EVENT_FILE_MKNOD, dir->mnt, NULL);
	return 0;
}

SEC("fexit/vfs_mknod")
int BPF_PROG(on_mknod, void *idmap, void *dir, struct dentry *dentry, unsigned short mode,
	     __u32 device, int ret)
{
	change_one(EVENT_FILE_MKNOD, dentry, ret, mode, device);
	return 0;
}

SEC("fentry/security_path_symlink")
int BPF_PROG(on_path_symlink, struct path *dir)
{
	operation_start(EVENT_FILE_SYMLINK, dir->mnt, NULL);
	return 0;
}

SEC("fexit/vfs_symlink")
int BPF_PROG(on_symlink, void *idmap, void *dir, struct dentry *dentry, __u64 target, int ret)
{
	struct operation *operation = operation_take(EVENT_FILE_SYMLINK);
	struct event_file *body;
	int key = change_begin(EVENT_FILE_SYMLINK, operation, ret, &body);

	if (key < 0)
		return 0;
	fill_inode(body, BPF_CORE_READ(dentry, d_inode));
	record_path(key, EVENT_TEXT_PATH, operation ? operation->mnt : 0, (__u64)dentry, 0);
	record_text(key, EVENT_TEXT_TARGET, target, EVENT_PATH_MAX, MEMORY_KERNEL);
	record_end(key);
	return 0;
}

SEC("fentry/security_path_link")
int BPF_PROG(on_path_link, struct dentry *old_dentry, struct path *new_dir)
{
	operation_start(EVENT_FILE_LINK, new_dir->mnt, old_dentry);
	return 0;
}

SEC("fexit/vfs_link")
int BPF_PROG(on_link, struct dentry *old_dentry, void *idmap, void *dir, struct dentry *new_dentry,
	     void *delegated, int ret)
{
	struct operation *operation = operation_take(EVENT_FILE_LINK);
	struct event_file *body;
	int key = change_begin(EVENT_FILE_LINK, operation, ret, &body);

	if (key < 0)
		return 0;
	__u64 mnt = operation ? operation->mnt : 0;
	record_path(key, EVENT_TEXT_PATH, mnt, (__u64)old_dentry, 0);
	record_path(key, EVENT_TEXT_PATH2, mnt, (__u64)new_dentry, 0);
	record_end(key);
	return 0;
}

SEC("fentry/security_path_rename")
int BPF_PROG(on_path_rename, struct path *old_dir, struct dentry *old_dentry, struct path *new_dir,
	     struct dentry *new_dentry)
{
	struct operation *operation = operation_start(EVENT_FILE_RENAME, old_dir->mnt, old_dentry);
	if (!operation)
		return 0;
	operation->parent = (__u64)old_dir->dentry;
	bpf_probe_read_kernel_str(operation->name, sizeof(operation->name),
				  BPF_CORE_READ(old_dentry, d_name.name));
	struct inode *replaced = BPF_CORE_READ(new_dentry, d_inode);
	if (replaced) {
		struct inode_key key;
		inode_key_of(replaced, &key);
		copy_inode(&operation->file.other, &key);
	}
	return 0;
}

SEC("fexit/vfs_rename")
int BPF_PROG(on_rename, struct renamedata *data, int ret)
{
	struct operation *operation = operation_take(EVENT_FILE_RENAME);
	struct event_file *body;

	if (!operation)
		return 0;
	int key = change_begin(EVENT_FILE_RENAME, operation, ret, &body);
	if (key < 0)
		return 0;
	body->open_flags = data->flags;
	record_path(key, EVENT_TEXT_PATH, operation->mnt, operation->parent,
		    (__u64)&operation->name);
	/* d_move() gave the moved dentry its new name. */
	record_path(key, EVENT_TEXT_PATH2, operation->mnt,
		    (__u64)(ret ? data->new_dentry : data->old_dentry), 0);
	record_end(key);
	return 0;
}

SEC("fentry/security_path_chmod")
int BPF_PROG(on_path_chmod, struct path *path)
{
	operation_start(EVENT_FILE_CHMOD, path->mnt, path->dentry);
	return 0;
}

SEC("fexit/chmod_common")
int BPF_PROG(on_chmod, struct path *path, unsigned short mode, int ret)
{
	change_one(EVENT_FILE_CHMOD, path->dentry, ret, mode, 0);
	return 0;
}

SEC("fentry/security_path_chown")
int BPF_PROG(on_path_chown, struct path *path)
{
	operation_start(EVENT_FILE_CHOWN, path->mnt, path->dentry);
	return 0;
}

SEC("fexit/chown_common")
int BPF_PROG(on_chown, struct path *path, __u32 user, __u32 group, int ret)
{
	change_one(EVENT_FILE_CHOWN, path->dentry, ret, (__s64)(__s32)user, (__s64)(__s32)group);
	return 0;
}

SEC("fentry/security_path_truncate")
int BPF_PROG(on_path_truncate, struct path *path)
{
	operation_start(EVENT_FILE_TRUNCATE, path->mnt, path->dentry);
	return 0;
}

/* Since Linux 6.2, for ftruncate and O_TRUNC. */
SEC("fentry/security_file_truncate")
int BPF_PROG(on_file_truncate, struct file *file)
{
	operation_start(EVENT_FILE_TRUNCATE, file->f_path.mnt, file->f_path.dentry);
	return 0;
}

SEC("fexit/do_truncate")
int BPF_PROG(on_truncate, void *idmap, struct dentry *dentry, __u64 length, __u32 times, void *file,
	     int ret)
{
	change_one(EVENT_FILE_TRUNCATE, dentry, ret, length, 0);
	return 0;
}

SEC("fexit/vfs_utimes")
int BPF_PROG(on_times, struct path *path, struct timespec64 *times, int ret)
{
	struct event_file *body;
	int key = change_begin(EVENT_FILE_TIMES, NULL, ret, &body);

	if (key < 0)
		return 0;
	if (times) {
		struct timespec64 both[2];
		bpf_probe_read_kernel(both, sizeof(both), times);
		body->value = both[0].tv_sec * 1000000000 + both[0].tv_nsec;
		body->value2 = both[1].tv_sec * 1000000000 + both[1].tv_nsec;
	}
	fill_inode(body, BPF_CORE_READ(path, dentry, d_inode));
	record_path(key, EVENT_TEXT_PATH, (__u64)path->mnt, (__u64)path->dentry, 0);
	record_end(key);
	return 0;
}

SEC("fentry/vfs_setxattr")
int BPF_PROG(on_setxattr, void *idmap, struct dentry *dentry, __u64 name)
{
	struct event_file *body;
	int key = change_begin(EVENT_FILE_XATTR, NULL, 0, &body);

	if (key < 0)
		return 0;
	fill_inode(body, BPF_CORE_READ(dentry, d_inode));
	record_path(key, EVENT_TEXT_PATH, 0, (__u64)dentry, 0);
	record_text(key, EVENT_TEXT_NAME, name, EVENT_NAME_MAX, MEMORY_KERNEL);
	record_end(key);
	return 0;
}
