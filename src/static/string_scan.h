/* SPDX-License-Identifier: MIT */
#pragma once
/* Finds runs of printable characters in any bytes. */
#include <stdint.h>

#include "base/span.h"
#include "base/vec.h"
#include "model/model.h"

enum {
	STRING_MIN = 4,         /* characters, as strings(1) */
	STRING_TEXT_MAX = 4096, /* bytes of a string's text in a report */
	FOUND_STRING_SIZE_MAX = (1 << 29) - 1,
};

struct found_string {
	uint32_t offset;
	uint32_t size : 29;     /* bytes in the file */
	uint32_t encoding : 2;  /* enum static_encoding */
	uint32_t is_marked : 1; /* for the caller */
};

struct found_strings {
	vec(struct found_string) list; /* by offset for each encoding */
};

void found_strings_deinit(struct found_strings *strings);

/*
 * Appends what is found in the first 4 GiB:
 *  - ASCII: 0x20–0x7e and tab, four and more, exactly those of `strings -a`;
 *  - UTF-16 of either order holding four and more of these;
 *  - UTF-8 with at least three characters beyond ASCII.
 */
void strings_find(struct span bytes, struct found_strings *strings);

/* A found string as UTF-8 without a NUL, cut behind `room - 1` bytes; gives the size. */
size_t found_string_text(struct span bytes, const struct found_string *string, char *out,
			 size_t room);
