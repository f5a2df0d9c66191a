/* SPDX-License-Identifier: MIT */
/* Code that the kernel calls on events, each with its owner; the foreign ones first. */
#include "memory/callbacks.h"

void callback_add(struct callback_list *list, const char *kind, const char *name, uint64_t address,
		  uint64_t target)
{
	if (list->rows.count >= CALLBACKS_MAX ||
	    (list->only_foreign && owner_is_text(list->context->kernel, target)))
		return;
	struct arena *arena = list->context->arena;
	struct owner owner = owner_of(list->context, target);
	if (list->only_foreign && !owner_is_foreign(owner))
		return;
	const char *note = owner.kind == OWNER_HIDDEN_MODULE
				   ? "belongs to a module that hides itself"
			   : owner.kind == OWNER_NOTHING ? "leads to code that nothing owns"
							 : NULL;
	vec_add(&list->rows,
		((struct memory_callback){.kind = kind,
					  .name = name ? arena_strdup(arena, name) : NULL,
					  .address = address,
					  .target = target,
					  .owner = owner.text,
					  .is_foreign = owner_is_foreign(owner),
					  .note = note}));
}

/* Foreign before others; equal ones stay as they were found. */
static int foreign_first(const void *a, const void *b)
{
	const struct memory_callback *left = a, *right = b;

	if (left->is_foreign != right->is_foreign)
		return left->is_foreign ? -1 : 1;
	return left->address < right->address ? -1 : left->address > right->address;
}

const char *plugin_callbacks(struct memory_context *context)
{
	struct callback_list list = {.context = context};

	if (!context->kernel->has_types || !context->kernel->has_symbols)
		return "needs the kernel's types and symbols";
	callbacks_of_tracing(&list);
	callbacks_of_network(&list);
	callbacks_of_tables(&list);
	if (list.rows.count)
		qsort(list.rows.data, list.rows.count, sizeof(*list.rows.data), foreign_first);
	list_take(context->arena, &context->report->callbacks, list.rows.data, list.rows.count);
	vec_deinit(&list.rows);
	return NULL;
}
