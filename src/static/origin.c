/* SPDX-License-Identifier: MIT */
/* Compilers, language, libc, and what wrapped the program up, each from marks that they leave. */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "base/text.h"
#include "static/go.h"
#include "static/work.h"

enum { MAX_COMPILERS = 256, MAX_MODULE_INFO = 256 };

static void add_compiler(struct static_work *work, struct static_origin *ret, struct span words)
{
	struct span shown = span_clip(words, 0, 512);

	if (shown.size < 3 || ret->compilers.count == MAX_COMPILERS)
		return;
	for (size_t i = 0; i < ret->compilers.count; i++) {
		if (span_equal_text(shown, ret->compilers.data[i]))
			return;
	}
	ret->compilers.data[ret->compilers.count++] = work_text(work, shown);
}

/* .comment: a text of each compiler that made a part, each with a NUL. */
static void read_comment(struct static_work *work, struct static_origin *ret)
{
	const struct elf_section *section = elf_section_named(&work->elf, ".comment");

	ret->compilers.data = arena_alloc(work->arena, MAX_COMPILERS * sizeof(char *));
	if (!section)
		return;
	struct reader reader = reader_of(elf_section_bytes(&work->elf, section), work->elf.order);
	while (reader_left(&reader) && ret->compilers.count < MAX_COMPILERS)
		add_compiler(work, ret, reader_string(&reader));
}

enum mark_kind { MARK_PRODUCER, MARK_LANGUAGE, MARK_LIBC, MARK_PACKAGER };

/* Strings that begin so. */
static const struct mark {
	const char *start;
	enum mark_kind kind;
	const char *says; /* NULL: the string itself */
} marks[] = {
	{"GNU C", MARK_PRODUCER, NULL},
	{"GNU AS ", MARK_PRODUCER, NULL},
	{"GNU Fortran", MARK_PRODUCER, NULL},
	{"clang version ", MARK_PRODUCER, NULL},
	{"clang LLVM (rustc version", MARK_PRODUCER, NULL},
	{"Go cmd/compile ", MARK_PRODUCER, NULL},
	{"FPC 2.", MARK_PRODUCER, NULL},
	{"FPC 3.", MARK_PRODUCER, NULL},
	{"LDC 1.", MARK_PRODUCER, NULL},
	{"FPC ", MARK_LANGUAGE, "pascal"},
	{"NimMain", MARK_LANGUAGE, "nim"},
	{"_d_run_main", MARK_LANGUAGE, "d"},
	{"rust_begin_unwind", MARK_LANGUAGE, "rust"},
	{"rust_panic", MARK_LANGUAGE, "rust"},
	{"RUST_BACKTRACE", MARK_LANGUAGE, "rust"},
	{"__zig_", MARK_LANGUAGE, "zig"},
	{"__gxx_personality", MARK_LANGUAGE, "c++"},
	{"_ZSt9terminatev", MARK_LANGUAGE, "c++"},
	{"_ZNSt", MARK_LANGUAGE, "c++"},
	{"GLIBC_TUNABLES", MARK_LIBC, "glibc"},
	{"GNU C Library", MARK_LIBC, "glibc"},
	{"__libc_start_main", MARK_LIBC, NULL},
	{"UCLIBC", MARK_LIBC, "uclibc"},
	{"__uClibc_main", MARK_LIBC, "uclibc"},
	{"/lib/ld-musl-", MARK_LIBC, "musl"},
	{"ld-uClibc", MARK_LIBC, "uclibc"},
	{"dietlibc", MARK_LIBC, "dietlibc"},
	{"/system/bin/linker", MARK_LIBC, "bionic"},
	{"PYZ-00.pyz", MARK_PACKAGER, "PyInstaller"},
	{"_MEIPASS2", MARK_PACKAGER, "PyInstaller"},
	{"Cannot open PyInstaller archive", MARK_PACKAGER, "PyInstaller"},
	{"NUITKA_", MARK_PACKAGER, "Nuitka"},
	{"NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1", MARK_PACKAGER,
	 "Node.js single executable"},
	{"E: neither argv[0] nor $_ works.", MARK_PACKAGER, "shc"},
	{"has expired!", MARK_PACKAGER, "shc"},
};

static void apply(struct static_work *work, const struct mark *mark, struct span string,
		  struct static_origin *ret)
{
	const char **where = &ret->packager;

	if (mark->kind == MARK_PRODUCER) {
		add_compiler(work, ret, string);
		return;
	}
	if (mark->kind != MARK_PACKAGER)
		where = mark->kind == MARK_LIBC ? &ret->libc : &ret->language;
	if (!*where && mark->says)
		*where = mark->says;
}

static void look_at_strings(struct static_work *work, struct static_origin *ret)
{
	bool is_first[256] = {0};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		is_first[(uint8_t)marks[i].start[0]] = true;
	vec_foreach(&work->strings.list, string) {
		struct span bytes = span_clip(work->bytes, string->offset, string->size);
		if (string->encoding != STRING_ASCII || !is_first[bytes.data[0]])
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
			if (span_starts_with(bytes, marks[i].start))
				apply(work, &marks[i], bytes, ret);
		}
	}
}

static const struct {
	const char *part; /* of the interpreter's path or a needed library's name */
	const char *libc;
} loaders[] = {
	{"ld-musl", "musl"},     {"libc.musl", "musl"},   {"ld-uClibc", "uclibc"},
	{"libuClibc", "uclibc"}, {"libc.so.0", "uclibc"}, {"/system/bin/linker", "bionic"},
	{"libc.so.6", "glibc"},  {"ld-linux", "glibc"},   {"ld64.so", "glibc"},
};

static void name_libc(const struct static_elf *elf, struct static_origin *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(loaders); i++) {
		bool is_there = elf->interpreter && strstr(elf->interpreter, loaders[i].part);
		for (size_t j = 0; j < elf->needed.count && !is_there; j++)
			is_there = strstr(elf->needed.data[j], loaders[i].part) != NULL;
		if (is_there) {
			ret->libc = loaders[i].libc;
			return;
		}
	}
}

/* "GLIBC_2.34" → 2 × 1000 + 34; 0 for others (GLIBC_PRIVATE, too). */
static unsigned glibc_version(struct span name)
{
	char text[16] = "";
	unsigned major = 0;
	unsigned minor = 0;

	if (!span_starts_with(name, "GLIBC_") || name.size >= sizeof(text))
		return 0;
	memcpy(text, name.data, name.size);
	return sscanf(text, "GLIBC_%3u.%3u", &major, &minor) == 2 ? major * 1000 + minor : 0;
}

static void name_libc_version(struct static_work *work, struct static_origin *ret)
{
	unsigned highest = 0;

	for (size_t i = 0; i < work->elf.version_count; i++) {
		const struct elf_version *version = &work->elf.versions[i];
		if (!version->is_defined)
			highest = max_of(highest, glibc_version(version->name));
	}
	if (highest)
		ret->libc_version =
			arena_printf(work->arena, "%u.%u", highest / 1000, highest % 1000);
	list_foreach(&work->report->elf->notes, note) {
		if (text_equal(note->owner, "GNU") && note->type == NT_GNU_ABI_TAG && note->text)
			ret->minimum_kernel = note->text;
	}
}

/* Paths of the standard library hold the compiler's commit: /rustc/<40 digits>/library/… */
static void find_rust(struct static_work *work, struct static_origin *ret)
{
	struct span needle = span_text("/rustc/");
	size_t at = 0;
	struct span commit;

	for (unsigned tries = 0; tries < 64; tries++) {
		at = span_find(work->bytes, needle, at);
		if (at == SIZE_MAX)
			return;
		at += needle.size;
		if (!span_slice(work->bytes, at, 40, &commit))
			return;
		char text[41];
		uint8_t digest[20];
		memcpy(text, commit.data, 40);
		text[40] = '\0';
		if (text_unhex(text, digest, sizeof(digest))) {
			ret->rust_commit = arena_strdup(work->arena, text);
			ret->language = "rust";
			return;
		}
	}
}

/* .modinfo of a kernel module: name=value, each with a NUL. */
static void read_module_info(struct static_work *work, struct static_origin *ret)
{
	const struct elf_section *section = elf_section_named(&work->elf, ".modinfo");

	if (!section)
		return;
	struct reader reader = reader_of(elf_section_bytes(&work->elf, section), work->elf.order);
	ret->module_info.data =
		arena_alloc(work->arena, MAX_MODULE_INFO * sizeof(*ret->module_info.data));
	while (reader_left(&reader) && ret->module_info.count < MAX_MODULE_INFO) {
		struct span text = reader_string(&reader);
		const uint8_t *sign = text.size ? memchr(text.data, '=', text.size) : NULL;
		if (!sign)
			continue;
		size_t key = (size_t)(sign - text.data);
		const char *value = work_text(work, span_clip(text, key + 1, SIZE_MAX));
		ret->module_info.data[ret->module_info.count++] = (struct static_setting){
			.key = work_text(work, span_clip(text, 0, key)),
			.value = value ? value : "",
		};
	}
}

static void read_debug_link(struct static_work *work, struct static_origin *ret)
{
	const struct elf_section *section = elf_section_named(&work->elf, ".gnu_debuglink");
	struct span name;

	if (section && span_string(elf_section_bytes(&work->elf, section), 0, &name))
		ret->debug_link = work_text(work, name);
}

static void name_language(struct static_work *work, struct static_origin *ret)
{
	const struct static_elf *elf = work->report->elf;

	for (size_t i = 0; i < elf->needed.count && !ret->language; i++) {
		if (strstr(elf->needed.data[i], "libstdc++") ||
		    strstr(elf->needed.data[i], "libc++"))
			ret->language = "c++";
	}
	if (ret->language)
		return;
	if (ret->libc || ret->compilers.count)
		ret->language = "c";
	else if (work->report->kind == SAMPLE_EXECUTABLE && elf->is_static &&
		 work->bytes.size < 16384)
		ret->language = "assembler";
}

struct error *origin_analyze(struct static_work *work)
{
	struct static_origin *ret = arena_new_of(work->arena, struct static_origin);

	work->report->origin = ret;
	read_comment(work, ret);
	name_libc(work->report->elf, ret);
	go_read(work, ret);
	if (!ret->language)
		find_rust(work, ret);
	look_at_strings(work, ret);
	name_libc_version(work, ret);
	name_language(work, ret);
	read_module_info(work, ret);
	read_debug_link(work, ret);
	struct span mark;
	if (span_slice(work->bytes, 8, 2, &mark) && span_equal_text(mark, "AI"))
		ret->packager = "AppImage";
	return NULL;
}
