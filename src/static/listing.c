/* SPDX-License-Identifier: MIT */
/* Machine code at the entry point. */
#include <elf.h>

#include "base/macro.h"
#include "disasm/disasm.h"
#include "static/work.h"

enum { MAX_INSTRUCTIONS = 64 };

static void fill(struct static_work *work, const struct disasm_target *target, uint64_t vaddr,
		 struct static_listing *ret)
{
	struct disasm_instruction found[MAX_INSTRUCTIONS];
	size_t count =
		disasm_run(target, elf_bytes_at(&work->elf, vaddr), vaddr, MAX_INSTRUCTIONS, found);

	ret->vaddr = vaddr;
	ret->instructions.data = arena_alloc(work->arena, count * sizeof(*ret->instructions.data));
	for (size_t i = 0; i < count; i++) {
		ret->instructions.data[ret->instructions.count++] = (struct static_instruction){
			.vaddr = found[i].vaddr,
			.bytes = arena_copy(work->arena, span_of(found[i].bytes, found[i].size)),
			.text = arena_strdup(work->arena, found[i].text),
		};
		if (found[i].is_return)
			break;
	}
}

struct error *listing_analyze(struct static_work *work)
{
	const struct elf *elf = &work->elf;
	uint64_t entry = elf->header.entry;
	struct disasm_target target = {
		.machine = elf->header.machine,
		.is_64 = elf->is_64,
		.order = elf->order,
	};

	if (entry == 0 || elf->header.type == ET_REL || !disasm_is_supported(&target))
		return NULL;
	/* An odd address means 16-bit code on ARM. */
	if (target.machine == EM_ARM && entry & 1) {
		target.is_thumb = true;
		entry--;
	}
	/* Of 64-bit big-endian PowerPC the entry is the address of a descriptor, whose first word is
	 * the address of the code. */
	if (target.machine == EM_PPC64 && elf->order == BYTE_ORDER_BIG &&
	    (elf->header.flags & 3) != 2)
		entry = span_u64(elf_bytes_at(elf, entry), 0, elf->order);
	struct static_listing *listing = arena_new_of(work->arena, struct static_listing);
	listing->name = "entry point";
	fill(work, &target, entry, listing);
	if (listing->instructions.count == 0)
		return NULL;
	work->report->listings.data = listing;
	work->report->listings.count = 1;
	return NULL;
}
