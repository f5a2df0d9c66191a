/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * BTF, the kernel's description of its own types (Documentation/bpf/btf.rst), as far as finding
 * members of structs by name needs it. The bytes lie in the image and are hostile: every number is
 * checked where it is used, chains of types are followed to a fixed depth.
 */
#include "memory/image.h"

enum {
	BTF_SIZE_MAX = 64 << 20,
	BTF_TYPES_MAX = 1 << 20,
	BTF_DEPTH_MAX = 16,     /* modifiers in a row, anonymous members inside one another */
	BTF_WORK_MAX = 1 << 16, /* members looked at for one path */
};

struct btf {
	struct image_blob blob;
	struct span types;
	struct span strings;
	uint32_t count;    /* of types; ids run from 1 */
	uint32_t *offsets; /* in types, by id */
	uint32_t *hash;    /* ids of structs, unions and enums by name */
	size_t hash_mask;
};

/* Where a member lies. Bit fields: bits `bit_offset` to `bit_offset + bit_size` of the number of
 * `size` bytes at `offset`. size 0: not found. */
struct member {
	uint32_t offset;
	uint32_t size;
	uint8_t bit_offset, bit_size; /* bit_size 0: a whole number of bytes */
	bool is_signed;
	bool found;
};

/* Looks at a header at paddr: magic, version 1, sizes that fit. Gives the bytes of all of it. */
bool btf_size(struct image *image, uint64_t paddr, uint64_t *ret);
/* Reads the BTF at paddr; false when any type leaves the bytes. */
bool btf_read(struct image *image, uint64_t paddr, uint64_t size, struct btf *ret);
void btf_deinit(struct btf *btf);
/* Looks through all memory for the next header at or behind the cursor that could be a kernel's. */
bool btf_scan(struct image *image, struct image_cursor *cursor, uint64_t *ret_paddr,
	      uint64_t *ret_size);

/* Size of struct or union `name`; 0 when there is none. */
uint32_t btf_struct_size(const struct btf *btf, const char *name);
/* path: "pid", or "se.exec_start" for members of members; anonymous ones are looked into. */
bool btf_member(const struct btf *btf, const char *structure, const char *path, struct member *ret);
/* The value of an enumerator of enum `name`. */
bool btf_enumerator(const struct btf *btf, const char *name, const char *value, int64_t *ret);
/* The other way round: the name of the first enumerator with that value. */
bool btf_enumerator_name(const struct btf *btf, const char *name, int64_t value, char *out,
			 size_t size);
