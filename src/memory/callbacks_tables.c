/* SPDX-License-Identifier: MIT */
/*
 * Tables of functions that rootkits change to hide files, connections and processes, or to log
 * keys: the interrupt table, operations of /proc and of sockets, notifiers. What leads out of the
 * kernel and its listed modules becomes a row.
 */
#include <inttypes.h>

#include "memory/callbacks.h"

enum { VECTORS = 256, GATE_SIZE = 16, TABLE_MAX = 1024, NOTIFIERS_MAX = 1024 };

/* A gate of the interrupt table: offset in three parts (Intel SDM volume 3A, 6.14.1). */
static void add_interrupts(struct callback_list *list)
{
	struct kernel *kernel = list->context->kernel;
	uint64_t table;

	if (!kernel_symbol(kernel, "idt_table", &table))
		return;
	for (uint64_t vector = 0; vector < VECTORS; vector++) {
		uint64_t gate = table + vector * GATE_SIZE;
		uint64_t low = kernel_u64(kernel, gate), high = kernel_u64(kernel, gate + 8);
		uint64_t target = (low & 0xffff) | (low >> 48) << 16 | high << 32;
		if (low >> 47 & 1) /* present */
			callback_add(list, "interrupt",
				     arena_printf(list->context->arena, "vector %" PRIu64, vector),
				     gate, target);
	}
}

/* Every word of a struct of functions that is an address of the kernel's image or modules. */
static void add_operations(struct callback_list *list, const char *name)
{
	struct kernel *kernel = list->context->kernel;
	uint64_t start;

	if (!kernel_symbol(kernel, name, &start))
		return;
	uint64_t end = kallsyms_next(&kernel->symbols, start);
	for (uint64_t at = start; at < end && at - start < TABLE_MAX; at += 8) {
		uint64_t target = kernel_u64(kernel, at);
		struct translation page;
		/* Names and flags stand among functions: only what can be executed is one. */
		if (kernel_is_address(kernel, target) &&
		    space_translate(&kernel->space, target, &page) && page.is_executable)
			callback_add(list, "operation", name, at, target);
	}
}

/* Notifier chains by the offset of their first block, which depends on the kind of chain. */
static void add_notifiers(struct callback_list *list, const char *name, const char *kind)
{
	struct kernel *kernel = list->context->kernel;
	const struct layout *layout = &kernel->layout;
	struct member head;
	uint64_t chain;

	if (!kernel_symbol(kernel, name, &chain) || !layout->notifier_block_call.found ||
	    !btf_member(&kernel->btf, kind, "head", &head))
		return;
	uint64_t block = kernel_get(kernel, chain, head);
	for (unsigned i = 0; i < NOTIFIERS_MAX && kernel_is_address(kernel, block); i++) {
		callback_add(list, "notifier", name, block,
			     kernel_get(kernel, block, layout->notifier_block_call));
		block = kernel_get(kernel, block, layout->notifier_block_next);
	}
}

void callbacks_of_tables(struct callback_list *list)
{
	static const char *const operations[] = {
		"proc_root_operations",
		"proc_root_inode_operations",
		"proc_tgid_base_operations",
		"proc_tgid_base_inode_operations",
		"proc_dir_operations",
		"proc_net_operations",
		"proc_pid_maps_operations",
		"tcp4_seq_ops",
		"tcp6_seq_ops",
		"udp_seq_ops",
		"udp6_seq_ops",
		"raw_seq_ops",
		"packet_seq_ops",
		"unix_seq_ops",
		"modules_op",
		"kallsyms_op",
		"kmsg_fops",
		"tty_ldisc_ops",
		"n_tty_ops",
		"tty_fops",
		"inet_stream_ops",
		"inet_dgram_ops",
		"tcp_prot",
		"udp_prot",
		"packet_ops",
		"ext4_dir_operations",
		"ext4_file_operations",
		"shmem_file_operations",
		"simple_dir_operations",
		"dcache_dir_operations",
		"random_fops",
		"urandom_fops",
		"proc_version_fops",
	};
	static const char *const chains[][2] = {
		{"keyboard_notifier_list", "atomic_notifier_head"},
		{"panic_notifier_list", "atomic_notifier_head"},
		{"die_chain", "atomic_notifier_head"},
		{"reboot_notifier_list", "blocking_notifier_head"},
		{"module_notify_list", "blocking_notifier_head"},
		{"netdev_chain", "raw_notifier_head"},
	};

	list->only_foreign = true;
	add_interrupts(list);
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		add_operations(list, operations[i]);
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		add_notifiers(list, chains[i][0], chains[i][1]);
	list->only_foreign = false;
}
