/* SPDX-License-Identifier: MIT */
#pragma once
/* Where members of kernel structs lie in this kernel: layout.def filled in from its BTF. */
#include "memory/btf.h"

struct layout {
#define SIZE(structure) uint32_t structure##_bytes;
#define MEMBER(structure, name, path) struct member structure##_##name;
#define ALSO(structure, name, other, path)
#include "memory/layout.def"
#undef SIZE
#undef MEMBER
#undef ALSO
};

/* Members that this kernel does not have stay with found = false. */
void layout_init(struct layout *layout, const struct btf *btf);
