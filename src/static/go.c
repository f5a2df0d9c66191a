/* SPDX-License-Identifier: MIT */
/*
 * Go's build information (debug/buildinfo of Go 1.18–1.26), at a multiple of 16 in .go.buildinfo or in
 * the first writable segment:
 *	"\xff Go buildinf:" | pointer size u8 | flags u8
 * flags & 2: behind 32 bytes two strings follow, each with its length as LEB128 (Go ≥ 1.18);
 * else flags & 1 is big-endian, and two pointers to string headers (pointer, length) follow.
 * The second string lies between two marks of 16 bytes and is lines of
 *	path main-package | mod path version sum | dep path version sum | build key=value
 */
#include "static/go.h"

#include <elf.h>
#include <string.h>

#include "base/macro.h"

enum {
	MAX_MODULES = 4096,
	MAX_SETTINGS = 256,
	MARK_SIZE = 16,
	HEADER_SIZE = 32,
	TEXT_MAX = 1 << 20,
};

static const char magic[] = "\xff Go buildinf:";

/* Where the block starts, or an empty span. */
static struct span find_block(const struct static_work *work)
{
	const struct elf *elf = &work->elf;
	const struct elf_section *section = elf_section_named(elf, ".go.buildinfo");
	struct span needle = span_text(magic);

	if (section) {
		struct span bytes = span_clip(elf->file, section->offset, SIZE_MAX);
		if (span_starts_with(bytes, magic))
			return bytes;
	}
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		if (segment->type != PT_LOAD || !(segment->flags & PF_W))
			continue;
		struct span bytes = elf_segment_bytes(elf, segment);
		size_t at = span_find(bytes, needle, 0);
		while (at != SIZE_MAX && at % MARK_SIZE)
			at = span_find(bytes, needle, at + 1);
		if (at != SIZE_MAX)
			return span_clip(bytes, at, SIZE_MAX);
	}
	return span_empty();
}

/* The string whose header lies at an address. */
static struct span pointed_string(const struct elf *elf, uint64_t vaddr, bool is_64,
				  enum byte_order order)
{
	struct reader reader = reader_of(elf_bytes_at(elf, vaddr), order);
	uint64_t data = reader_word(&reader, is_64);
	uint64_t size = reader_word(&reader, is_64);

	if (!reader_ok(&reader) || size > TEXT_MAX)
		return span_empty();
	return span_clip(elf_bytes_at(elf, data), 0, size);
}

static void read_strings(const struct static_work *work, struct span block, struct span *version,
			 struct span *modules)
{
	uint8_t flags = span_u8(block, 15);
	struct reader reader = reader_of(block, BYTE_ORDER_LITTLE);

	if (flags & 2) {
		reader_skip(&reader, HEADER_SIZE);
		*version = reader_bytes(&reader, reader_uleb128(&reader));
		*modules = reader_bytes(&reader, reader_uleb128(&reader));
		return;
	}
	bool is_64 = span_u8(block, 14) == 8;
	reader.order = flags & 1 ? BYTE_ORDER_BIG : BYTE_ORDER_LITTLE;
	reader_skip(&reader, 16);
	*version = pointed_string(&work->elf, reader_word(&reader, is_64), is_64, reader.order);
	*modules = pointed_string(&work->elf, reader_word(&reader, is_64), is_64, reader.order);
}

/* The bytes up to a separator, which is taken too. */
static struct span next_field(struct span *rest, char separator)
{
	const uint8_t *end = rest->size ? memchr(rest->data, separator, rest->size) : NULL;
	size_t size = end ? (size_t)(end - rest->data) : rest->size;
	struct span field = span_clip(*rest, 0, size);

	*rest = span_clip(*rest, size + (end != NULL), SIZE_MAX);
	return field;
}

static void read_line(struct static_work *work, struct span line, struct static_origin *ret)
{
	struct span kind = next_field(&line, '\t');

	if (span_equal_text(kind, "path")) {
		ret->go_path = work_text(work, line);
	} else if ((span_equal_text(kind, "mod") || span_equal_text(kind, "dep") ||
		    span_equal_text(kind, "=>")) &&
		   ret->go_modules.count < MAX_MODULES) {
		struct span path = next_field(&line, '\t');
		struct span version = next_field(&line, '\t');
		ret->go_modules.data[ret->go_modules.count++] = (struct static_module){
			.path = work_text(work, path),
			.version = work_text(work, version),
			.sum = work_text(work, line),
		};
	} else if (span_equal_text(kind, "build") && ret->go_settings.count < MAX_SETTINGS) {
		struct span key = next_field(&line, '=');
		ret->go_settings.data[ret->go_settings.count++] = (struct static_setting){
			.key = work_text(work, key),
			.value = work_text(work, line),
		};
	}
}

static void read_modules(struct static_work *work, struct span text, struct static_origin *ret)
{
	size_t lines = 1;

	if (text.size <= 2 * MARK_SIZE || text.size > TEXT_MAX)
		return;
	text = span_clip(text, MARK_SIZE, text.size - 2 * MARK_SIZE);
	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	ret->go_modules.data = arena_alloc(work->arena, min_of(lines, (size_t)MAX_MODULES) *
								sizeof(*ret->go_modules.data));
	ret->go_settings.data = arena_alloc(work->arena, min_of(lines, (size_t)MAX_SETTINGS) *
								 sizeof(*ret->go_settings.data));
	while (text.size)
		read_line(work, next_field(&text, '\n'), ret);
}

void go_read(struct static_work *work, struct static_origin *ret)
{
	struct span block = find_block(work);
	struct span version = span_empty();
	struct span modules = span_empty();

	if (block.size < HEADER_SIZE) {
		if (elf_section_named(&work->elf, ".gopclntab") ||
		    elf_section_named(&work->elf, ".note.go.buildid"))
			ret->language = "go";
		return;
	}
	ret->language = "go";
	read_strings(work, block, &version, &modules);
	ret->go_version = work_text(work, span_clip(version, 0, 256));
	read_modules(work, modules, ret);
}
