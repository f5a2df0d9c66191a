/* SPDX-License-Identifier: MIT */
/* Prints what src/elf reads, one record a line, for readelf.py to compare. */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/file.h"
#include "elf/elf.h"
#include "elf/elf_name.h"

static void put_name(struct span name)
{
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];
		if (c < 0x20 || c == 0x7f)
			printf("^%c", c ^ 0x40);
		else
			putchar(c);
	}
}

static void dump_header(const struct elf *elf)
{
	const struct elf_header *h = &elf->header;

	printf("H %d %d %u %" PRIx64 " %" PRIu64 " %" PRIu64 " %x %u %u %u %u %u %u\n", elf->is_64,
	       elf->order, h->type, h->entry, h->segments_offset, h->sections_offset, h->flags,
	       h->header_size, h->segment_size, h->segment_count, h->section_size, h->section_count,
	       h->names_index);
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *s = &elf->segments[i];
		const char *name = elf_segment_type_name(s->type, h->machine);
		printf("P %zu %s %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64
		       " %c%c%c %" PRIx64 "\n",
		       i, name ? name : "?", s->offset, s->vaddr, s->paddr, s->file_size,
		       s->memory_size, s->flags & PF_R ? 'R' : '-', s->flags & PF_W ? 'W' : '-',
		       s->flags & PF_X ? 'E' : '-', s->alignment);
	}
	for (size_t i = 0; i < elf->section_count; i++) {
		const struct elf_section *s = &elf->sections[i];
		const char *name = elf_section_type_name(s->type, h->machine);
		printf("S %zu ", i);
		put_name(s->name);
		printf(" %s %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64 " %u %u %" PRIu64 "\n",
		       name ? name : "?", s->vaddr, s->offset, s->size, s->entry_size, s->link,
		       s->info, s->alignment);
	}
	for (size_t i = 0; i < elf->segment_count; i++) {
		printf("M %zu", i);
		for (size_t j = 1; j < elf->section_count; j++) {
			if (elf_segment_holds(&elf->segments[i], &elf->sections[j])) {
				putchar(' ');
				put_name(elf->sections[j].name);
			}
		}
		putchar('\n');
	}
}

static void dump_dynamic(struct elf *elf)
{
	for (size_t i = 0; i < elf->dynamic_count; i++) {
		const struct elf_dynamic_entry *entry = &elf->dynamic[i];
		const char *name = elf_dynamic_tag_name(entry->tag, elf->header.machine);
		struct span text;
		printf("D %" PRIx64 " %s ", entry->tag, name ? name : "?");
		if ((entry->tag == DT_NEEDED || entry->tag == DT_SONAME || entry->tag == DT_RPATH ||
		     entry->tag == DT_RUNPATH) &&
		    elf_dynamic_string(elf, entry->value, &text))
			put_name(text);
		else
			printf("%" PRIx64, entry->value);
		putchar('\n');
	}
}

static void dump_symbols(struct elf *elf, const struct elf_symbol_table *table)
{
	for (uint64_t i = 0; i < table->count; i++) {
		struct elf_symbol s;
		elf_symbol_at(elf, table, i, &s);
		const char *type = elf_symbol_type_name(s.type);
		const char *binding = elf_symbol_binding_name(s.binding);
		printf("Y %c %" PRIu64 " %" PRIx64 " %" PRIu64 " %s %s %s ",
		       table == &elf->symbols ? 's' : 'd', i, s.value, s.size, type ? type : "?",
		       binding ? binding : "?", elf_symbol_visibility_name(s.visibility));
		if (s.is_reserved_section)
			printf("%s ", s.section == SHN_ABS      ? "ABS"
				      : s.section == SHN_COMMON ? "COM"
								: "?");
		else
			printf("%u ", s.section);
		if (s.type == STT_SECTION && s.name.size == 0 && s.section < elf->section_count)
			put_name(elf->sections[s.section].name);
		put_name(s.name);
		const struct elf_version *version = elf_version_of(elf, s.version);
		/* readelf prints a version's own symbol without it. */
		if (version && !(s.section == SHN_ABS && span_equal(version->name, s.name)) &&
		    (version->library.size || s.section || s.is_hidden_version)) {
			printf("@%s", version->is_defined && !s.is_hidden_version ? "@" : "");
			put_name(version->name);
		}
		putchar('\n');
	}
}

static void dump_relocations(const struct elf *elf)
{
	for (size_t i = 0; i < elf->relocation_count; i++) {
		const struct elf_relocation_table *table = &elf->relocations[i];
		printf("T %" PRIu64 "\n", table->count);
		for (uint64_t j = 0; j < table->count && table->type != SHT_RELR; j++) {
			struct elf_relocation r;
			elf_relocation_at(elf, table, j, &r);
			printf("R %" PRIx64 " %" PRIx64 " %" PRIx64 "\n", r.offset, r.symbol,
			       r.type);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	cleanup_close int fd = -1;
	cleanup_mapping struct mapping mapping = {0};
	cleanup_error struct error *err = file_open(argv[1], O_RDONLY, 0, &fd);
	if (!err)
		err = mapping_init(&mapping, fd, UINT64_MAX);
	if (err) {
		fprintf(stderr, "%s\n", error_message(err));
		return 1;
	}
	cleanup_arena struct arena *arena = arena_new(0);
	struct elf elf;
	if (!elf_decode(mapping_span(&mapping), arena, &elf))
		return 3;
	dump_header(&elf);
	dump_dynamic(&elf);
	dump_symbols(&elf, &elf.dynamic_symbols);
	dump_symbols(&elf, &elf.symbols);
	dump_relocations(&elf);
	for (size_t i = 0; i < elf.note_count; i++) {
		printf("N ");
		put_name(elf.notes[i].owner);
		printf(" %zx\n", elf.notes[i].description.size);
	}
	for (size_t i = 0; i < elf.anomalies.count; i++) {
		const struct elf_anomaly *a = &elf.anomalies.list[i];
		printf("A %s %" PRIx64 " %s\n", elf_anomaly_name(a->code), a->offset, a->text);
	}
	return 0;
}
