/* SPDX-License-Identifier: MIT */
/*
 * System call tables: every slot must lead to the kernel's own text, and no handler may begin with a
 * jump out of it. Only what deviates becomes a row.
 */
#include <inttypes.h>

#include "memory/owner.h"

enum { CALLS_MAX = 2048, ROWS_MAX = 4096, CODE_SIZE = 32 };

struct scan {
	struct memory_context *context;
	const char *table;
	vec(struct memory_syscall_hook) rows;
};

static void add_row(struct scan *scan, struct memory_syscall_hook row)
{
	if (scan->rows.count < ROWS_MAX)
		vec_add(&scan->rows, row);
}

/* Where a jump or call at the start of a function leads; 0 when it starts with neither. `at` is the
 * place of the bytes. Knows jmp/call rel32, jmp [rip+d], mov r64, imm64 + jmp r64, push imm + ret. */
static uint64_t diversion(struct span code, uint64_t at, const char **ret_how)
{
	size_t i = 0;

	if (span_u32(code, 0, BYTE_ORDER_LITTLE) == 0xfa1e0ff3) /* endbr64 */
		i = 4;
	uint8_t first = span_u8(code, i), second = span_u8(code, i + 1);
	int64_t relative = (int32_t)span_u32(code, i + 1, BYTE_ORDER_LITTLE);
	*ret_how = first == 0xe8 ? "its code begins with a call" : "its code begins with a jump";
	if (first == 0xe9 || first == 0xe8)
		return at + i + 5 + (uint64_t)relative;
	if (first == 0xff && second == 0x25) {
		int64_t slot = (int32_t)span_u32(code, i + 2, BYTE_ORDER_LITTLE);
		return at + i + 6 + (uint64_t)slot;
	}
	bool loads = (first & 0xfe) == 0x48 && (second & 0xf8) == 0xb8;
	uint8_t next = span_u8(code, i + 10), last = span_u8(code, i + 11);
	if (loads && ((next == 0xff && (last & 0xf8) == 0xe0) || (next == 0x41 && last == 0xff) ||
		      (next & 0xf8) == 0x50))
		return span_u64(code, i + 2, BYTE_ORDER_LITTLE);
	if (first == 0x68 && span_u8(code, i + 5) == 0xc3)
		return (uint64_t)relative;
	if (first == 0xcc)
		*ret_how = "its code begins with a breakpoint";
	return first == 0xcc ? at + i : 0;
}

/* A breakpoint of a registered kprobe is no diversion of unknown origin. */
static bool is_known_diversion(const struct owner *owner)
{
	return owner->kind == OWNER_KERNEL || owner->kind == OWNER_BPF ||
	       owner->kind == OWNER_TRAMPOLINE || owner->kind == OWNER_MODULE;
}

static void check_code(struct scan *scan, uint64_t number, uint64_t handler)
{
	struct kernel *kernel = scan->context->kernel;
	uint8_t bytes[CODE_SIZE] = {0};
	const char *how;

	if (!kernel_read(kernel, handler, bytes, sizeof(bytes)))
		return;
	uint64_t target = diversion(span_of(bytes, sizeof(bytes)), handler, &how);
	if (!target || owner_is_text(kernel, target))
		return;
	const char *name = kallsyms_name_at(&kernel->symbols, handler, NULL);
	struct owner owner = owner_of(scan->context, target);
	if (is_known_diversion(&owner))
		return;
	add_row(scan, (struct memory_syscall_hook){
			      .address = handler,
			      .table = scan->table,
			      .number = number,
			      .handler = name ? arena_strdup(scan->context->arena, name) : NULL,
			      .target = target,
			      .owner = owner.text,
			      .note = how});
}

/* The slot's own function, told by the names of its neighbours being of the same kind: handlers are
 * named __x64_sys_…, __ia32_sys_…, __do_sys_… or sys_…. */
static bool is_handler_name(const char *name)
{
	return name && (strstr(name, "sys_") || strstr(name, "_sys") || strstr(name, "syscall"));
}

static void check_slot(struct scan *scan, uint64_t slot, uint64_t number)
{
	struct kernel *kernel = scan->context->kernel;
	uint64_t target = kernel_u64(kernel, slot), offset = 0;

	if (target == 0) /* padding behind the last call */
		return;
	if (!owner_is_text(kernel, target)) {
		add_row(scan, (struct memory_syscall_hook){
				      .address = slot,
				      .table = scan->table,
				      .number = number,
				      .target = target,
				      .owner = owner_of(scan->context, target).text,
				      .note = "the table leads out of the kernel's code"});
		return;
	}
	const char *name = kallsyms_name_at(&kernel->symbols, target, &offset);
	if (offset != 0 || !is_handler_name(name))
		add_row(scan, (struct memory_syscall_hook){
				      .address = slot,
				      .table = scan->table,
				      .number = number,
				      .target = target,
				      .owner = owner_of(scan->context, target).text,
				      .note = "the table leads to what is no system call"});
	check_code(scan, number, target);
}

static bool check_table(struct scan *scan, const char *table)
{
	struct kernel *kernel = scan->context->kernel;
	uint64_t start;

	if (!kernel_symbol(kernel, table, &start))
		return false;
	uint64_t end = kallsyms_next(&kernel->symbols, start);
	uint64_t count = end > start ? (end - start) / 8 : 0;
	scan->table = table;
	for (uint64_t i = 0; i < count && i < CALLS_MAX; i++)
		check_slot(scan, start + i * 8, i);
	return count > 0;
}

const char *plugin_syscalls(struct memory_context *context)
{
	static const char *const tables[] = {"sys_call_table", "ia32_sys_call_table",
					     "x32_sys_call_table"};
	struct scan scan = {.context = context};
	bool is_checked = false;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		is_checked |= check_table(&scan, tables[i]);
	list_take(context->arena, &context->report->syscall_hooks, scan.rows.data, scan.rows.count);
	vec_deinit(&scan.rows);
	return is_checked ? NULL : "needs the kernel's symbols";
}
