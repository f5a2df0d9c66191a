/* SPDX-License-Identifier: MIT */
/*
 * The ladder:
 *  1. VMCOREINFO in a note of the image: says where the kernel was put and where its tables are;
 *  2. VMCOREINFO as a page of memory;
 *  3. the symbol table by its shape; linux_banner then ties virtual to physical addresses;
 *  4. the types alone: the first task is found by its name and by pointing to itself.
 * Each rung must end with page tables that map the kernel where the rung says that it is. Then types
 * are read (__start_BTF, else a scan), and the first task must be the one that every kernel has.
 *
 * The kernel image lies in one piece, virtually above __START_KERNEL_map and physically 2 MiB
 * aligned; so its addresses differ from physical ones by one number, text_delta.
 */
#include "memory/startup.h"

#include "memory/kallsyms_scan.h"

enum { TEXT_ALIGN = 2 << 20, BTF_TRIES = 64, INFO_TRIES = 64 };
static const uint64_t text_map = 0xffffffff80000000u;

static void check(struct kernel *kernel, const char *what, bool agrees)
{
	if (kernel->check_count < KERNEL_CHECKS_MAX)
		kernel->checks[kernel->check_count++] =
			(struct kernel_check){.what = what, .agrees = agrees};
}

/* Whether the table at root maps vaddr to paddr with 4 or 5 levels; sets the address space. */
static bool try_root(struct kernel *kernel, uint64_t root, uint64_t vaddr, uint64_t paddr)
{
	for (unsigned levels = 5; levels >= 4; levels--) {
		struct space space;
		struct translation found;
		space_init(&space, kernel->image, root, levels);
		if (!space_translate(&space, vaddr, &found) || found.paddr != paddr)
			continue;
		space_deinit(&kernel->space);
		space_init_cached(&kernel->space, kernel->image, root, levels);
		return true;
	}
	return false;
}

/* Page tables that map vaddr to paddr: those of the CPUs, else any page that could be a top table. */
static bool find_root(struct kernel *kernel, uint64_t vaddr, uint64_t paddr)
{
	cleanup_cursor struct image_cursor cursor = {0};

	for (size_t i = 0; i < kernel->image->cpus.count; i++) {
		uint64_t root = kernel->image->cpus.data[i].cr3 & 0x000ffffffffff000u;
		/* With page-table isolation bit 12 tells the user's half. */
		if (try_root(kernel, root & ~(uint64_t)IMAGE_PAGE, vaddr, paddr) ||
		    try_root(kernel, root, vaddr, paddr))
			return true;
	}
	while (image_next(kernel->image, &cursor))
		for (size_t at = 0; at < cursor.window.size; at += IMAGE_PAGE) {
			uint64_t last = span_u64(cursor.window, at + 511 * 8, BYTE_ORDER_LITTLE);
			if ((last & 0x81) == 1 &&
			    (last & 0x000ffffffffff000u) < kernel->image->top &&
			    try_root(kernel, cursor.paddr + at, vaddr, paddr))
				return true;
		}
	return false;
}

static void read_tables(struct kernel *kernel)
{
	const struct vmcoreinfo *info = &kernel->info;
	struct kallsyms_place place = {0};
	uint64_t *const wanted[] = {&place.num_syms, &place.names, &place.tokens, &place.index,
				    &place.offsets};
	static const char *const names[] = {"kallsyms_num_syms", "kallsyms_names",
					    "kallsyms_token_table", "kallsyms_token_index",
					    "kallsyms_offsets"};
	bool is_placed = true;

	(void)vmcoreinfo_symbol(info, "_stext", &place.stext);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		is_placed &= vmcoreinfo_symbol(info, names[i], wanted[i]);
		if (wanted[i] == &place.offsets)
			place.offsets_vaddr = place.offsets;
		*wanted[i] -= kernel->text_delta;
	}
	if (vmcoreinfo_symbol(info, "kallsyms_relative_base", &place.base))
		place.base -= kernel->text_delta;
	kernel->has_symbols = is_placed && kallsyms_read(kernel->image, &place, &kernel->symbols);
	if (kernel->has_symbols)
		return;
	kernel->has_symbols = kallsyms_scan(kernel->image, &place, &kernel->symbols);
}

/* Rungs 1 and 2. */
static bool try_vmcoreinfo(struct kernel *kernel, const struct vmcoreinfo *info)
{
	uint64_t stext, table;
	int64_t phys_base;

	if (!vmcoreinfo_symbol(info, "_stext", &stext) || stext < text_map ||
	    !vmcoreinfo_number(info, "phys_base", &phys_base) ||
	    !vmcoreinfo_symbol(info, "swapper_pg_dir", &table))
		return false;
	kernel->text_delta = text_map - (uint64_t)phys_base;
	if (!try_root(kernel, table - kernel->text_delta, stext, stext - kernel->text_delta))
		return false;
	kernel->info = *info;
	read_tables(kernel);
	uint64_t same;
	if (kernel->has_symbols)
		check(kernel, "_stext of VMCOREINFO and of kallsyms",
		      kernel_symbol(kernel, "_stext", &same) && same == stext);
	return true;
}

/* Finds where linux_banner is, physically; its page offset is known. */
static bool try_banner(struct kernel *kernel, uint64_t banner, uint64_t stext, uint64_t table)
{
	static const char start[] = "Linux version ";
	cleanup_cursor struct image_cursor cursor = {0};

	while (image_next(kernel->image, &cursor))
		for (size_t at = banner % IMAGE_PAGE; at < cursor.window.size; at += IMAGE_PAGE) {
			struct span here = span_clip(cursor.window, at, sizeof(start) - 1);
			uint64_t delta = banner - (cursor.paddr + at);
			if (here.size < sizeof(start) - 1 || delta % TEXT_ALIGN ||
			    memcmp(here.data, start, here.size) != 0 ||
			    !try_root(kernel, table - delta, stext, stext - delta))
				continue;
			kernel->text_delta = delta;
			return true;
		}
	return false;
}

/* Rung 3. */
static bool try_kallsyms(struct kernel *kernel)
{
	struct kallsyms_place place = {0};
	uint64_t banner, stext, table;

	kernel->has_symbols = kallsyms_scan(kernel->image, &place, &kernel->symbols);
	if (!kernel->has_symbols)
		return false;
	if (kernel_symbol(kernel, "linux_banner", &banner) &&
	    kernel_symbol(kernel, "_stext", &stext) &&
	    (kernel_symbol(kernel, "init_top_pgt", &table) ||
	     kernel_symbol(kernel, "swapper_pg_dir", &table)) &&
	    try_banner(kernel, banner, stext, table))
		return true;
	kallsyms_deinit(&kernel->symbols);
	kernel->has_symbols = false;
	return false;
}

/* Whether the task at paddr is the first one: number 0, its own parent. Gives its address. */
static bool is_first_task(struct kernel *kernel, const struct layout *layout, uint64_t paddr,
			  uint64_t *ret)
{
	uint64_t parent, real_parent, pid;

	if (!image_read_u64(kernel->image, paddr + layout->task_struct_parent.offset, &parent) ||
	    !image_read_u64(kernel->image, paddr + layout->task_struct_real_parent.offset,
			    &real_parent) ||
	    !image_read_u64(kernel->image, paddr + layout->task_struct_pid.offset, &pid))
		return false;
	if ((uint32_t)pid != 0 || parent != real_parent || parent < text_map ||
	    (parent - paddr) % TEXT_ALIGN != 0)
		return false;
	*ret = parent;
	return true;
}

static bool find_first_task(struct kernel *kernel, const struct layout *layout)
{
	enum { TASK_ALIGN = 64 };
	static const char name[] = "swapper/0";
	cleanup_cursor struct image_cursor cursor = {0};
	size_t comm = layout->task_struct_comm.offset;

	if (!layout->task_struct_comm.found || !layout->task_struct_parent.found ||
	    !layout->task_struct_real_parent.found || !layout->task_struct_pid.found)
		return false;
	while (image_next(kernel->image, &cursor))
		for (size_t at = comm % TASK_ALIGN; at < cursor.window.size; at += TASK_ALIGN) {
			struct span here = span_clip(cursor.window, at, sizeof(name));
			uint64_t paddr = cursor.paddr + at - comm, task;
			if (here.size < sizeof(name) ||
			    memcmp(here.data, name, sizeof(name)) != 0 ||
			    paddr > cursor.paddr + at ||
			    !is_first_task(kernel, layout, paddr, &task) ||
			    !find_root(kernel, task, paddr))
				continue;
			kernel->text_delta = task - paddr;
			kernel->init_task = task;
			return true;
		}
	return false;
}

/* Whether the types are a kernel's; takes them. */
static bool take_types(struct kernel *kernel, uint64_t paddr, uint64_t size)
{
	struct btf btf;

	if (!btf_read(kernel->image, paddr, size, &btf))
		return false;
	if (btf_struct_size(&btf, "task_struct") == 0 || btf_struct_size(&btf, "list_head") == 0) {
		btf_deinit(&btf);
		return false;
	}
	kernel->btf = btf;
	kernel->has_types = true;
	layout_init(&kernel->layout, &kernel->btf);
	return true;
}

static void drop_types(struct kernel *kernel)
{
	btf_deinit(&kernel->btf);
	kernel->has_types = false;
	memset(&kernel->layout, 0, sizeof(kernel->layout));
}

/* Rung 4. */
static bool try_types(struct kernel *kernel)
{
	cleanup_cursor struct image_cursor cursor = {0};
	uint64_t paddr, size;

	for (unsigned i = 0; i < BTF_TRIES && btf_scan(kernel->image, &cursor, &paddr, &size);
	     i++) {
		if (!take_types(kernel, paddr, size))
			continue;
		if (find_first_task(kernel, &kernel->layout))
			return true;
		drop_types(kernel);
	}
	return false;
}

static bool is_swapper(struct kernel *kernel)
{
	const char *comm =
		kernel_array_text(kernel, kernel->init_task, kernel->layout.task_struct_comm);

	return comm && strncmp(comm, "swapper", 7) == 0 &&
	       kernel_get(kernel, kernel->init_task, kernel->layout.task_struct_pid) == 0;
}

static void read_types(struct kernel *kernel)
{
	cleanup_cursor struct image_cursor cursor = {0};
	uint64_t start, stop, paddr, size;

	if (kernel_symbol(kernel, "__start_BTF", &start) &&
	    kernel_symbol(kernel, "__stop_BTF", &stop) && stop > start &&
	    take_types(kernel, start - kernel->text_delta, stop - start))
		return;
	for (unsigned i = 0; i < BTF_TRIES && btf_scan(kernel->image, &cursor, &paddr, &size);
	     i++) {
		if (!take_types(kernel, paddr, size))
			continue;
		if (!kernel->init_task || is_swapper(kernel))
			return;
		drop_types(kernel);
	}
}

static void read_banner(struct kernel *kernel)
{
	uint64_t banner;
	struct span release;

	if (kernel_symbol(kernel, "linux_banner", &banner))
		(void)space_read_some(&kernel->space, banner, kernel->banner,
				      sizeof(kernel->banner) - 1);
	kernel->banner[strcspn(kernel->banner, "\n")] = '\0';
	if (!vmcoreinfo_get(&kernel->info, "OSRELEASE", &release) || !kernel->banner[0])
		return;
	cleanup_free char *start =
		xasprintf("Linux version %.*s ", (int)release.size, (const char *)release.data);
	check(kernel, "release of VMCOREINFO and of linux_banner",
	      strncmp(kernel->banner, start, strlen(start)) == 0);
}

/* Whether a CPU's page tables share the kernel's half with ours. */
static void check_cpus(struct kernel *kernel)
{
	struct image *image = kernel->image;
	struct translation found;

	for (size_t i = 0; i < image->cpus.count; i++) {
		struct space space;
		space_init(&space, image, image->cpus.data[i].cr3, kernel->space.levels);
		check(kernel, "CR3 of a CPU maps the kernel where it is",
		      space_translate(&space, kernel->init_task, &found) &&
			      found.paddr == kernel->init_task - kernel->text_delta);
		return;
	}
}

static bool climb(struct kernel *kernel, const struct kernel_hint *hint)
{
	cleanup_cursor struct image_cursor cursor = {0};
	struct vmcoreinfo info;
	uint8_t page[VMCOREINFO_MAX];

	kernel->rung = KERNEL_RUNG_NOTE;
	if (vmcoreinfo_parse(kernel->image->vmcoreinfo, &info) && try_vmcoreinfo(kernel, &info))
		return true;
	kernel->rung = KERNEL_RUNG_PAGE;
	if (hint && hint->vmcoreinfo_paddr &&
	    image_read(kernel->image, hint->vmcoreinfo_paddr, page, sizeof(page)) &&
	    vmcoreinfo_parse(span_of(page, sizeof(page)), &info)) {
		info.paddr = hint->vmcoreinfo_paddr;
		if (try_vmcoreinfo(kernel, &info))
			return true;
	}
	for (unsigned i = 0; i < INFO_TRIES && vmcoreinfo_scan(kernel->image, &cursor, &info); i++)
		if (try_vmcoreinfo(kernel, &info))
			return true;
	kernel->rung = KERNEL_RUNG_KALLSYMS;
	if (try_kallsyms(kernel))
		return true;
	kernel->rung = KERNEL_RUNG_BTF;
	return try_types(kernel);
}

struct error *startup_run(struct kernel *kernel, const struct kernel_hint *hint)
{
	if (!climb(kernel, hint))
		return error_new(ERROR_NOT_FOUND,
				 "no x86-64 Linux kernel is found in the image: no VMCOREINFO, no "
				 "symbol table and no types lead to page tables that hold");
	(void)kernel_symbol(kernel, "init_task", &kernel->init_task);
	if (!kernel->has_types)
		read_types(kernel);
	read_banner(kernel);
	if (kernel->has_types && kernel->init_task)
		check(kernel, "init_task is the swapper", is_swapper(kernel));
	if (kernel->init_task)
		check_cpus(kernel);
	return NULL;
}
