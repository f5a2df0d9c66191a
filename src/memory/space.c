/* SPDX-License-Identifier: MIT */
#include "memory/space.h"

enum {
	ENTRY_PRESENT = 1,
	ENTRY_WRITABLE = 2,
	ENTRY_USER = 4,
	ENTRY_LARGE = 0x80,
	TABLE_BITS = 9,
	PAGE_BITS = 12,
};
static const uint64_t entry_address = 0x000ffffffffff000u;
static const uint64_t entry_no_execute = (uint64_t)1 << 63;

void space_init(struct space *space, struct image *image, uint64_t root, unsigned levels)
{
	*space = (struct space){.image = image, .root = root & entry_address, .levels = levels};
}

void space_init_cached(struct space *space, struct image *image, uint64_t root, unsigned levels)
{
	space_init(space, image, root, levels);
	space->tlb = xcalloc(SPACE_TLB, sizeof(*space->tlb));
}

void space_deinit(struct space *space)
{
	free(space->tlb);
	space->tlb = NULL;
}

/* Whether the bits above the tables' reach are copies of the highest bit that they see. */
static bool is_canonical(const struct space *space, uint64_t vaddr)
{
	unsigned bits = PAGE_BITS + TABLE_BITS * space->levels;
	int64_t top = (int64_t)vaddr >> (bits - 1);

	return top == 0 || top == -1;
}

/* Walks; where it fails, *ret_shift says how many bits of address the missing entry stands for. */
static bool walk(struct space *space, uint64_t vaddr, struct translation *ret, unsigned *ret_shift)
{
	struct translation found = {.is_writable = true, .is_user = true, .is_executable = true};
	uint64_t table = space->root;

	*ret_shift = PAGE_BITS;
	if (!is_canonical(space, vaddr))
		return false;
	for (unsigned level = space->levels; level > 0; level--) {
		unsigned shift = PAGE_BITS + TABLE_BITS * (level - 1);
		uint64_t entry, slot = vaddr >> shift & 511;
		*ret_shift = shift;
		if (!image_read_u64(space->image, table + slot * 8, &entry) ||
		    !(entry & ENTRY_PRESENT))
			return false;
		found.is_writable &= (entry & ENTRY_WRITABLE) != 0;
		found.is_user &= (entry & ENTRY_USER) != 0;
		found.is_executable &= (entry & entry_no_execute) == 0;
		if (level == 1 || (level <= 3 && entry & ENTRY_LARGE)) {
			uint64_t mask = ((uint64_t)1 << shift) - 1;
			found.page_size = mask + 1;
			found.paddr = (entry & entry_address & ~mask) | (vaddr & mask);
			*ret = found;
			return true;
		}
		table = entry & entry_address;
	}
	return false;
}

bool space_translate(struct space *space, uint64_t vaddr, struct translation *ret)
{
	unsigned shift;

	return walk(space, vaddr, ret, &shift);
}

bool space_next(struct space *space, uint64_t *vaddr, uint64_t end, struct translation *ret)
{
	uint64_t at = *vaddr;

	while (at < end) {
		unsigned shift;
		if (walk(space, at, ret, &shift)) {
			*vaddr = at;
			return true;
		}
		uint64_t mask = ((uint64_t)1 << shift) - 1;
		if ((at | mask) == UINT64_MAX)
			return false;
		at = (at | mask) + 1;
	}
	return false;
}

/* Physical address through the cache. */
static bool lookup(struct space *space, uint64_t vaddr, uint64_t *ret)
{
	uint64_t page = vaddr / IMAGE_PAGE;
	struct translation found;

	if (!space->tlb) {
		if (!space_translate(space, vaddr, &found))
			return false;
		*ret = found.paddr;
		return true;
	}
	__typeof__(space->tlb) slot = &space->tlb[(page ^ page >> 10) % SPACE_TLB];
	if (slot->page != page + 1) {
		if (!space_translate(space, vaddr, &found))
			return false;
		slot->page = page + 1;
		slot->paddr = found.paddr & ~(uint64_t)(IMAGE_PAGE - 1);
	}
	*ret = slot->paddr + vaddr % IMAGE_PAGE;
	return true;
}

size_t space_read_some(struct space *space, uint64_t vaddr, void *out, size_t size)
{
	uint8_t *to = out;
	size_t done = 0;

	while (done < size && vaddr <= UINT64_MAX - done) {
		uint64_t at = vaddr + done, paddr;
		size_t part = min_of(size - done, space_page_left(at));
		if (!lookup(space, at, &paddr) || !image_read(space->image, paddr, to + done, part))
			break;
		done += part;
	}
	return done;
}

bool space_read(struct space *space, uint64_t vaddr, void *out, size_t size)
{
	return space_read_some(space, vaddr, out, size) == size;
}
