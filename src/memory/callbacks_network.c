/* SPDX-License-Identifier: MIT */
/* Who sees packets: netfilter's hooks in every network namespace. */
#include <inttypes.h>

#include "memory/callbacks.h"

enum { HOOKS = 5, ENTRIES_MAX = 1024, NETS_MAX = 4096 };

static const char *const hook_names[HOOKS] = {"prerouting", "local_in", "forward", "local_out",
					      "postrouting"};

static void add_hook(struct callback_list *list, uint64_t entries, const char *name)
{
	struct kernel *kernel = list->context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t count = kernel_get(kernel, entries, layout->nf_hook_entries_count);

	for (uint64_t i = 0; i < count && i < ENTRIES_MAX; i++) {
		uint64_t entry = entries + layout->nf_hook_entries_hooks.offset +
				 i * layout->nf_hook_entry_bytes;
		callback_add(list, "netfilter", name, entry,
			     kernel_get(kernel, entry, layout->nf_hook_entry_hook));
	}
}

static void add_family(struct callback_list *list, uint64_t net, struct member member,
		       const char *family)
{
	struct kernel *kernel = list->context->kernel;

	for (uint64_t i = 0; member.found && i < HOOKS; i++) {
		uint64_t entries = kernel_u64(kernel, net + member.offset + i * 8);
		if (!kernel_is_address(kernel, entries))
			continue;
		add_hook(list, entries,
			 arena_printf(list->context->arena, "%s %s, namespace %" PRIu64, family,
				      hook_names[i],
				      kernel_get(kernel, net, kernel->layout.net_inum)));
	}
}

void callbacks_of_network(struct callback_list *list)
{
	struct kernel *kernel = list->context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t head;

	if (!kernel_symbol(kernel, "net_namespace_list", &head) || !layout->net_list.found ||
	    !layout->nf_hook_entry_bytes)
		return;
	uint64_t at = head;
	for (unsigned i = 0; i < NETS_MAX && (at = kernel_list_next(kernel, at, head)) != 0; i++) {
		uint64_t net = at - layout->net_list.offset;
		add_family(list, net, layout->net_nf_ipv4, "ipv4");
		add_family(list, net, layout->net_nf_ipv6, "ipv6");
	}
}
