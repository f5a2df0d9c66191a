/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A Linux kernel found in an image: its address space, symbols and types, all out of the image
 * itself. See startup.c for how.
 *
 * Reads give 0 or NULL for what is absent: every pointer is hostile, and a chain ends where memory
 * does. Texts live in the kernel's arena.
 */
#include "base/arena.h"
#include "memory/image.h"
#include "memory/kallsyms.h"
#include "memory/layout.h"
#include "memory/space.h"
#include "memory/vmcoreinfo.h"

enum kernel_rung {
	KERNEL_RUNG_NOTE,     /* VMCOREINFO in an ELF note */
	KERNEL_RUNG_PAGE,     /* VMCOREINFO found in memory */
	KERNEL_RUNG_KALLSYMS, /* symbol table found by its shape */
	KERNEL_RUNG_BTF,      /* types found, and the first task through them */
};

enum { KERNEL_CHECKS_MAX = 16, KERNEL_BANNER_MAX = 256 };

/* Something that two sources say, compared. */
struct kernel_check {
	const char *what;
	bool agrees;
};

struct kernel {
	struct image *image;
	struct arena *arena;
	enum kernel_rung rung;
	struct vmcoreinfo info; /* size 0: none was found */
	struct kallsyms symbols;
	struct btf btf;
	struct layout layout; /* all absent when there are no types */
	bool has_symbols, has_types;
	struct space space;
	uint64_t text_delta; /* virtual minus physical address in the kernel image */
	uint64_t init_task;
	char banner[KERNEL_BANNER_MAX];
	struct kernel_check checks[KERNEL_CHECKS_MAX];
	size_t check_count;
};

/* Where VMCOREINFO lies, if the caller knows (the template remembers): looked at before all pages. */
struct kernel_hint {
	uint64_t vmcoreinfo_paddr; /* 0: not known */
};

/* Finds the kernel. ERROR_NOT_FOUND when no rung holds. image and arena must outlive it. */
MUST_USE struct error *kernel_open(struct image *image, struct arena *arena,
				   const struct kernel_hint *hint, struct kernel **ret);
void kernel_free(struct kernel *kernel);
DEFINE_CLEANUP(struct kernel *, kernel_free)
#define cleanup_kernel guard(kernel_free)
const char *kernel_rung_name(enum kernel_rung rung);

bool kernel_symbol(const struct kernel *kernel, const char *name, uint64_t *ret);
/* Whether an address lies in the kernel's half. */
bool kernel_is_address(const struct kernel *kernel, uint64_t vaddr);
bool kernel_read(struct kernel *kernel, uint64_t vaddr, void *out, size_t size);
uint64_t kernel_u64(struct kernel *kernel, uint64_t vaddr);
uint32_t kernel_u32(struct kernel *kernel, uint64_t vaddr);
/* The number in a member of the object at vaddr; sign-extended where the member is signed. 0 when
 * the member or the memory is absent. */
uint64_t kernel_get(struct kernel *kernel, uint64_t vaddr, struct member member);
/* At most `max` bytes up to a NUL; NULL when the first byte is absent. */
char *kernel_string(struct kernel *kernel, uint64_t vaddr, size_t max);
/* A char array inside an object. */
char *kernel_array_text(struct kernel *kernel, uint64_t vaddr, struct member member);

/* What a linked list walk needs: next, or 0 at the end. `node` is the address of a list_head. */
uint64_t kernel_list_next(struct kernel *kernel, uint64_t node, uint64_t head);
