/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Names of source files and folders in the headers of .debug_line (DWARF 2–5). The line programs
 * themselves are skipped.
 */
#include "base/span.h"

struct dwarf_line_sink {
	void (*file)(struct span name, void *data);
	void (*folder)(struct span name, void *data); /* DWARF 5's first is the one of the build */
	void *data;
};

/* strings: .debug_str; line_strings: .debug_line_str. Ends quietly where the bytes make no sense. */
void dwarf_line_read(struct span lines, struct span strings, struct span line_strings,
		     enum byte_order order, const struct dwarf_line_sink *sink);
