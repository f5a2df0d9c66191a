/* SPDX-License-Identifier: MIT */
/* Size, digests, type, entropy of the whole and of equal stretches. */
#include <elf.h>
#include <string.h>

#include "base/macro.h"
#include "digest/digest.h"
#include "digest/entropy.h"
#include "digest/fuzzy_hash.h"
#include "static/work.h"

enum { MAP_BLOCKS = 64, MAP_SMALLEST = 256 };

static const char *keep(struct static_work *work, const char *text)
{
	return text ? arena_strdup(work->arena, text) : NULL;
}

static void digest_all(struct static_work *work)
{
	struct hashes *hashes = arena_new_of(work->arena, struct hashes);
	struct digest_set set;
	char text[SSDEEP_TEXT_SIZE];

	digest_compute(work->bytes, DIGEST_ALL, &set);
	hashes->md5 = work_hex(work, set.md5, sizeof(set.md5));
	hashes->sha1 = work_hex(work, set.sha1, sizeof(set.sha1));
	hashes->sha256 = work_hex(work, set.sha256, sizeof(set.sha256));
	hashes->sha512 = work_hex(work, set.sha512, sizeof(set.sha512));
	hashes->crc32 = arena_printf(work->arena, "%08x", set.crc32);
	if (!work->options->no_fuzzy_hashes) {
		if (ssdeep_compute(work->bytes, text))
			hashes->ssdeep = keep(work, text);
		if (tlsh_compute(work->bytes, text))
			hashes->tlsh = keep(work, text);
	}
	work->report->hashes = hashes;
}

/* The map's blocks together give the whole's histogram. */
static void map_entropy(struct static_work *work)
{
	struct static_report *report = work->report;
	struct histogram whole = {0};
	size_t step = max_of(work->bytes.size / MAP_BLOCKS + 1, (size_t)MAP_SMALLEST);

	report->entropy_map.data =
		arena_alloc(work->arena, MAP_BLOCKS * sizeof(*report->entropy_map.data));
	for (size_t at = 0; at < work->bytes.size; at += step) {
		struct span block = span_clip(work->bytes, at, step);
		struct histogram part = {0};
		histogram_add(&part, block);
		for (size_t i = 0; i < ARRAY_SIZE(part.counts); i++)
			whole.counts[i] += part.counts[i];
		report->entropy_map.data[report->entropy_map.count++] = (struct static_block){
			.offset = at,
			.size = block.size,
			.entropy = histogram_entropy(&part),
		};
	}
	whole.total = work->bytes.size;
	report->entropy = histogram_entropy(&whole);
}

static bool has_flag_pie(const struct elf *elf)
{
	uint64_t flags;

	return elf_dynamic_find(elf, DT_FLAGS_1, &flags) && flags & DF_1_PIE;
}

static enum sample_kind elf_kind(const struct elf *elf)
{
	uint64_t soname;

	switch (elf->header.type) {
	case ET_EXEC:
		return SAMPLE_EXECUTABLE;
	case ET_REL:
		return elf_section_named(elf, ".modinfo") &&
				       elf_section_named(elf, ".gnu.linkonce.this_module")
			       ? SAMPLE_KERNEL_MODULE
			       : SAMPLE_RELOCATABLE;
	case ET_CORE:
		return SAMPLE_CORE;
	case ET_DYN:
		if (has_flag_pie(elf))
			return SAMPLE_EXECUTABLE;
		return elf->interpreter.size && !elf_dynamic_find(elf, DT_SONAME, &soname)
			       ? SAMPLE_EXECUTABLE
			       : SAMPLE_SHARED_OBJECT;
	default:
		return SAMPLE_OTHER;
	}
}

static const struct {
	const char *magic;
	size_t size;
	size_t offset;
} archives[] = {
	{"PK\3\4", 4, 0},
	{"7z\xbc\xaf\x27\x1c", 6, 0},
	{"\x1f\x8b", 2, 0},
	{"\xfd"
	 "7zXZ\0",
	 6, 0},
	{"BZh", 3, 0},
	{"\x28\xb5\x2f\xfd", 4, 0},
	{"ustar", 5, 257},
	{"!<arch>\n", 8, 0},
	{"\xed\xab\xee\xdb", 4, 0},
	{"070701", 6, 0},
	{"070702", 6, 0},
	{"070707", 6, 0},
	{"Rar!\x1a\x07", 6, 0},
	{"LZIP", 4, 0},
	{"hsqs", 4, 0},
};

static bool is_archive(struct span bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(archives); i++) {
		struct span magic;
		if (span_slice(bytes, archives[i].offset, archives[i].size, &magic) &&
		    memcmp(magic.data, archives[i].magic, archives[i].size) == 0)
			return true;
	}
	return false;
}

static void name_kind(struct static_work *work)
{
	struct static_report *report = work->report;

	report->format = "other";
	report->kind = SAMPLE_OTHER;
	if (work->is_elf) {
		report->format = "elf";
		report->kind = elf_kind(&work->elf);
	} else if (work->bytes.size == 0) {
		report->format = "empty";
		report->kind = SAMPLE_EMPTY;
	} else if (span_starts_with(work->bytes, "#!")) {
		report->format = "script";
		report->kind = SAMPLE_SCRIPT;
	} else if (is_archive(work->bytes)) {
		report->format = "archive";
		report->kind = SAMPLE_ARCHIVE;
	}
}

struct error *identity_analyze(struct static_work *work)
{
	digest_all(work);
	map_entropy(work);
	name_kind(work);
	const struct static_options *options = work->options;
	const char *words = options->has_fd ? file_type_of_fd(options->file_type, options->fd)
					    : file_type_of(options->file_type, work->bytes);
	work->report->type = keep(work, words);
	work->report->mime = keep(work, file_type_mime(work->options->file_type, work->bytes));
	return NULL;
}
