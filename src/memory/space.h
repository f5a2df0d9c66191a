/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A virtual address space of x86-64: page tables in an image, with 4 or 5 levels (Intel SDM volume
 * 3A, 4.5). What is not mapped, or mapped to what the image does not hold, reads as absent.
 */
#include "memory/image.h"

enum { SPACE_TLB = 1024 };

struct space {
	struct image *image;
	uint64_t root;   /* physical address of the top table */
	unsigned levels; /* 4 or 5 */
	struct {
		uint64_t page; /* virtual page + 1; 0: empty */
		uint64_t paddr;
	} * tlb; /* SPACE_TLB slots, or NULL: walk every time */
};

struct translation {
	uint64_t paddr;
	uint64_t page_size; /* 4 KiB, 2 MiB, 1 GiB */
	bool is_writable, is_user, is_executable;
};

void space_init(struct space *space, struct image *image, uint64_t root, unsigned levels);
/* The same with a cache of translations; space_deinit() frees it. */
void space_init_cached(struct space *space, struct image *image, uint64_t root, unsigned levels);
void space_deinit(struct space *space);

bool space_translate(struct space *space, uint64_t vaddr, struct translation *ret);
/* The first mapped page at or behind *vaddr and below end; moves *vaddr there. Skips what is not
 * mapped by whole tables. */
bool space_next(struct space *space, uint64_t *vaddr, uint64_t end, struct translation *ret);
/* Copies [vaddr, vaddr+size); false when a byte of it is absent. */
bool space_read(struct space *space, uint64_t vaddr, void *out, size_t size);
/* As much of it as is there from the start. */
size_t space_read_some(struct space *space, uint64_t vaddr, void *out, size_t size);
/* The bytes of one page at most: how far vaddr's page goes. */
static inline size_t space_page_left(uint64_t vaddr)
{
	return (size_t)(IMAGE_PAGE - vaddr % IMAGE_PAGE);
}
