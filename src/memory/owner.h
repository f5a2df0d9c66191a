/* SPDX-License-Identifier: MIT */
#pragma once
/* Whose code an address is: the kernel's, a module's, a hidden module's, or nothing's that is known. */
#include "memory/context.h"

enum owner_kind {
	OWNER_KERNEL,
	OWNER_MODULE,
	OWNER_HIDDEN_MODULE,
	OWNER_BPF,        /* machine code of a BPF program, or a trampoline that the kernel made */
	OWNER_TRAMPOLINE, /* code that ftrace or kprobes made */
	OWNER_NOTHING,
};

struct owner {
	enum owner_kind kind;
	const char
		*text; /* "kernel: tcp4_seq_show", "module x", "hidden module x", "nothing known" */
};

struct owner owner_of(struct memory_context *context, uint64_t vaddr);
/* Whether an address lies in the text of the kernel image. */
bool owner_is_text(struct kernel *kernel, uint64_t vaddr);
static inline bool owner_is_foreign(struct owner owner)
{
	return owner.kind == OWNER_HIDDEN_MODULE || owner.kind == OWNER_NOTHING;
}
