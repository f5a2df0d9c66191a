/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Every kernel module, by three ways: the list of modules, the set below /sys/module, and a scan of
 * the area where modules lie for a struct module that points to itself (mkobj.mod).
 */
#include "memory/address_map.h"
#include "memory/kernel.h"

enum { MODULES_MAX = 4096, MODULE_PARTS_MAX = 8 };

enum module_view {
	MODULE_VIEW_LIST = 1,
	MODULE_VIEW_SYSFS = 2,
	MODULE_VIEW_SCAN = 4,
};

struct module_part {
	uint64_t base, size;
};

struct module_info {
	uint64_t address;
	unsigned views;
	const char *name;
	struct module_part parts[MODULE_PARTS_MAX];
	size_t part_count;
};

struct module_set {
	vec(struct module_info) modules;
	struct address_map by_address;
};

void modules_collect(struct kernel *kernel, struct module_set *ret);
void module_set_deinit(struct module_set *set);
/* The module one of whose parts holds vaddr, or NULL. */
const struct module_info *modules_at(const struct module_set *set, uint64_t vaddr);
