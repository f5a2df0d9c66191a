/* SPDX-License-Identifier: MIT */
/* Kernel modules, and where the list, sysfs and the scan disagree on them. */
#include "memory/context.h"

static const char *state_name(uint64_t state)
{
	static const char *const names[] = {"live", "coming", "going", "unformed"};

	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

/* Bits of module.taints: include/linux/panic.h, TAINT_…. */
static const char *taint_names(struct memory_context *context, uint64_t taints)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {{0, "proprietary"}, {1, "forced"},     {10, "staging"}, {12, "out_of_tree"},
		     {13, "unsigned"},   {15, "livepatch"}, {18, "test"}};
	cleanup_buffer struct buffer text = {0};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (taints >> names[i].bit & 1)
			buffer_printf(&text, "%s%s", text.size ? " " : "", names[i].name);
	return text.size ? arena_strdup(context->arena, buffer_text(&text)) : NULL;
}

static void add_notes(struct memory_context *context, const struct module_info *module,
		      struct memory_module *row)
{
	struct text_list notes = {0};

	if (!row->in_list && row->standing == MEMORY_HIDDEN)
		text_list_add(
			&notes,
			"hidden: not in the list of modules, but its code and data are there");
	if (row->in_list && !row->in_sysfs && row->standing == MEMORY_HIDDEN)
		text_list_add(&notes, "hidden from /sys/module");
	if (module->part_count == 0)
		text_list_add(&notes, "says nothing of where its code is");
	list_take(context->arena, &row->notes, notes.data, notes.count);
	vec_deinit(&notes);
}

static struct memory_module make_row(struct memory_context *context,
				     const struct module_info *module)
{
	struct kernel *kernel = context->kernel;
	uint64_t state = kernel_get(kernel, module->address, kernel->layout.module_state);
	struct memory_module row = {
		.address = module->address,
		.name = module->name,
		.in_list = (module->views & MODULE_VIEW_LIST) != 0,
		.in_sysfs = (module->views & MODULE_VIEW_SYSFS) != 0,
		.in_scan = (module->views & MODULE_VIEW_SCAN) != 0,
		.state = state_name(state),
		.base = module->parts[0].base,
		.taints = taint_names(
			context, kernel_get(kernel, module->address, kernel->layout.module_taints)),
	};

	for (size_t i = 0; i < module->part_count; i++)
		row.size += module->parts[i].size;
	/* While it comes or goes a module is not in sysfs yet or any more. */
	bool is_settled = state == 0;
	if (!row.in_list || (is_settled && !row.in_sysfs))
		row.standing = is_settled || row.in_scan ? MEMORY_HIDDEN : MEMORY_EXITED;
	add_notes(context, module, &row);
	return row;
}

/* An out-of-tree module leaves a mark on the kernel that outlives it. */
static void check_taint(struct memory_context *context)
{
	enum { OUT_OF_TREE = 12 };
	struct module_set *set = context_modules(context);
	struct kernel *kernel = context->kernel;
	uint64_t mask;

	if (!kernel_symbol(kernel, "tainted_mask", &mask) ||
	    !(kernel_u64(kernel, mask) >> OUT_OF_TREE & 1))
		return;
	for (size_t i = 0; i < set->modules.count; i++)
		if (kernel_get(kernel, set->modules.data[i].address,
			       kernel->layout.module_taints) >>
			    OUT_OF_TREE &
		    1)
			return;
	context_anomaly(
		context, "taint_without_module", mask,
		"a module from outside the kernel's tree was loaded, and none is there now");
}

const char *plugin_modules(struct memory_context *context)
{
	vec(struct memory_module) rows = {0};
	uint64_t head;

	if (!context->kernel->has_types || !kernel_symbol(context->kernel, "modules", &head))
		return "needs the kernel's types and symbols";
	struct module_set *set = context_modules(context);
	for (size_t i = 0; i < set->modules.count; i++)
		vec_add(&rows, make_row(context, &set->modules.data[i]));
	check_taint(context);
	list_take(context->arena, &context->report->modules, rows.data, rows.count);
	vec_deinit(&rows);
	return NULL;
}
