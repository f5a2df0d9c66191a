/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Life cycle of tasks, and signals. */
#include "bpf/task.bpf.h"

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_mark *mark = mark_of(parent);

	if (mark) {
		struct task_mark *copy =
			bpf_task_storage_get(&marks, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (copy) {
			copy->kind = mark->kind;
			if (mark->kind == TASK_SAMPLE)
				__sync_fetch_and_add(&marked_tasks, 1);
		} else {
			__sync_fetch_and_add(&mark_failures, 1);
		}
	}
	if (!current_recorded())
		return 0;
	int key = record_begin(EVENT_PROCESS_FORK, EVENT_CLASS_PROCESS, sizeof(struct event_fork));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return 0;
	struct event_fork *body = record_body(slot);
	body->child_task = task_id(child);
	body->child_process = process_id(child);
	body->child_tid = child->pid;
	body->child_tgid = child->tgid;
	record_end(key);
	return 0;
}

static __always_inline __u32 session_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, signal, pids[PIDTYPE_SID]);

	return BPF_CORE_READ(pid, numbers[0].nr);
}

static __always_inline void fill_exec(struct event_exec *body, struct task_struct *task,
				      struct linux_binprm *bprm)
{
	struct inode *inode = BPF_CORE_READ(bprm, file, f_inode);
	struct inode_key key;

	inode_key_of(inode, &key);
	copy_inode(&body->file, &key);
	body->file_size = BPF_CORE_READ(inode, i_size);
	body->file_mode = BPF_CORE_READ(inode, i_mode);
	body->file_uid = BPF_CORE_READ(inode, i_uid.val);
	body->file_system = BPF_CORE_READ(inode, i_sb, s_magic);
	body->parent = process_id(BPF_CORE_READ(task, real_parent));
	body->real_uid = BPF_CORE_READ(task, cred, uid.val);
	body->gid = BPF_CORE_READ(task, cred, egid.val);
	body->session = session_of(task);
	body->argument_count = BPF_CORE_READ(bprm, argc);
	body->environment_count = BPF_CORE_READ(bprm, envc);
	body->exec_flags =
		(BPF_CORE_READ(inode, i_nlink) == 0 ? EVENT_EXEC_MEMORY : 0) |
		(bpf_map_lookup_elem(&planted, &key) ? EVENT_EXEC_PLANTED : 0) |
		(task->thread_info.status & TS_COMPAT ? EVENT_EXEC_COMPAT : 0) |
		(BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec) ? EVENT_EXEC_SECURE : 0);
}

/* A thread that is not the leader takes over the leader's identity; the runs so far are its own. */
static __always_inline void change_identity(struct task_struct *task, int old_pid)
{
	struct task_mark *mark = mark_of(task);

	if (!mark || mark->kind != TASK_SAMPLE)
		return;
	flush_runs(mark);
	mark->calls = 0;
	mark->record.syscalls.origin_tid = old_pid;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	if (!current_recorded())
		return 0;
	if (old_pid != task->pid)
		change_identity(task, old_pid);
	int key = record_begin(EVENT_PROCESS_EXEC, EVENT_CLASS_PROCESS, sizeof(struct event_exec));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return 0;
	struct event_exec *body = record_body(slot);
	fill_exec(body, task, bprm);
	body->old_tid = old_pid;
	struct mm_struct *mm = task->mm;
	__u64 arg_start = BPF_CORE_READ(mm, arg_start);
	__u64 env_start = BPF_CORE_READ(mm, env_start);
	__u32 argv_size = BPF_CORE_READ(mm, arg_end) - arg_start;
	__u32 envp_size = BPF_CORE_READ(mm, env_end) - env_start;
	body->argv_size = argv_size;
	body->envp_size = envp_size;
	const char *filename = BPF_CORE_READ(bprm, filename);
	const char *interp = BPF_CORE_READ(bprm, interp);
	record_text(key, EVENT_TEXT_FILENAME, (__u64)filename, EVENT_PATH_MAX, MEMORY_KERNEL);
	if (interp != filename)
		record_text(key, EVENT_TEXT_INTERPRETER, (__u64)interp, EVENT_PATH_MAX,
			    MEMORY_KERNEL);
	record_path(key, EVENT_TEXT_PATH, (__u64)BPF_CORE_READ(bprm, file, f_path.mnt),
		    (__u64)BPF_CORE_READ(bprm, file, f_path.dentry), 0);
	record_path(key, EVENT_TEXT_CWD, (__u64)BPF_CORE_READ(task, fs, pwd.mnt),
		    (__u64)BPF_CORE_READ(task, fs, pwd.dentry), 0);
	record_text(key, EVENT_TEXT_ARGV, arg_start, argv_size, MEMORY_USER_BYTES);
	record_text(key, EVENT_TEXT_ENVP, env_start, envp_size, MEMORY_USER_BYTES);
	record_end(key);
	return 0;
}

SEC("fentry/security_bprm_check")
int BPF_PROG(on_bprm_check, struct linux_binprm *bprm)
{
	adopt(bprm->file, EVENT_MARK_EXECUTED);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	if (result >= 0 || result < -4095)
		return 0;
	struct task_struct *task = bpf_get_current_task_btf();
	bool compat = task->thread_info.status & TS_COMPAT;
	__u32 number = BPF_CORE_READ(regs, orig_ax);
	bool execve = number == (compat ? 11 : 59);
	bool execveat = number == (compat ? 358 : 322);
	if ((!execve && !execveat) || !current_recorded())
		return 0;
	__u64 filename = compat ? (execve ? BPF_CORE_READ(regs, bx) : BPF_CORE_READ(regs, cx))
				: (execve ? BPF_CORE_READ(regs, di) : BPF_CORE_READ(regs, si));
	if (compat)
		filename &= 0xffffffff;
	int key = record_begin(EVENT_PROCESS_EXEC_FAILED, EVENT_CLASS_PROCESS,
			       sizeof(struct event_exec_failed));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return 0;
	struct event_exec_failed *body = record_body(slot);
	body->error = -result;
	body->number = number;
	body->abi = compat ? EVENT_ABI_I386 : EVENT_ABI_NATIVE;
	record_text(key, EVENT_TEXT_FILENAME, filename, EVENT_PATH_MAX, MEMORY_USER);
	record_end(key);
	return 0;
}

static __always_inline void record_exit(struct task_struct *task)
{
	if (!current_recorded())
		return;
	int key = record_begin(EVENT_PROCESS_EXIT, EVENT_CLASS_PROCESS, sizeof(struct event_exit));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return;
	struct event_exit *body = record_body(slot);
	struct signal_struct *signal = task->signal;
	body->start_ns = task->start_boottime;
	body->parent = process_id(task->real_parent);
	body->user_ns = task->utime;
	body->system_ns = task->stime;
	body->last = signal->live.counter == 0;
	body->code = body->last && signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code
								     : task->exit_code;
	record_text(key, EVENT_TEXT_COMM, (__u64)&task->comm, 16, MEMORY_KERNEL);
	record_end(key);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct task_mark *mark = mark_of(task);
	bool sample = mark && mark->kind == TASK_SAMPLE;

	if (sample && recording)
		flush_runs(mark);
	record_exit(task);
	/* Last: who sees no marked task finds all of its records in the rings. */
	if (sample)
		__sync_fetch_and_sub(&marked_tasks, 1);
	return 0;
}

static __always_inline bool signal_kills(int signal)
{
	/* HUP INT QUIT ILL TRAP ABRT BUS FPE KILL SEGV PIPE ALRM TERM XCPU XFSZ SYS */
	const __u64 deadly = 1ULL << 1 | 1ULL << 2 | 1ULL << 3 | 1ULL << 4 | 1ULL << 5 | 1ULL << 6 |
			     1ULL << 7 | 1ULL << 8 | 1ULL << 9 | 1ULL << 11 | 1ULL << 13 |
			     1ULL << 14 | 1ULL << 15 | 1ULL << 24 | 1ULL << 25 | 1ULL << 31;

	return signal > 0 && signal < 64 && (deadly >> signal & 1);
}

/* info is an address, or 0 (SEND_SIG_NOINFO: from a process) or 1 (SEND_SIG_PRIV: the kernel). */
SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal_generate, int signal, __u64 info, struct task_struct *target)
{
	int code = 0;

	if (info == 1 || signal == SIGCHLD || !current_recorded())
		return 0;
	if (info) {
		bpf_probe_read_kernel(&code, sizeof(code), (void *)info + 8);
		if (code > 0)
			return 0;
	}
	struct task_struct *task = bpf_get_current_task_btf();
	bool own = task->tgid == BPF_CORE_READ(target, tgid);
	if (own && signal != SIGKILL && signal != SIGSTOP && !signal_kills(signal))
		return 0;
	if (!task_is_sample(task) && !task_is_sample(target))
		return 0;
	int key = record_begin(EVENT_SIGNAL_SENT, EVENT_CLASS_PROCESS, sizeof(struct event_signal));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return 0;
	struct event_signal *body = record_body(slot);
	body->target = task_id(target);
	body->target_process = process_id(target);
	body->target_tid = BPF_CORE_READ(target, pid);
	body->target_tgid = BPF_CORE_READ(target, tgid);
	body->signal = signal;
	body->code = code;
	record_end(key);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal_deliver, int signal, __u64 info, struct k_sigaction *action)
{
	int code = 0;
	__u64 address = 0;

	/* What a dying group does to its threads comes without info. */
	if (info < 2 || !signal_kills(signal) || BPF_CORE_READ(action, sa.sa_handler) ||
	    !current_recorded())
		return 0;
	bpf_probe_read_kernel(&code, sizeof(code), (void *)info + 8);
	if (code > 0)
		bpf_probe_read_kernel(&address, sizeof(address),
				      (void *)info + SIGINFO_ADDRESS_OFFSET);
	int key =
		record_begin(EVENT_SIGNAL_FATAL, EVENT_CLASS_PROCESS, sizeof(struct event_signal));
	struct scratch *slot = record_slot(key);
	if (!slot)
		return 0;
	struct event_signal *body = record_body(slot);
	body->signal = signal;
	body->code = code;
	body->address = address;
	record_end(key);
	return 0;
}
