/* SPDX-License-Identifier: MIT */
#include "memory/layout.h"

struct size_row {
	size_t at;
	const char *structure;
};

struct member_row {
	size_t at;
	const char *structure, *path;
};

static const struct size_row sizes[] = {
#define SIZE(structure) {offsetof(struct layout, structure##_bytes), #structure},
#define MEMBER(structure, name, path)
#define ALSO(structure, name, other, path)
#include "memory/layout.def"
#undef SIZE
#undef MEMBER
#undef ALSO
};

static const struct member_row members[] = {
#define SIZE(structure)
#define MEMBER(structure, name, path)                                                              \
	{offsetof(struct layout, structure##_##name), #structure, path},
#define ALSO(structure, name, other, path)                                                         \
	{offsetof(struct layout, structure##_##name), other, path},
#include "memory/layout.def"
#undef SIZE
#undef MEMBER
#undef ALSO
};

void layout_init(struct layout *layout, const struct btf *btf)
{
	memset(layout, 0, sizeof(*layout));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint32_t size = btf_struct_size(btf, sizes[i].structure);
		memcpy((char *)layout + sizes[i].at, &size, sizeof(size));
	}
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		struct member member;
		memcpy(&member, (char *)layout + members[i].at, sizeof(member));
		if (member.found ||
		    !btf_member(btf, members[i].structure, members[i].path, &member))
			continue;
		memcpy((char *)layout + members[i].at, &member, sizeof(member));
	}
}
