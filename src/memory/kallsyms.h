/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The kernel's own symbol table (kernel/kallsyms.c, scripts/kallsyms.c), decoded from memory.
 *
 * Names are compressed with 256 tokens; each is a length (since 6.1 two bytes where bit 7 is set)
 * and that many token numbers; the first character is the type as nm prints it. How addresses are
 * stored has changed five times and is backported at will, so it is told by what the numbers give,
 * never by the version:
 *
 *	ABSOLUTE   u64 each (to 4.5)
 *	PERCPU     i32: >= 0 is the value itself (per-CPU), < 0 is base - 1 - value (4.6 to 6.14)
 *	RELATIVE   u32 above the base (any kernel without the former)
 *	PLACE      i32 from the place of the entry itself (7.0)
 */
#include "memory/image.h"

enum {
	KALLSYMS_MIN = 2000,
	KALLSYMS_MAX = 1 << 20,  /* symbols */
	KALLSYMS_NAME_MAX = 512, /* KSYM_NAME_LEN since 6.1 */
	KALLSYMS_TOKENS = 256,
	KALLSYMS_TOKENS_MAX = 16384,  /* bytes of the token table */
	KALLSYMS_TEXT_MAX = 64 << 20, /* bytes of all names, decoded */
};

enum kallsyms_mode { KALLSYMS_ABSOLUTE, KALLSYMS_PERCPU, KALLSYMS_RELATIVE, KALLSYMS_PLACE };

/* Where the tables lie, physically. */
struct kallsyms_place {
	uint64_t num_syms, names, tokens, index, offsets, base; /* base 0: none is stored */
	uint64_t offsets_vaddr;                                 /* for PLACE; 0 when not known */
	uint64_t stext; /* the address that _stext must get; 0 when not known */
};

struct kallsyms {
	size_t count;
	enum kallsyms_mode mode;
	uint64_t *addresses; /* ascending where the kernel's are */
	uint32_t *names;     /* offset in text of the name; its type stands before it */
	char *text;
	size_t text_size;
	uint32_t *hash; /* index + 1 by name; a power of two of slots */
	size_t hash_mask;
	uint32_t *order; /* indexes by address; NULL when addresses ascend as they are */
};

/* Decodes the tables at known places. False: they are no tables, or _stext does not agree. */
bool kallsyms_read(struct image *image, const struct kallsyms_place *place, struct kallsyms *ret);
void kallsyms_deinit(struct kallsyms *symbols);

bool kallsyms_find(const struct kallsyms *symbols, const char *name, uint64_t *ret);
/* The symbol at or below vaddr; NULL when there is none. ret_offset may be NULL. The name is the
 * table's: what outlives it takes a copy. */
const char *kallsyms_name_at(const struct kallsyms *symbols, uint64_t vaddr, uint64_t *ret_offset);
/* The address of the next symbol above vaddr; 0 when there is none. */
uint64_t kallsyms_next(const struct kallsyms *symbols, uint64_t vaddr);

/* Shared with kallsyms_scan.c: the tokens, cut out of their table. */
struct kallsyms_tokens {
	const uint8_t *data[KALLSYMS_TOKENS];
	uint8_t sizes[KALLSYMS_TOKENS];
};
bool kallsyms_read_tokens(struct span table, struct span index, struct kallsyms_tokens *ret);
/* The next name's token numbers; false at the end or when malformed. */
bool kallsyms_next_name(struct reader *names, struct span *ret);
