// SPDX-License-Identifier: GPL-2.0
/*
 * A harmless module for the tests of src/memory: it hides one task from the task list, itself from
 * the module list and from sysfs, and puts a hook that only calls the original into the syscall
 * table. It is loaded only in the guest of tests/guest/memory-images.sh.
 */
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/net_namespace.h>

static int pid;
module_param(pid, int, 0);

typedef unsigned long (*lookup_fn)(const char *name);
typedef long (*syscall_fn)(const struct pt_regs *regs);
static syscall_fn original;

static long hooked_kill(const struct pt_regs *regs)
{
	return original(regs);
}

static unsigned long lookup(const char *name)
{
	struct kprobe probe = {.symbol_name = "kallsyms_lookup_name"};
	if (register_kprobe(&probe))
		return 0;
	lookup_fn function = (lookup_fn)probe.addr;
	unregister_kprobe(&probe);
	return function(name);
}

static int watch(struct kprobe *probe, struct pt_regs *regs)
{
	return 0;
}
static struct kprobe kept = {.symbol_name = "do_sys_openat2", .pre_handler = watch};

static unsigned int see(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}
static struct nf_hook_ops hook = {
	.hook = see, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = -300};

static void write_protect(bool on)
{
	unsigned long cr0 = read_cr0();
	cr0 = on ? cr0 | 0x10000 : cr0 & ~0x10000UL;
	asm volatile("mov %0, %%cr0" : : "r"(cr0) : "memory");
}

static int __init hider_init(void)
{
	syscall_fn *table = (syscall_fn *)lookup("sys_call_table");
	struct task_struct *task = pid_task(find_vpid(pid), PIDTYPE_PID);
	if (!table || !task)
		return -ENOENT;
	list_del_rcu(&task->tasks);
	INIT_LIST_HEAD(&task->tasks);
	original = table[62];
	preempt_disable();
	write_protect(false);
	table[62] = hooked_kill;
	write_protect(true);
	preempt_enable();
	register_kprobe(&kept);
	nf_register_net_hook(&init_net, &hook);
	pr_info("TRUTH hidden pid=%d syscall=62 handler=%px module=%px\n", pid, hooked_kill,
		THIS_MODULE);
	list_del_init(&THIS_MODULE->list);
	kobject_del(&THIS_MODULE->mkobj.kobj);
	return 0;
}
module_init(hider_init);
MODULE_LICENSE("GPL");
