/* SPDX-License-Identifier: MIT */
#include "memory/owner.h"

#include <inttypes.h>

/* Lists of struct ftrace_ops … hold no ranges of trampolines; ftrace enters each trampoline, each page
 * of kprobe slots and each BPF program into a list of ksyms instead (perf's text_poke events, 5.8). */
static bool between(struct kernel *kernel, const char *start, const char *end, uint64_t vaddr)
{
	uint64_t from, to;

	return kernel_symbol(kernel, start, &from) && kernel_symbol(kernel, end, &to) &&
	       vaddr >= from && vaddr < to;
}

bool owner_is_text(struct kernel *kernel, uint64_t vaddr)
{
	return between(kernel, "_stext", "_etext", vaddr) ||
	       between(kernel, "_sinittext", "_einittext", vaddr);
}

static const char *kernel_name(struct memory_context *context, uint64_t vaddr)
{
	uint64_t offset = 0;
	const char *name = kallsyms_name_at(&context->kernel->symbols, vaddr, &offset);

	if (!name)
		return "kernel";
	if (offset == 0)
		return arena_printf(context->arena, "kernel: %s", name);
	return arena_printf(context->arena, "kernel: %s+0x%" PRIx64, name, offset);
}

/* Nodes of a list {…, start, end, struct list_head} hold ranges of generated code. */
static const char *in_ksyms(struct memory_context *context, const char *list, uint64_t vaddr)
{
	enum { KSYMS_MAX = 65536 };
	struct kernel *kernel = context->kernel;
	struct member start, end, node, name;
	uint64_t head;

	if (!kernel_symbol(kernel, list, &head) ||
	    !btf_member(&kernel->btf, "bpf_ksym", "start", &start) ||
	    !btf_member(&kernel->btf, "bpf_ksym", "end", &end) ||
	    !btf_member(&kernel->btf, "bpf_ksym", "lnode", &node) ||
	    !btf_member(&kernel->btf, "bpf_ksym", "name", &name))
		return NULL;
	uint64_t at = head;
	for (unsigned i = 0; i < KSYMS_MAX && (at = kernel_list_next(kernel, at, head)) != 0; i++) {
		uint64_t symbol = at - node.offset;
		uint64_t from = kernel_get(kernel, symbol, start);
		if (vaddr >= from && vaddr < kernel_get(kernel, symbol, end))
			return kernel_array_text(kernel, symbol, name);
	}
	return NULL;
}

/* Pages that kprobes keep for copies of instructions: struct kprobe_insn_page.insns. */
static bool in_probe_pages(struct kernel *kernel, const char *cache, uint64_t vaddr)
{
	enum { PAGES_MAX = 4096 };
	struct member pages, list, insns;
	uint64_t address;

	if (!kernel_symbol(kernel, cache, &address) ||
	    !btf_member(&kernel->btf, "kprobe_insn_cache", "pages", &pages) ||
	    !btf_member(&kernel->btf, "kprobe_insn_page", "list", &list) ||
	    !btf_member(&kernel->btf, "kprobe_insn_page", "insns", &insns))
		return false;
	uint64_t head = address + pages.offset, at = head;
	for (unsigned i = 0; i < PAGES_MAX && (at = kernel_list_next(kernel, at, head)) != 0; i++)
		if (kernel_get(kernel, at - list.offset, insns) / IMAGE_PAGE == vaddr / IMAGE_PAGE)
			return true;
	return false;
}

/* A trampoline of ftrace: ops->trampoline for trampoline_size bytes. */
static bool in_ftrace_trampoline(struct kernel *kernel, uint64_t vaddr)
{
	enum { OPS_MAX = 4096 };
	struct member code, size;
	uint64_t list;

	if (!kernel_symbol(kernel, "ftrace_ops_list", &list) ||
	    !btf_member(&kernel->btf, "ftrace_ops", "trampoline", &code) ||
	    !btf_member(&kernel->btf, "ftrace_ops", "trampoline_size", &size))
		return false;
	uint64_t ops = kernel_u64(kernel, list);
	for (unsigned i = 0; i < OPS_MAX && kernel_is_address(kernel, ops); i++) {
		uint64_t start = kernel_get(kernel, ops, code);
		if (start && vaddr >= start && vaddr - start < kernel_get(kernel, ops, size))
			return true;
		ops = kernel_get(kernel, ops, kernel->layout.ftrace_ops_next);
	}
	return false;
}

struct owner owner_of(struct memory_context *context, uint64_t vaddr)
{
	struct kernel *kernel = context->kernel;

	if (owner_is_text(kernel, vaddr))
		return (struct owner){OWNER_KERNEL, kernel_name(context, vaddr)};
	const struct module_info *module = modules_at(context_modules(context), vaddr);
	if (module && module->views & MODULE_VIEW_LIST)
		return (struct owner){OWNER_MODULE,
				      arena_printf(context->arena, "module %s", module->name)};
	if (module)
		return (struct owner){
			OWNER_HIDDEN_MODULE,
			arena_printf(context->arena, "hidden module %s", module->name)};
	const char *bpf = in_ksyms(context, "bpf_kallsyms", vaddr);
	if (bpf)
		return (struct owner){OWNER_BPF, arena_printf(context->arena, "BPF: %s", bpf)};
	if (in_probe_pages(kernel, "kprobe_insn_slots", vaddr) ||
	    in_probe_pages(kernel, "kprobe_optinsn_slots", vaddr))
		return (struct owner){OWNER_TRAMPOLINE, "copy of an instruction for a kprobe"};
	if (in_ftrace_trampoline(kernel, vaddr))
		return (struct owner){OWNER_TRAMPOLINE, "trampoline of ftrace"};
	return (struct owner){OWNER_NOTHING, "nothing known"};
}
