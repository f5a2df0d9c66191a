/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Who belongs to the sample, and the order of its calls. */
#include "bpf/record.bpf.h"

static __always_inline void inode_key_of(struct inode *inode, struct inode_key *ret)
{
	ret->inode = BPF_CORE_READ(inode, i_ino);
	ret->device = BPF_CORE_READ(inode, i_sb, s_dev);
	ret->generation = BPF_CORE_READ(inode, i_generation);
}

static __always_inline void copy_inode(struct event_inode *to, const struct inode_key *from)
{
	to->inode = from->inode;
	to->device = from->device;
	to->generation = from->generation;
}

/* Remembers that a marked task (or, for the sample's own files, the agent) wrote this file. */
static __always_inline void plant(const struct inode_key *key, __u64 writer)
{
	struct planted value = {.writer = writer, .time_ns = bpf_ktime_get_ns()};

	if (bpf_map_update_elem(&planted, key, &value, BPF_NOEXIST) == -7 /* E2BIG */)
		__sync_fetch_and_add(&planted_overflow, 1);
}

/* Marks the current task when it runs code from a planted file. */
static __always_inline void adopt(struct file *file, __u32 reason)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct inode_key key;

	if (!current_recorded())
		return;
	inode_key_of(BPF_CORE_READ(file, f_inode), &key);
	struct planted *value = bpf_map_lookup_elem(&planted, &key);
	if (!value)
		return;
	struct task_mark *mark = mark_of(task);
	if (mark)
		return;
	mark = bpf_task_storage_get(&marks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!mark) {
		__sync_fetch_and_add(&mark_failures, 1);
		return;
	}
	mark->kind = TASK_SAMPLE;
	__sync_fetch_and_add(&marked_tasks, 1);
	int record =
		record_begin(EVENT_PROCESS_MARK, EVENT_CLASS_PROCESS, sizeof(struct event_mark));
	struct scratch *slot = record_slot(record);
	if (!slot)
		return;
	struct event_mark *body = record_body(slot);
	copy_inode(&body->file, &key);
	body->writer = value->writer;
	body->reason = reason;
	record_path(record, EVENT_TEXT_PATH, (__u64)BPF_CORE_READ(file, f_path.mnt),
		    (__u64)BPF_CORE_READ(file, f_path.dentry), 0);
	record_end(record);
}

/* Sends the runs that were gathered: of the current task, or of one that does not run. */
static __always_inline void flush_runs(struct task_mark *mark)
{
	struct syscall_record *record = &mark->record;
	__u32 count = record->syscalls.count;

	if (count == 0 || count > EVENT_RUNS_MAX)
		return;
	/* The identity is of when the runs began: an exec may have changed it since. */
	record->header.time_ns = bpf_ktime_get_ns();
	record->header.type = EVENT_SYSCALLS;
	record->header.class = EVENT_CLASS_SYSCALL;
	__u32 size = EVENT_HEADER_SIZE + sizeof(struct event_syscalls) +
		     count * sizeof(struct event_run);
	size = (size + 7) & 0x3f8;
	record->header.size = size;
	record->header.sequence = __sync_fetch_and_add(&happened[EVENT_CLASS_SYSCALL], 1);
	if (ring_output(EVENT_CLASS_SYSCALL, record, size))
		__sync_fetch_and_add(&lost[EVENT_CLASS_SYSCALL], 1);
	record->syscalls.count = 0;
}

#define RUN_AGE_NS 50000000ULL
#define RUN_COUNT_MAX 0x0fffffff

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_mark *mark = mark_of(task);

	if (!mark || mark->kind != TASK_SAMPLE || !recording)
		return 0;
	struct syscall_record *record = &mark->record;
	__u32 number = id;
	__u32 abi = task->thread_info.status & TS_COMPAT          ? EVENT_ABI_I386
		    : number != 0xffffffff && number & 0x40000000 ? EVENT_ABI_X32
								  : EVENT_ABI_NATIVE;
	__u64 now = bpf_ktime_get_ns();
	__u32 count = record->syscalls.count;
	if (count && now - record->syscalls.start_ns > RUN_AGE_NS) {
		flush_runs(mark);
		count = 0;
	}
	__u64 calls = mark->calls++;
	if (!record->syscalls.origin_tid)
		record->syscalls.origin_tid = task->pid;
	if (count && count <= EVENT_RUNS_MAX) {
		struct event_run *last = &record->runs[(count - 1) & (EVENT_RUNS_MAX - 1)];
		if (last->number == number && last->abi_count >> 28 == abi &&
		    (last->abi_count & RUN_COUNT_MAX) < RUN_COUNT_MAX) {
			last->abi_count++;
			return 0;
		}
	}
	if (count >= EVENT_RUNS_MAX) {
		flush_runs(mark);
		count = 0;
	}
	if (count == 0) {
		fill_header(&record->header, task, mark->kind);
		record->syscalls.index = calls;
		record->syscalls.start_ns = now;
	}
	struct event_run *run = &record->runs[count & (EVENT_RUNS_MAX - 1)];
	run->number = number;
	run->abi_count = abi << 28;
	run->delta_ns = now - record->syscalls.start_ns;
	record->syscalls.count = count + 1;
	return 0;
}

/* The loader asks by reading an iterator; what it asks for is in these. */
__u32 wanted_tid;
__u32 wanted_kind;
__u64 wanted_task; /* answer: the task's identity */

struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

/* Marks the task wanted_tid, which is stopped, as wanted_kind. */
SEC("iter/task")
int mark_wanted(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (!task || (__u32)task->pid != wanted_tid)
		return 0;
	struct task_mark *mark =
		bpf_task_storage_get(&marks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!mark) {
		__sync_fetch_and_add(&mark_failures, 1);
		return 0;
	}
	mark->kind = wanted_kind;
	wanted_task = task_id(task);
	if (mark->kind != TASK_SAMPLE)
		return 0;
	__sync_fetch_and_add(&marked_tasks, 1);
	int key = record_begin(EVENT_PROCESS_MARK, EVENT_CLASS_PROCESS, sizeof(struct event_mark));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return 0;
	struct event_mark *body = record_body(slot);
	fill_header((struct event_header *)slot->data, task, TASK_SAMPLE);
	body->reason = EVENT_MARK_AGENT;
	record_end(key);
	return 0;
}

/* Writes a struct marked_task for each marked task. */
SEC("iter/task")
int list_marked(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (!task)
		return 0;
	struct task_mark *mark = mark_of(task);
	if (!mark || mark->kind != TASK_SAMPLE)
		return 0;
	struct marked_task entry = {.tid = task->pid, .tgid = task->tgid};
	bpf_seq_write(context->meta->seq, &entry, sizeof(entry));
	return 0;
}

/* Read when every marked task is frozen: no task adds to its runs meanwhile. */
SEC("iter/task")
int flush_all_runs(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (!task)
		return 0;
	struct task_mark *mark = mark_of(task);
	if (mark && mark->kind == TASK_SAMPLE)
		flush_runs(mark);
	return 0;
}
