/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Memory forensics without profiles: a Linux kernel's own symbols and types are found in the image,
 * plugins read from it. The library opens nothing; it is run in a confined child.
 *
 *	err = image_open(fd, &image);              or image_open_live(fd, regions, n, &image)
 *	err = memory_analyze(image, NULL, arena, &report);
 *
 * What is malformed in the image becomes rows in report->anomalies, never an error, and never keeps
 * another plugin from its rows.
 */
#include "memory/image.h"
#include "model/model.h"

/* How far the search for tasks that no list holds goes. */
enum memory_scan {
	MEMORY_SCAN_AUTO,  /* SLABS for a stopped machine, ALL for an image */
	MEMORY_SCAN_ALL,   /* all of physical memory */
	MEMORY_SCAN_SLABS, /* the pages that the allocator keeps for tasks */
	MEMORY_SCAN_NONE,
};

struct memory_options {
	const char *const *plugins; /* names; NULL: all */
	size_t plugin_count;
	uint64_t vmcoreinfo_paddr; /* where VMCOREINFO lies, when a template remembers it; else 0 */
	enum memory_scan scan;
};

struct memory_context;

struct memory_plugin {
	const char *name;    /* what the user writes */
	const char *title;   /* in a line */
	const char *list;    /* the list of memory_report that it fills */
	const char *columns; /* of that list, for a narrow table */
	/* NULL, or why it could not run at all (text of the arena or a literal). */
	const char *(*run)(struct memory_context *context);
};
extern const struct memory_plugin memory_plugins[];
extern const size_t memory_plugin_count;

/* options may be NULL. ERROR_NOT_FOUND when no kernel is in the image, ERROR_USAGE for an unknown
 * plugin. Everything in *ret lives in the arena, whose limit should be MEMORY_ARENA_MAX at least. */
enum { MEMORY_ARENA_MAX = 256 << 20 };
MUST_USE struct error *memory_analyze(struct image *image, const struct memory_options *options,
				      struct arena *arena, struct memory_report *ret);
