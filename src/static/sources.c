/* SPDX-License-Identifier: MIT */
/* Names of source files (DWARF, STT_FILE, strings), folders of the build, users in paths. */
#include <elf.h>
#include <string.h>

#include "base/macro.h"
#include "static/dwarf_line.h"
#include "static/work.h"

enum { MAX_FILES = 4096, MAX_FOLDERS = 256, MAX_USERS = 64, SLOTS_OF_ONE = 8, NAME_MAX_SIZE = 512 };

/* A set of names in the order of their first meeting; counts what no longer fits too, until the slots
 * are three quarters full. */
struct names {
	const char **list;
	size_t count;
	size_t limit;
	uint32_t *slots; /* hash, 0: free; SLOTS_OF_ONE times the limit */
	size_t different;
};

struct sources {
	struct static_work *work;
	struct names files;
	struct names folders;
	struct names users;
};

static void names_add(struct static_work *work, struct names *names, struct span name)
{
	uint32_t hash = 2166136261u;
	size_t slots = names->limit * SLOTS_OF_ONE;

	if (name.size == 0 || name.size > NAME_MAX_SIZE || names->different > slots / 4 * 3)
		return;
	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ name.data[i]) * 16777619u;
	hash |= 1;
	size_t slot = hash % slots;
	for (; names->slots[slot]; slot = (slot + 1) % slots) {
		if (names->slots[slot] == hash)
			return;
	}
	names->slots[slot] = hash;
	names->different++;
	if (names->count < names->limit)
		names->list[names->count++] = work_text(work, name);
}

static bool is_name_char(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr("\"'<>|;,:(){}[]*?%=&$!`", c);
}

/* /home/NAME/… */
static void add_user(struct sources *sources, struct span path)
{
	static const char *const homes[] = {"/home/", "/Users/", "C:\\Users\\"};

	for (size_t i = 0; i < ARRAY_SIZE(homes); i++) {
		if (!span_starts_with(path, homes[i]))
			continue;
		size_t start = strlen(homes[i]);
		size_t end = start;
		while (end < path.size && end - start < 64 && path.data[end] != '/' &&
		       path.data[end] != '\\' && is_name_char(path.data[end]))
			end++;
		/* Only a folder's name is a user's. */
		if (end < path.size && (path.data[end] == '/' || path.data[end] == '\\'))
			names_add(sources->work, &sources->users,
				  span_clip(path, start, end - start));
	}
}

static bool is_source_name(struct span name)
{
	static const char *const suffixes[] = {".c",   ".cc", ".cpp", ".cxx", ".c++", ".s",  ".S",
					       ".asm", ".go", ".rs",  ".nim", ".zig", ".pas"};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t size = strlen(suffixes[i]);
		if (name.size > size + 1 &&
		    memcmp(name.data + name.size - size, suffixes[i], size) == 0)
			return true;
	}
	return false;
}

static void found_file(struct span name, void *data)
{
	struct sources *sources = data;

	add_user(sources, name);
	names_add(sources->work, &sources->files, name);
}

static void found_folder(struct span name, void *data)
{
	struct sources *sources = data;

	add_user(sources, name);
	if (name.data[0] == '/')
		names_add(sources->work, &sources->folders, name);
}

static struct span section_bytes(const struct elf *elf, const char *name)
{
	const struct elf_section *section = elf_section_named(elf, name);

	/* Compressed debug sections are left alone. */
	return section && !(section->flags & SHF_COMPRESSED) ? elf_section_bytes(elf, section)
							     : span_empty();
}

static void read_dwarf(struct sources *sources)
{
	const struct elf *elf = &sources->work->elf;
	const struct dwarf_line_sink sink = {
		.file = found_file, .folder = found_folder, .data = sources};

	dwarf_line_read(section_bytes(elf, ".debug_line"), section_bytes(elf, ".debug_str"),
			section_bytes(elf, ".debug_line_str"), elf->order, &sink);
}

static void read_file_symbols(struct sources *sources)
{
	struct elf *elf = &sources->work->elf;
	struct elf_symbol symbol;

	for (uint64_t i = 0; i < elf->symbols.count; i++) {
		elf_symbol_at(elf, &elf->symbols, i, &symbol);
		if (symbol.type == STT_FILE && symbol.name.size)
			found_file(symbol.name, sources);
	}
}

/* Words of strings that end as source files do. Only the end of a word is looked at closely. */
static void read_string(struct sources *sources, struct span text)
{
	for (size_t at = 0; at < text.size;) {
		size_t start = at;
		while (at < text.size && is_name_char(text.data[at]))
			at++;
		struct span word = span_clip(text, start, at - start);
		bool has_letter = word.size > 3 && ((word.data[0] | 0x20) >= 'a' ||
						    word.data[0] == '/' || word.data[0] == '.');
		if (has_letter && is_source_name(word))
			found_file(word, sources);
		else if (word.size > 8 && (word.data[0] == '/' || word.data[0] == 'C'))
			add_user(sources, word);
		at++;
	}
}

static void read_strings(struct sources *sources)
{
	struct static_work *work = sources->work;
	const char *section = NULL;

	vec_foreach(&work->strings.list, string) {
		struct span text = span_clip(work->bytes, string->offset, string->size);
		if (string->encoding != STRING_ASCII || text.size < 4 || text.size > 8192)
			continue;
		section = work_section_at(work, string->offset);
		/* Code holds no words, and names of DWARF were read by its own tables. */
		if (section &&
		    (strcmp(section, ".text") == 0 || strncmp(section, ".debug", 6) == 0 ||
		     strcmp(section, ".strtab") == 0))
			continue;
		read_string(sources, text);
	}
}

static void names_init(struct static_work *work, struct names *names, size_t limit)
{
	names->limit = limit;
	names->list = arena_alloc(work->arena, limit * sizeof(*names->list));
	names->slots = arena_alloc(work->arena, limit * SLOTS_OF_ONE * sizeof(*names->slots));
}

struct error *sources_analyze(struct static_work *work)
{
	struct sources *sources = arena_new_of(work->arena, struct sources);
	struct static_origin *ret = work->report->origin;

	if (!ret)
		return NULL;
	sources->work = work;
	names_init(work, &sources->files, MAX_FILES);
	names_init(work, &sources->folders, MAX_FOLDERS);
	names_init(work, &sources->users, MAX_USERS);
	read_dwarf(sources);
	read_file_symbols(sources);
	read_strings(sources);
	ret->source_count = sources->files.different;
	ret->source_files.data = sources->files.list;
	ret->source_files.count = sources->files.count;
	ret->build_folders.data = sources->folders.list;
	ret->build_folders.count = sources->folders.count;
	ret->user_names.data = sources->users.list;
	ret->user_names.count = sources->users.count;
	return NULL;
}
