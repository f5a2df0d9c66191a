/* SPDX-License-Identifier: MIT */
/* Who watches the kernel run: ftrace, kprobes, tracepoints. */
#include "memory/callbacks.h"

enum {
	OPS_MAX = 4096,
	BUCKETS = 64,
	CHAIN_MAX = 4096,
	TRACEPOINTS_MAX = 65536,
	FUNCTIONS_MAX = 256
};

static const char *symbol_at(struct kernel *kernel, uint64_t vaddr)
{
	uint64_t offset = 0;
	const char *name = kallsyms_name_at(&kernel->symbols, vaddr, &offset);

	return name && offset == 0 ? name : NULL;
}

static void add_ftrace(struct callback_list *list)
{
	struct kernel *kernel = list->context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t head, stub = 0;

	if (!kernel_symbol(kernel, "ftrace_ops_list", &head) || !layout->ftrace_ops_func.found)
		return;
	(void)kernel_symbol(kernel, "ftrace_stub", &stub);
	uint64_t ops = kernel_u64(kernel, head);
	for (unsigned i = 0; i < OPS_MAX && kernel_is_address(kernel, ops); i++) {
		uint64_t function = kernel_get(kernel, ops, layout->ftrace_ops_func);
		if (function && function != stub) /* the list's end calls the stub */
			callback_add(list, "ftrace", symbol_at(kernel, ops), ops, function);
		ops = kernel_get(kernel, ops, layout->ftrace_ops_next);
	}
}

static void add_probe(struct callback_list *list, uint64_t probe)
{
	struct kernel *kernel = list->context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t address = kernel_get(kernel, probe, layout->kprobe_addr);
	uint64_t before = kernel_get(kernel, probe, layout->kprobe_pre_handler);
	uint64_t after = kernel_get(kernel, probe, layout->kprobe_post_handler);
	uint64_t offset = 0;
	const char *name = kallsyms_name_at(&kernel->symbols, address, &offset);

	if (before)
		callback_add(list, "kprobe", name, probe, before);
	if (after && after != before)
		callback_add(list, "kprobe", name, probe, after);
}

/* Several probes at one place hang on one that calls them all: kprobe.list. */
static void add_probes_at(struct callback_list *list, uint64_t probe, struct member member)
{
	struct kernel *kernel = list->context->kernel;
	uint64_t all = 0, head = probe + member.offset, at = head;

	(void)kernel_symbol(kernel, "aggr_pre_handler", &all);
	if (!member.found || !all ||
	    kernel_get(kernel, probe, kernel->layout.kprobe_pre_handler) != all) {
		add_probe(list, probe);
		return;
	}
	for (unsigned i = 0; i < CHAIN_MAX && (at = kernel_list_next(kernel, at, head)) != 0; i++)
		add_probe(list, at - member.offset);
}

static void add_kprobes(struct callback_list *list)
{
	struct kernel *kernel = list->context->kernel;
	struct member member = {0};
	uint64_t table;

	if (!kernel_symbol(kernel, "kprobe_table", &table) || !kernel->layout.kprobe_hlist.found)
		return;
	(void)btf_member(&kernel->btf, "kprobe", "list", &member);
	for (uint64_t bucket = 0; bucket < BUCKETS; bucket++) {
		uint64_t node = kernel_u64(kernel, table + bucket * 8);
		for (unsigned i = 0; i < CHAIN_MAX && kernel_is_address(kernel, node); i++) {
			add_probes_at(list, node - kernel->layout.kprobe_hlist.offset, member);
			node = kernel_u64(kernel, node);
		}
	}
}

static void add_tracepoint(struct callback_list *list, uint64_t tracepoint)
{
	struct kernel *kernel = list->context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t functions = kernel_get(kernel, tracepoint, layout->tracepoint_funcs);

	if (!kernel_is_address(kernel, functions))
		return;
	const char *name =
		kernel_string(kernel, kernel_get(kernel, tracepoint, layout->tracepoint_name), 128);
	for (unsigned i = 0; i < FUNCTIONS_MAX; i++) {
		uint64_t entry = functions + (uint64_t)i * layout->tracepoint_func_bytes;
		uint64_t function = kernel_get(kernel, entry, layout->tracepoint_func_func);
		if (!function)
			return;
		callback_add(list, "tracepoint", name, entry, function);
	}
}

/* The kernel's own tracepoints: numbers relative to their place. */
static void add_tracepoints(struct callback_list *list)
{
	struct kernel *kernel = list->context->kernel;
	uint64_t at, end;

	if (!kernel_symbol(kernel, "__start___tracepoints_ptrs", &at) ||
	    !kernel_symbol(kernel, "__stop___tracepoints_ptrs", &end) ||
	    !kernel->layout.tracepoint_funcs.found || !kernel->layout.tracepoint_func_bytes)
		return;
	for (unsigned i = 0; i < TRACEPOINTS_MAX && at < end; i++, at += 4) {
		int64_t relative = (int32_t)kernel_u32(kernel, at);
		add_tracepoint(list, at + (uint64_t)relative);
	}
}

void callbacks_of_tracing(struct callback_list *list)
{
	add_ftrace(list);
	add_kprobes(list);
	add_tracepoints(list);
}
