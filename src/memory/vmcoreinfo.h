/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * VMCOREINFO: the text page that a kernel keeps for crash dumps (kernel/vmcore_info.c): lines
 * KEY=value, among them where it lies, and since 6.0 where its symbol table is.
 */
#include "memory/image.h"

enum { VMCOREINFO_MAX = 4096 };

struct vmcoreinfo {
	char text[VMCOREINFO_MAX + 1];
	size_t size;
	uint64_t paddr; /* of the page; 0 for the note */
};

/* Takes the text when it looks like VMCOREINFO: starts with OSRELEASE=, is lines of text. */
bool vmcoreinfo_parse(struct span text, struct vmcoreinfo *ret);
/* Looks at the start of every page; the next one at or behind *cursor, which is moved on. */
bool vmcoreinfo_scan(struct image *image, struct image_cursor *cursor, struct vmcoreinfo *ret);
/* The value of KEY, up to the line's end. */
bool vmcoreinfo_get(const struct vmcoreinfo *info, const char *key, struct span *ret);
/* SYMBOL(name), hexadecimal. */
bool vmcoreinfo_symbol(const struct vmcoreinfo *info, const char *name, uint64_t *ret);
/* NUMBER(name), decimal, perhaps negative. */
bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *name, int64_t *ret);
