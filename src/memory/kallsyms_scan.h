/* SPDX-License-Identifier: MIT */
#pragma once
/* Finds the kernel's symbol table by its shape alone. */
#include "memory/kallsyms.h"

/*
 * Goes over memory for a token table and, before and behind it, the other tables. On success
 * *ret_place says where they lie and *ret holds the symbols; their absolute addresses rest on the
 * stored base, so a kernel that stores none (7.0) is not found here.
 */
bool kallsyms_scan(struct image *image, struct kallsyms_place *ret_place, struct kallsyms *ret);
