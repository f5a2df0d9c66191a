/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/*
 * The few kernel structs that the programs read, each with the few fields that they read. CO-RE
 * moves the accesses to where the running kernel's BTF has the fields, so order and gaps do not
 * matter here; names and nesting are those of Linux 6.1 and 6.12.
 */
#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long long counter;
} atomic64_t;

struct thread_info {
	__u32 status;
};

struct cred {
	kuid_t uid;
	kuid_t euid;
	kgid_t egid;
};

struct upid {
	int nr;
};

struct pid {
	struct upid numbers[1];
};

struct signal_struct {
	atomic_t live;
	unsigned int flags;
	int group_exit_code;
	struct pid *pids[4];
};

struct mm_struct {
	unsigned long arg_start, arg_end, env_start, env_end;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct fs_struct {
	struct path pwd;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct mm_struct *mm;
	int exit_code;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	__u64 utime;
	__u64 stime;
	__u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct signal_struct *signal;
};

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	long long i_size;
	__u32 i_generation;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	unsigned int f_flags;
	unsigned int f_mode;
};

struct linux_binprm {
	unsigned int secureexec : 1;
	struct file *file;
	int argc, envc;
	const char *filename;
	const char *interp;
};

struct renamedata {
	struct dentry *old_dentry;
	struct dentry *new_dentry;
	unsigned int flags;
};

struct timespec64 {
	long long tv_sec;
	long tv_nsec;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct socket {
	struct sock *sk;
};

struct msghdr {
	void *msg_name;
	int msg_namelen;
};

union sifields {
	struct {
		void *_addr;
	} _sigfault;
};

struct kernel_siginfo {
	int si_signo;
	int si_code;
};

struct sigaction {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct module {
	char name[56];
};

/* x86-64: user registers at the entry of a call. */
struct pt_regs {
	unsigned long bx, cx, si, di, orig_ax;
};

#pragma clang attribute pop

/* The siginfo's address lies behind three ints, aligned to 8: the ABI of siginfo_t fixes it. */
#define SIGINFO_ADDRESS_OFFSET 16

/* include/linux/sched.h, fs.h, stat.h, thread_info.h, mount.h */
#define PF_KTHREAD 0x00200000
#define TS_COMPAT 0x0002
#define SIGNAL_GROUP_EXIT 0x00000004
#define PIDTYPE_SID 3
#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define FMODE_EXEC 0x20
#define FMODE_CREATED 0x100000
#define KERNEL_O_TMPFILE 020000000
#define KERNEL_O_TRUNC 00001000
#define S_IFMT 0170000
#define S_IFREG 0100000
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define PTRACE_MODE_ATTACH 2
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SIGKILL 9
#define SIGCHLD 17
#define SIGSTOP 19
