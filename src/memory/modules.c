/* SPDX-License-Identifier: MIT */
#include "memory/modules.h"

enum { MODULE_ALIGN = 64, NAME_MAX_SIZE = 56 };
/* Where x86-64 puts modules (Documentation/arch/x86/x86_64/mm.rst). */
static const uint64_t modules_start = 0xffffffffc0000000u, modules_end = 0xffffffffff000000u;
static const uint64_t scan_pages_max = 1 << 18;

void module_set_deinit(struct module_set *set)
{
	vec_deinit(&set->modules);
	address_map_deinit(&set->by_address);
}

static void add_part(struct module_info *module, uint64_t base, uint64_t size)
{
	if (base && size && size < (uint64_t)1 << 30 && module->part_count < MODULE_PARTS_MAX)
		module->parts[module->part_count++] =
			(struct module_part){.base = base, .size = size};
}

/* core_layout to 6.3, an array of parts since (ac3b43283923). The first is the code. */
static void read_parts(struct kernel *kernel, struct module_info *module)
{
	const struct layout *layout = &kernel->layout;

	if (layout->module_core_base.found) {
		add_part(module, kernel_get(kernel, module->address, layout->module_core_base),
			 kernel_get(kernel, module->address, layout->module_core_size));
		return;
	}
	if (!layout->module_mem.found || !layout->module_memory_bytes)
		return;
	uint64_t count = layout->module_mem.size / layout->module_memory_bytes;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t part = module->address + layout->module_mem.offset +
				i * layout->module_memory_bytes;
		add_part(module, kernel_get(kernel, part, layout->module_memory_base),
			 kernel_get(kernel, part, layout->module_memory_size));
	}
}

/* False when the module had that view already, or there are too many. */
static bool add(struct kernel *kernel, struct module_set *set, uint64_t address,
		enum module_view view)
{
	uint32_t index;

	if (set->modules.count >= MODULES_MAX || !address)
		return false;
	if (!address_map_add(&set->by_address, address, (uint32_t)set->modules.count, &index)) {
		if (set->modules.data[index].views & view)
			return false;
		set->modules.data[index].views |= view;
		return true;
	}
	struct module_info *module = vec_push(&set->modules);
	module->address = address;
	module->views = view;
	module->name = kernel_array_text(kernel, address, kernel->layout.module_name);
	if (!module->name)
		module->name = "";
	read_parts(kernel, module);
	return true;
}

static void walk_list(struct kernel *kernel, struct module_set *set)
{
	uint64_t head, at;

	if (!kernel_symbol(kernel, "modules", &head))
		return;
	at = head;
	while ((at = kernel_list_next(kernel, at, head)) != 0)
		if (!add(kernel, set, at - kernel->layout.module_list.offset, MODULE_VIEW_LIST))
			return;
}

static void walk_sysfs(struct kernel *kernel, struct module_set *set)
{
	const struct layout *layout = &kernel->layout;
	struct address_map seen = {0};
	uint64_t pointer;

	if (!kernel_symbol(kernel, "module_kset", &pointer) || !layout->kset_list.found)
		return;
	uint64_t head = kernel_u64(kernel, pointer) + layout->kset_list.offset, at = head;
	while ((at = kernel_list_next(kernel, at, head)) != 0 && seen.count < MODULES_MAX &&
	       address_map_add(&seen, at, 0, NULL)) {
		uint64_t object =
			at - layout->kobject_entry.offset - layout->module_kobject_kobj.offset;
		uint64_t module = kernel_get(kernel, object, layout->module_kobject_mod);
		if (module) /* parts of the kernel itself have none */
			(void)add(kernel, set, module, MODULE_VIEW_SYSFS);
	}
	address_map_deinit(&seen);
}

static bool looks_like_module(struct kernel *kernel, uint64_t module)
{
	const struct layout *layout = &kernel->layout;
	char name[NAME_MAX_SIZE] = {0};

	if (!kernel_read(kernel, module + layout->module_name.offset, name, sizeof(name)) ||
	    name[0] == '\0' || !memchr(name, '\0', sizeof(name)))
		return false;
	for (size_t i = 0; name[i]; i++)
		if (name[i] < '!' || name[i] > '~')
			return false;
	return kernel_get(kernel, module, layout->module_state) <= 3;
}

/* One page of the area: places where mkobj.mod of an aligned struct module could be. */
static void scan_page(struct kernel *kernel, struct module_set *set, uint64_t vaddr)
{
	uint8_t bytes[IMAGE_PAGE] = {0};
	struct span page = span_of(bytes, sizeof(bytes));
	uint64_t offset = kernel->layout.module_mkobj_mod.offset;

	if (!kernel_read(kernel, vaddr, bytes, sizeof(bytes)))
		return;
	for (uint64_t at = offset % MODULE_ALIGN; at + 8 <= page.size; at += MODULE_ALIGN) {
		uint64_t module = vaddr + at - offset;
		if (span_u64(page, at, BYTE_ORDER_LITTLE) == module &&
		    looks_like_module(kernel, module))
			(void)add(kernel, set, module, MODULE_VIEW_SCAN);
	}
}

static void scan_area(struct kernel *kernel, struct module_set *set)
{
	struct translation found;
	uint64_t at = modules_start, pages = 0;

	if (!kernel->layout.module_mkobj_mod.found || !kernel->layout.module_name.found)
		return;
	for (; space_next(&kernel->space, &at, modules_end, &found) && pages < scan_pages_max;
	     pages++) {
		scan_page(kernel, set, at & ~(uint64_t)(IMAGE_PAGE - 1));
		at = (at | (IMAGE_PAGE - 1)) + 1;
	}
}

void modules_collect(struct kernel *kernel, struct module_set *ret)
{
	memset(ret, 0, sizeof(*ret));
	walk_list(kernel, ret);
	walk_sysfs(kernel, ret);
	scan_area(kernel, ret);
}

const struct module_info *modules_at(const struct module_set *set, uint64_t vaddr)
{
	for (size_t i = 0; i < set->modules.count; i++) {
		const struct module_info *module = &set->modules.data[i];
		for (size_t k = 0; k < module->part_count; k++)
			if (vaddr >= module->parts[k].base &&
			    vaddr - module->parts[k].base < module->parts[k].size)
				return module;
	}
	return NULL;
}
