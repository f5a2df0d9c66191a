/* SPDX-License-Identifier: MIT */
#include "memory/btf.h"

enum {
	BTF_MAGIC = 0xeb9f,
	BTF_HEADER = 24,
	BTF_TYPE = 12, /* u32 name, info, size or type */
};

enum btf_kind {
	KIND_INT = 1,
	KIND_POINTER = 2,
	KIND_ARRAY = 3,
	KIND_STRUCT = 4,
	KIND_UNION = 5,
	KIND_ENUM = 6,
	KIND_TYPEDEF = 8,
	KIND_VOLATILE = 9,
	KIND_CONST = 10,
	KIND_RESTRICT = 11,
	KIND_PROTOTYPE = 13,
	KIND_VARIABLE = 14,
	KIND_SECTION = 15,
	KIND_DECLARATION_TAG = 17,
	KIND_TYPE_TAG = 18,
	KIND_ENUM64 = 19,
};

struct type {
	uint32_t name;
	uint32_t count; /* vlen */
	uint32_t kind;
	bool flag;
	uint32_t size; /* or type */
	uint32_t data; /* offset in types of what follows */
};

static uint32_t word(struct span span, uint64_t offset)
{
	return span_u32(span, offset, BYTE_ORDER_LITTLE);
}

static struct type type_at(struct span types, uint32_t offset)
{
	uint32_t info = word(types, (uint64_t)offset + 4);

	return (struct type){
		.name = word(types, offset),
		.count = info & 0xffff,
		.kind = info >> 24 & 0x1f,
		.flag = info >> 31,
		.size = word(types, (uint64_t)offset + 8),
		.data = offset + BTF_TYPE,
	};
}

/* Bytes behind the type's header. */
static uint32_t extra_size(const struct type *type)
{
	switch (type->kind) {
	case KIND_INT:
	case KIND_VARIABLE:
	case KIND_DECLARATION_TAG:
		return 4;
	case KIND_ARRAY:
		return 12;
	case KIND_STRUCT:
	case KIND_UNION:
	case KIND_SECTION:
	case KIND_ENUM64:
		return 12 * type->count;
	case KIND_ENUM:
	case KIND_PROTOTYPE:
		return 8 * type->count;
	default:
		return 0;
	}
}

static struct type type_of(const struct btf *btf, uint32_t id)
{
	if (id == 0 || id > btf->count)
		return (struct type){0};
	return type_at(btf->types, btf->offsets[id]);
}

static struct span string_at(const struct btf *btf, uint32_t offset)
{
	struct span text;

	return span_string(btf->strings, offset, &text) ? text : span_empty();
}

static uint32_t hash_text(struct span text)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < text.size; i++)
		hash = (hash ^ text.data[i]) * 16777619u;
	return hash ^ hash >> 15;
}

static bool is_named_kind(uint32_t kind)
{
	return kind == KIND_STRUCT || kind == KIND_UNION || kind == KIND_ENUM ||
	       kind == KIND_ENUM64;
}

bool btf_size(struct image *image, uint64_t paddr, uint64_t *ret)
{
	uint8_t bytes[BTF_HEADER] = {0};
	struct span header = span_of(bytes, sizeof(bytes));

	if (!image_read(image, paddr, bytes, sizeof(bytes)) ||
	    span_u16(header, 0, BYTE_ORDER_LITTLE) != BTF_MAGIC || bytes[2] != 1 || bytes[3] != 0 ||
	    word(header, 4) != BTF_HEADER)
		return false;
	uint64_t type_end = (uint64_t)word(header, 8) + word(header, 12);
	uint64_t string_end = (uint64_t)word(header, 16) + word(header, 20);
	uint64_t size = BTF_HEADER + max_of(type_end, string_end);
	if (word(header, 12) < BTF_TYPE || word(header, 20) < 2 || size > BTF_SIZE_MAX)
		return false;
	*ret = size;
	return true;
}

/* Counts the types, and on the second pass notes where each begins. */
static uint32_t walk_types(struct span types, uint32_t *offsets)
{
	uint32_t count = 0;
	uint64_t at = 0;

	while (types.size - at >= BTF_TYPE) {
		struct type type = type_at(types, (uint32_t)at);
		uint64_t size = BTF_TYPE + (uint64_t)extra_size(&type);
		if (type.kind == 0 || type.kind > KIND_ENUM64 || size > types.size - at ||
		    count >= BTF_TYPES_MAX)
			break;
		count++;
		if (offsets)
			offsets[count] = (uint32_t)at;
		at += size;
	}
	return at == types.size ? count : 0;
}

static void make_hash(struct btf *btf)
{
	size_t slots = 1 << 10;

	while (slots < btf->count / 2)
		slots *= 2;
	btf->hash = xcalloc(slots, sizeof(*btf->hash));
	btf->hash_mask = slots - 1;
	size_t used = 0;
	for (uint32_t id = 1; id <= btf->count && used < slots / 2; id++) {
		struct type type = type_of(btf, id);
		if (!is_named_kind(type.kind) || type.name == 0)
			continue;
		size_t slot = hash_text(string_at(btf, type.name)) & btf->hash_mask;
		while (btf->hash[slot])
			slot = (slot + 1) & btf->hash_mask;
		btf->hash[slot] = id;
		used++;
	}
}

bool btf_read(struct image *image, uint64_t paddr, uint64_t size, struct btf *ret)
{
	struct btf btf = {0};
	uint64_t wanted;

	if (!btf_size(image, paddr, &wanted) || wanted > size ||
	    !image_blob_read(image, paddr, wanted, &btf.blob))
		return false;
	struct span all = btf.blob.bytes;
	if (!span_slice(all, BTF_HEADER + (uint64_t)word(all, 8), word(all, 12), &btf.types) ||
	    !span_slice(all, BTF_HEADER + (uint64_t)word(all, 16), word(all, 20), &btf.strings))
		goto refused;
	btf.count = walk_types(btf.types, NULL);
	if (btf.count == 0)
		goto refused;
	btf.offsets = xcalloc((size_t)btf.count + 1, sizeof(*btf.offsets));
	(void)walk_types(btf.types, btf.offsets);
	make_hash(&btf);
	*ret = btf;
	return true;
refused:
	btf_deinit(&btf);
	return false;
}

void btf_deinit(struct btf *btf)
{
	image_blob_deinit(&btf->blob);
	free(btf->offsets);
	free(btf->hash);
	*btf = (struct btf){0};
}

bool btf_scan(struct image *image, struct image_cursor *cursor, uint64_t *ret_paddr,
	      uint64_t *ret_size)
{
	static const uint8_t magic[] = {0x9f, 0xeb, 1, 0, BTF_HEADER, 0, 0, 0};
	enum { KERNEL_MIN = 1 << 20 }; /* a module's is smaller */

	while (image_next(image, cursor)) {
		struct span window = cursor->window;
		const uint8_t *hit;
		/* It is aligned to 4 at least (.BTF of the kernel's linker script). */
		for (size_t at = 0; at < window.size; at++) {
			hit = memchr(window.data + at, magic[1], window.size - at);
			if (!hit)
				break;
			at = (size_t)(hit - window.data);
			if (at == 0)
				continue;
			struct span here = span_clip(window, at - 1, sizeof(magic));
			if (here.size < 4 || memcmp(here.data, magic, 4) != 0 ||
			    !btf_size(image, cursor->paddr + at - 1, ret_size) ||
			    *ret_size < KERNEL_MIN)
				continue;
			*ret_paddr = cursor->paddr + at - 1;
			/* The caller may want the next: go on behind this one. */
			cursor->offset -= window.size - (at + 1);
			return true;
		}
	}
	return false;
}

static uint32_t find_named(const struct btf *btf, const char *name, bool (*is_wanted)(uint32_t))
{
	struct span wanted = span_text(name);

	if (!btf->hash)
		return 0;
	size_t slot = hash_text(wanted) & btf->hash_mask;
	for (; btf->hash[slot]; slot = (slot + 1) & btf->hash_mask) {
		struct type type = type_of(btf, btf->hash[slot]);
		if (is_wanted(type.kind) && span_equal(string_at(btf, type.name), wanted))
			return btf->hash[slot];
	}
	return 0;
}

static bool is_composite(uint32_t kind)
{
	return kind == KIND_STRUCT || kind == KIND_UNION;
}

static bool is_enumeration(uint32_t kind)
{
	return kind == KIND_ENUM || kind == KIND_ENUM64;
}

/* Follows typedefs and qualifiers. */
static uint32_t strip(const struct btf *btf, uint32_t id)
{
	for (unsigned depth = 0; depth < BTF_DEPTH_MAX; depth++) {
		struct type type = type_of(btf, id);
		if (type.kind != KIND_TYPEDEF && type.kind != KIND_VOLATILE &&
		    type.kind != KIND_CONST && type.kind != KIND_RESTRICT &&
		    type.kind != KIND_TYPE_TAG)
			return id;
		id = type.size;
	}
	return 0;
}

/* Bytes of a type; 0 where it has no size. */
static uint32_t size_of(const struct btf *btf, uint32_t id)
{
	uint64_t times = 1;

	for (unsigned depth = 0; depth < BTF_DEPTH_MAX; depth++) {
		id = strip(btf, id);
		struct type type = type_of(btf, id);
		if (type.kind == KIND_POINTER)
			return times * 8 <= UINT32_MAX ? (uint32_t)times * 8 : 0;
		if (type.kind != KIND_ARRAY) {
			uint64_t size = times * type.size;
			return type.kind && size <= UINT32_MAX ? (uint32_t)size : 0;
		}
		times *= word(btf->types, (uint64_t)type.data + 8);
		id = word(btf->types, type.data);
		if (times > UINT32_MAX)
			return 0;
	}
	return 0;
}

/* A search for a member: what for, how much may still be looked at, what was found. */
struct search {
	struct span name;
	uint32_t budget;
	uint32_t type;
	uint64_t bits;
	uint8_t bit_size;
};

/* Finds a member of struct `id` by name, anonymous ones looked into; its place in bits. */
static bool find_member(const struct btf *btf, uint32_t id, unsigned depth, struct search *search)
{
	struct type type = type_of(btf, id);

	if (depth == 0 || !is_composite(type.kind))
		return false;
	for (uint32_t i = 0; i < type.count && search->budget; i++, search->budget--) {
		uint64_t at = (uint64_t)type.data + 12 * (uint64_t)i;
		uint32_t name = word(btf->types, at), inner = word(btf->types, at + 4);
		uint32_t place = word(btf->types, at + 8);
		uint32_t bits = type.flag ? place & 0xffffff : place;
		if (name && span_equal(string_at(btf, name), search->name)) {
			search->type = inner;
			search->bits = bits;
			search->bit_size = type.flag ? (uint8_t)(place >> 24) : 0;
			return true;
		}
		if (name == 0 && find_member(btf, strip(btf, inner), depth - 1, search)) {
			search->bits += bits;
			return true;
		}
	}
	return false;
}

static bool is_signed_type(const struct btf *btf, uint32_t id)
{
	struct type type = type_of(btf, strip(btf, id));

	return type.kind == KIND_INT && word(btf->types, type.data) >> 24 & 1;
}

uint32_t btf_struct_size(const struct btf *btf, const char *name)
{
	return type_of(btf, find_named(btf, name, is_composite)).size;
}

bool btf_member(const struct btf *btf, const char *structure, const char *path, struct member *ret)
{
	uint32_t id = find_named(btf, structure, is_composite);
	struct search search = {.budget = BTF_WORK_MAX};
	uint64_t bits = 0;

	while (*path) {
		const char *dot = strchrnul(path, '.');
		search.name = span_of(path, (size_t)(dot - path));
		if (!find_member(btf, strip(btf, id), BTF_DEPTH_MAX, &search))
			return false;
		id = search.type;
		bits += search.bits;
		path = *dot ? dot + 1 : dot;
	}
	uint32_t size = size_of(btf, id);
	uint64_t offset = bits / 8;
	if (search.bit_size) {
		if (size == 0 || size > 8)
			return false;
		offset = offset / size * size;
	}
	if (offset > UINT32_MAX / 2)
		return false;
	*ret = (struct member){.offset = (uint32_t)offset,
			       .size = size,
			       .bit_offset = search.bit_size ? (uint8_t)(bits - offset * 8) : 0,
			       .bit_size = search.bit_size,
			       .is_signed = is_signed_type(btf, id),
			       .found = true};
	return true;
}

/* Enumerator `i`: offset of its name, its value. */
static void enumerator_at(const struct btf *btf, const struct type *type, uint32_t i,
			  uint32_t *ret_name, int64_t *ret_value)
{
	uint32_t stride = type->kind == KIND_ENUM64 ? 12 : 8;
	uint64_t at = (uint64_t)type->data + (uint64_t)stride * i;
	uint32_t low = word(btf->types, at + 4);

	*ret_name = word(btf->types, at);
	*ret_value = type->kind == KIND_ENUM64
			     ? (int64_t)(low | (uint64_t)word(btf->types, at + 8) << 32)
			     : (int32_t)low;
}

bool btf_enumerator(const struct btf *btf, const char *name, const char *value, int64_t *ret)
{
	struct type type = type_of(btf, find_named(btf, name, is_enumeration));

	for (uint32_t i = 0; i < type.count; i++) {
		uint32_t text;
		int64_t number;
		enumerator_at(btf, &type, i, &text, &number);
		if (!span_equal_text(string_at(btf, text), value))
			continue;
		*ret = number;
		return true;
	}
	return false;
}

bool btf_enumerator_name(const struct btf *btf, const char *name, int64_t value, char *out,
			 size_t size)
{
	struct type type = type_of(btf, find_named(btf, name, is_enumeration));

	for (uint32_t i = 0; i < type.count; i++) {
		uint32_t text;
		int64_t number;
		enumerator_at(btf, &type, i, &text, &number);
		struct span found = string_at(btf, text);
		if (number != value || found.size >= size)
			continue;
		memcpy(out, found.data, found.size);
		out[found.size] = '\0';
		return true;
	}
	return false;
}
