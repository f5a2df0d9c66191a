/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Modules, BPF, ptrace, mounts. */
#include "bpf/task.bpf.h"

static __always_inline int system_begin(__u32 type, struct event_system **ret)
{
	if (!current_recorded())
		return -1;
	int key = record_begin(type, EVENT_CLASS_SYSTEM, sizeof(struct event_system));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return -1;
	*ret = record_body(slot);
	return key;
}

SEC("tp_btf/module_load")
int BPF_PROG(on_module_load, struct module *module)
{
	struct event_system *body;
	int key = system_begin(EVENT_MODULE_LOAD, &body);

	if (key < 0)
		return 0;
	record_text(key, EVENT_TEXT_NAME, (__u64)&module->name, 56, MEMORY_KERNEL);
	record_end(key);
	return 0;
}

SEC("fentry/security_kernel_module_request")
int BPF_PROG(on_module_request, __u64 name)
{
	struct event_system *body;
	int key = system_begin(EVENT_MODULE_REQUEST, &body);

	if (key < 0)
		return 0;
	record_text(key, EVENT_TEXT_NAME, name, EVENT_NAME_MAX, MEMORY_KERNEL);
	record_end(key);
	return 0;
}

#define BPF_PROG_LOAD_COMMAND 5

SEC("fentry/security_bpf")
int BPF_PROG(on_bpf, int command)
{
	struct event_system *body;

	if (command != BPF_PROG_LOAD_COMMAND && !task_is_sample(bpf_get_current_task_btf()))
		return 0;
	int key = system_begin(EVENT_BPF, &body);
	if (key < 0)
		return 0;
	body->value = command;
	record_end(key);
	return 0;
}

static __always_inline void fill_target(struct event_system *body, struct task_struct *target)
{
	body->target = task_id(target);
	body->target_process = process_id(target);
	body->target_tid = BPF_CORE_READ(target, pid);
	body->target_tgid = BPF_CORE_READ(target, tgid);
}

SEC("fentry/security_ptrace_access_check")
int BPF_PROG(on_ptrace, struct task_struct *target, __u32 mode)
{
	struct task_mark *mark = mark_of(bpf_get_current_task_btf());
	struct event_system *body;

	/* A monitor's every look into the memory of what it watches comes here. */
	if (!(mode & PTRACE_MODE_ATTACH) || (mark && mark->kind == TASK_OWN))
		return 0;
	int key = system_begin(EVENT_PTRACE, &body);
	if (key < 0)
		return 0;
	body->value = mode;
	fill_target(body, target);
	record_end(key);
	return 0;
}

SEC("fentry/security_ptrace_traceme")
int BPF_PROG(on_traceme, struct task_struct *parent)
{
	struct event_system *body;
	int key = system_begin(EVENT_PTRACE, &body);

	if (key < 0)
		return 0;
	fill_target(body, parent);
	record_end(key);
	return 0;
}

SEC("fentry/security_sb_mount")
int BPF_PROG(on_mount, __u64 device, struct path *path, __u64 type, unsigned long flags)
{
	struct event_system *body;
	int key = system_begin(EVENT_MOUNT, &body);

	if (key < 0)
		return 0;
	body->value = flags;
	record_path(key, EVENT_TEXT_PATH, (__u64)path->mnt, (__u64)path->dentry, 0);
	record_text(key, EVENT_TEXT_NAME, device, EVENT_NAME_MAX, MEMORY_KERNEL);
	record_text(key, EVENT_TEXT_TARGET, type, EVENT_NAME_MAX, MEMORY_KERNEL);
	record_end(key);
	return 0;
}

SEC("fentry/security_sb_umount")
int BPF_PROG(on_umount, struct vfsmount *mnt, int flags)
{
	struct event_system *body;
	int key = system_begin(EVENT_UMOUNT, &body);

	if (key < 0)
		return 0;
	body->value = flags;
	record_path(key, EVENT_TEXT_PATH, (__u64)mnt, (__u64)mnt->mnt_root, 0);
	record_end(key);
	return 0;
}
