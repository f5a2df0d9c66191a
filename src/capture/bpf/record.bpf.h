/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/*
 * Building records: record_begin(), record_text…(), record_end().
 *
 * A record grows in a slot of `scratch` and is copied to its ring when whole, because its size is
 * not known before. The slot is (processor, depth): a program that interrupts another on the same
 * processor takes the next depth. Nothing is kept on failure; the number that record_end() took
 * shows that something happened.
 */
#include "bpf/kernel.h"
#include "capture/shared.h"

struct scratch {
	__u32 used;
	__u32 class;
	__u8 data[SCRATCH_SIZE - 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCH_DEPTH); /* × processors, set by the loader */
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RARE_RING_SIZE);
} rare_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, FILE_RING_SIZE);
} file_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, HOT_RING_SIZE);
} hot_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_mark);
} marks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PLANTED_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct inode_key);
	__type(value, struct planted);
} planted SEC(".maps");

/* Set and read by the loader through the mapped section. */
__u32 recording;   /* 0: nothing is recorded */
__u32 setup_phase; /* 1: before GO */
__u32 planting;    /* 1: files that the agent writes are the sample's */
__u32 agent_tgid;
__u64 marked_tasks; /* living */
__u64 happened[EVENT_CLASS_COUNT];
__u64 lost[EVENT_CLASS_COUNT];
__u64 mark_failures; /* tasks that should have been marked and could not */
__u64 planted_overflow;
__u64 writes_overflow;
__u32 depth[64]; /* slots in use, per processor */

static __always_inline __u64 task_id(struct task_struct *task)
{
	return (BPF_CORE_READ(task, start_boottime) >> 10) << 22 |
	       ((__u32)BPF_CORE_READ(task, pid) & 0x3fffff);
}

static __always_inline __u64 process_id(struct task_struct *task)
{
	return task_id(BPF_CORE_READ(task, group_leader));
}

static __always_inline struct task_mark *mark_of(struct task_struct *task)
{
	return bpf_task_storage_get(&marks, task, 0, 0);
}

static __always_inline bool task_is_sample(struct task_struct *task)
{
	struct task_mark *mark = mark_of(task);

	return mark && mark->kind == TASK_SAMPLE;
}

/* Whether what the current task does is to be recorded at all. */
static __always_inline bool current_recorded(void)
{
	return recording && (__u32)(bpf_get_current_pid_tgid() >> 32) != agent_tgid;
}

static __always_inline void fill_header(struct event_header *header, struct task_struct *task,
					__u32 kind)
{
	__u32 flags = BPF_CORE_READ(task, flags);

	header->flags = (kind == TASK_SAMPLE ? EVENT_MARKED : 0) |
			(kind == TASK_OWN ? EVENT_OWN : 0) | (setup_phase ? EVENT_SETUP : 0) |
			(flags & PF_KTHREAD ? EVENT_KTHREAD : 0);
	header->time_ns = bpf_ktime_get_ns();
	header->task = task_id(task);
	header->process = process_id(task);
	header->tid = BPF_CORE_READ(task, pid);
	header->tgid = BPF_CORE_READ(task, tgid);
	header->ppid = BPF_CORE_READ(task, real_parent, tgid);
	header->uid = BPF_CORE_READ(task, cred, euid.val);
}

/*
 * Takes a slot and fills the header for the current task. Gives the slot's key, or -1 when nothing
 * is to be recorded. The body, body_size bytes, is zeroed.
 */
__noinline int record_begin(__u32 type, __u32 class, __u32 body_size)
{
	__u32 cpu = bpf_get_smp_processor_id() & 63;
	struct task_struct *task = bpf_get_current_task_btf();

	if (class >= EVENT_CLASS_COUNT)
		return -1;
	__u32 level = __sync_fetch_and_add(&depth[cpu], 1);
	__u32 key = cpu * SCRATCH_DEPTH + level;
	struct scratch *slot = level < SCRATCH_DEPTH ? bpf_map_lookup_elem(&scratch, &key) : NULL;
	if (!slot) {
		__sync_fetch_and_sub(&depth[cpu], 1);
		__sync_fetch_and_add(&happened[class], 1);
		__sync_fetch_and_add(&lost[class], 1);
		return -1;
	}
	struct task_mark *mark = mark_of(task);
	struct event_header *header = (struct event_header *)slot->data;
	fill_header(header, task, mark ? mark->kind : 0);
	header->type = type;
	header->class = class;
	slot->class = class;
	slot->used = EVENT_HEADER_SIZE + (body_size & 127);
	__builtin_memset(slot->data + EVENT_HEADER_SIZE, 0, 128);
	return key;
}

static __always_inline struct scratch *record_slot(int key)
{
	return key < 0 ? NULL : bpf_map_lookup_elem(&scratch, &key);
}

static __always_inline void *record_body(struct scratch *slot)
{
	return slot->data + EVENT_HEADER_SIZE;
}

#define TEXT_HEADER_SIZE 4
/* Offsets are masked with this before use; a text's ceiling above it stays inside data. */
#define OFFSET_MASK 0x7fff

static __always_inline void put_text_header(struct scratch *slot, __u32 at, __u32 tag, __u32 size)
{
	*(__u16 *)(slot->data + (at & OFFSET_MASK)) = tag;
	*(__u16 *)(slot->data + (at & OFFSET_MASK) + 2) = size;
}

enum memory {
	MEMORY_KERNEL,
	MEMORY_USER,
	MEMORY_KERNEL_BYTES, /* `limit` bytes, no string */
	MEMORY_USER_BYTES,
};

/* Appends a text read from address; at most limit ≤ EVENT_ARGUMENTS_MAX bytes. */
static __noinline int record_text(int key, __u32 tag, __u64 address, __u32 limit, __u32 memory)
{
	struct scratch *slot = record_slot(key);
	if (!slot || !address)
		return 0;
	__u32 at = slot->used;
	if (at > EVENT_MAX_SIZE - EVENT_ARGUMENTS_MAX - 16)
		return 0;
	if (limit > EVENT_ARGUMENTS_MAX)
		limit = EVENT_ARGUMENTS_MAX;
	void *to = slot->data + ((at + TEXT_HEADER_SIZE) & OFFSET_MASK);
	long size;
	if (memory == MEMORY_KERNEL) {
		size = bpf_probe_read_kernel_str(to, limit, (void *)address);
		size--;
	} else if (memory == MEMORY_USER) {
		size = bpf_probe_read_user_str(to, limit, (void *)address);
		size--;
	} else if (memory == MEMORY_KERNEL_BYTES) {
		size = bpf_probe_read_kernel(to, limit, (void *)address) ? -1 : limit;
	} else {
		size = bpf_probe_read_user(to, limit, (void *)address) ? -1 : limit;
	}
	if (size < 0 || size > EVENT_ARGUMENTS_MAX)
		return 0;
	put_text_header(slot, at, tag, size);
	slot->used = at + TEXT_HEADER_SIZE + size;
	return 0;
}

struct walk {
	struct dentry *dentry;
	struct mount *mount;
	__u32 key;
	__u32 at;  /* where the next component goes */
	__u32 end; /* of the text's room */
	__u32 complete;
};

static long walk_step(__u32 index, struct walk *walk)
{
	struct scratch *slot = bpf_map_lookup_elem(&scratch, &walk->key);
	if (!slot)
		return 1;
	struct dentry *dentry = walk->dentry;
	struct mount *mount = walk->mount;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	if (mount && dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		struct mount *up = BPF_CORE_READ(mount, mnt_parent);
		if (up == mount) {
			walk->complete = 1;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = up;
		return 0;
	}
	if (dentry == parent)
		walk->complete = 1;
	/* A memfd's or pipe's dentry is its own parent and no root; its name is all its path. */
	if (dentry == parent && (index || !mount))
		return 1;
	__u32 at = walk->at;
	if (at >= walk->end || at > EVENT_MAX_SIZE - EVENT_NAME_MAX)
		return 1;
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	long size =
		bpf_probe_read_kernel_str(slot->data + (at & OFFSET_MASK), EVENT_NAME_MAX, name);
	if (size <= 0)
		return 1;
	walk->at = at + size;
	walk->dentry = parent;
	if (dentry == parent)
		return 1;
	return 0;
}

/*
 * Appends a path, leaf first (wire/event.h). mnt is a struct vfsmount, 0 when it is not known: then
 * the walk ends at the file system's own root. leaf is a name to put before the dentry's, or 0.
 */
static __noinline int record_path(int key, __u32 tag, __u64 mnt, __u64 dentry, __u64 leaf)
{
	struct scratch *slot = record_slot(key);
	if (!slot || !dentry)
		return 0;
	__u32 start = slot->used;
	if (start > EVENT_MAX_SIZE - EVENT_PATH_MAX - 16)
		return 0;
	struct walk walk = {
		.dentry = (struct dentry *)dentry,
		.mount = mnt ? (void *)mnt - bpf_core_field_offset(struct mount, mnt) : NULL,
		.key = key,
		.at = start + TEXT_HEADER_SIZE,
		.end = start + EVENT_PATH_MAX - EVENT_NAME_MAX,
	};
	if (leaf) {
		long size = bpf_probe_read_kernel_str(slot->data + (walk.at & OFFSET_MASK),
						      EVENT_NAME_MAX, (void *)leaf);
		if (size > 0)
			walk.at += size;
	}
	bpf_loop(EVENT_PATH_DEPTH, walk_step, &walk, 0);
	if (!walk.complete) {
		slot->data[walk.at & OFFSET_MASK] = 0;
		walk.at++;
	}
	put_text_header(slot, start, tag, walk.at - start - TEXT_HEADER_SIZE);
	slot->used = walk.at;
	return 0;
}

/* Gives the slot back without a record. */
static __always_inline void record_drop(int key)
{
	if (key >= 0)
		__sync_fetch_and_sub(&depth[((__u32)key / SCRATCH_DEPTH) & 63], 1);
}

static __always_inline long ring_output(__u32 class, void *data, __u64 size)
{
	if (class == EVENT_CLASS_FILE)
		return bpf_ringbuf_output(&file_ring, data, size, BPF_RB_NO_WAKEUP);
	if (class == EVENT_CLASS_ACCESS || class == EVENT_CLASS_SYSCALL)
		return bpf_ringbuf_output(&hot_ring, data, size, BPF_RB_NO_WAKEUP);
	return bpf_ringbuf_output(&rare_ring, data, size, BPF_RB_NO_WAKEUP);
}

/* Numbers the record, puts it into its ring or counts its loss, and gives the slot back. */
__noinline int record_end(int key)
{
	struct scratch *slot = record_slot(key);
	if (!slot)
		return 0;
	__u32 class = slot->class;
	__u32 used = slot->used & OFFSET_MASK;
	if (class >= EVENT_CLASS_COUNT)
		return 0;
	*(__u64 *)(slot->data + used) = 0;
	struct event_header *header = (struct event_header *)slot->data;
	__u32 size = (used + 7) & 0x7ff8;
	header->size = size;
	header->sequence = __sync_fetch_and_add(&happened[class], 1);
	if (ring_output(class, slot->data, size))
		__sync_fetch_and_add(&lost[class], 1);
	record_drop(key);
	return 0;
}
