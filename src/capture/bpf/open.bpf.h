/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Opens, and the sums of what was written through each open file description. */
#include "bpf/file.bpf.h"

static __always_inline bool is_regular(struct inode *inode)
{
	return (BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFREG;
}

SEC("fexit/security_file_open")
int BPF_PROG(on_open, struct file *file, int ret)
{
	__u32 mode = file->f_mode;
	bool writable = mode & (FMODE_WRITE | FMODE_CREATED);
	bool regular = is_regular(file->f_inode);

	if (!recording || ret)
		return 0;
	if (!current_recorded()) {
		if (planting && writable && regular) {
			struct inode_key key;
			inode_key_of(file->f_inode, &key);
			plant(&key, 0);
		}
		return 0;
	}
	struct task_struct *task = bpf_get_current_task_btf();
	bool sample = task_is_sample(task);
	if (!sample && (!writable || !regular))
		return 0;
	int record = record_begin(EVENT_FILE_OPEN, writable ? EVENT_CLASS_FILE : EVENT_CLASS_ACCESS,
				  sizeof(struct event_file));
	struct scratch *slot = record_slot(record);
	if (!slot)
		return 0;
	struct event_file *body = record_body(slot);
	fill_inode(body, file->f_inode);
	body->open_flags = file->f_flags;
	body->handle = (__u64)file;
	body->file_flags |= (mode & FMODE_CREATED ? EVENT_FILE_CREATED : 0) |
			    (mode & FMODE_WRITE ? EVENT_FILE_WRITABLE : 0) |
			    (file->f_flags & KERNEL_O_TMPFILE ? EVENT_FILE_TMPFILE : 0) |
			    (file->f_flags & FMODE_EXEC ? EVENT_FILE_EXECUTABLE : 0);
	if (sample && writable && regular) {
		struct inode_key key;
		inode_key_of(file->f_inode, &key);
		plant(&key, process_id(task));
	}
	record_path(record, EVENT_TEXT_PATH, (__u64)file->f_path.mnt, (__u64)file->f_path.dentry,
		    0);
	record_end(record);
	return 0;
}

static __always_inline void note_write(struct file *file, long bytes, __u32 file_flags)
{
	__u64 handle = (__u64)file;
	struct task_struct *task = bpf_get_current_task_btf();

	if (!is_regular(file->f_inode) || !current_recorded())
		return;
	struct writes *sum = bpf_map_lookup_elem(&writes, &handle);
	__u64 now = bpf_ktime_get_ns();
	if (!sum) {
		struct writes first = {.first_ns = now};
		inode_key_of(file->f_inode, &first.file);
		if (task_is_sample(task)) {
			first.marked = 1;
			plant(&first.file, process_id(task));
		}
		if (bpf_map_update_elem(&writes, &handle, &first, BPF_NOEXIST) == -7 /* E2BIG */)
			__sync_fetch_and_add(&writes_overflow, 1);
		sum = bpf_map_lookup_elem(&writes, &handle);
		if (!sum)
			return;
	} else if (!sum->marked && task_is_sample(task)) {
		sum->marked = 1;
		plant(&sum->file, process_id(task));
	}
	__sync_fetch_and_add(&sum->bytes, bytes);
	__sync_fetch_and_add(&sum->count, 1);
	sum->last_ns = now;
	sum->writer = task_id(task);
	sum->writer_process = process_id(task);
	sum->file_flags |= file_flags;
}

SEC("fexit/vfs_write")
int BPF_PROG(on_write, struct file *file, void *buffer, __u64 count, void *position, long ret)
{
	if (recording && ret > 0)
		note_write(file, ret, 0);
	return 0;
}

SEC("fexit/vfs_writev")
int BPF_PROG(on_writev, struct file *file, void *vector, __u64 count, void *position, int flags,
	     long ret)
{
	if (recording && ret > 0)
		note_write(file, ret, 0);
	return 0;
}

/* splice, sendfile, copy_file_range between files. */
SEC("fexit/iter_file_splice_write")
int BPF_PROG(on_splice, void *pipe, struct file *file, void *position, __u64 size, __u32 flags,
	     long ret)
{
	if (recording && ret > 0)
		note_write(file, ret, 0);
	return 0;
}

SEC("fentry/security_mmap_file")
int BPF_PROG(on_mmap, struct file *file, unsigned long protection, unsigned long flags)
{
	if (!file || !recording)
		return 0;
	if (protection & PROT_EXEC)
		adopt(file, EVENT_MARK_MAPPED);
	if (protection & PROT_WRITE && flags & MAP_SHARED && file->f_mode & FMODE_WRITE)
		note_write(file, 0, EVENT_FILE_MAPPED);
	return 0;
}

/* __fput() calls this with the path still held, on every kernel that we know. */
SEC("fentry/locks_remove_file")
int BPF_PROG(on_close, struct file *file)
{
	__u64 handle = (__u64)file;
	struct writes *sum = bpf_map_lookup_elem(&writes, &handle);

	if (!sum)
		return 0;
	int key = recording ? record_begin(EVENT_FILE_WRITTEN, EVENT_CLASS_FILE,
					   sizeof(struct event_written))
			    : -1;
	struct scratch *slot = record_slot(key);
	if (slot) {
		struct event_written *body = record_body(slot);
		copy_inode(&body->file, &sum->file);
		body->size = BPF_CORE_READ(file, f_inode, i_size);
		body->handle = handle;
		body->bytes = sum->bytes;
		body->writes = sum->count;
		body->first_ns = sum->first_ns;
		body->last_ns = sum->last_ns;
		body->writer = sum->writer;
		body->writer_process = sum->writer_process;
		body->mode = BPF_CORE_READ(file, f_inode, i_mode);
		body->file_system = BPF_CORE_READ(file, f_inode, i_sb, s_magic);
		body->file_flags = sum->file_flags;
		body->marked = sum->marked;
		record_path(key, EVENT_TEXT_PATH, (__u64)file->f_path.mnt,
			    (__u64)file->f_path.dentry, 0);
		record_end(key);
	}
	bpf_map_delete_elem(&writes, &handle);
	return 0;
}
