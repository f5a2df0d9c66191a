/* SPDX-License-Identifier: MIT */
/* Guards against exploits, judged as checksec does. */
#include <elf.h>
#include <string.h>

#include "base/macro.h"
#include "base/text.h"
#include "static/work.h"

/* Functions that have a checked form (__NAME_chk) in glibc 2.36. */
static const char *const fortifiable[] = {
	"asprintf",   "confstr",    "dprintf",   "explicit_bzero", "fdelt",     "fgets",
	"fprintf",    "fread",      "getcwd",    "getdomainname",  "getgroups", "gethostname",
	"getlogin_r", "gets",       "memcpy",    "memmove",        "mempcpy",   "memset",
	"poll",       "ppoll",      "pread",     "pread64",        "printf",    "read",
	"readlink",   "readlinkat", "realpath",  "recv",           "recvfrom",  "snprintf",
	"sprintf",    "stpcpy",     "stpncpy",   "strcat",         "strcpy",    "strncat",
	"strncpy",    "swprintf",   "syslog",    "ttyname_r",      "vasprintf", "vdprintf",
	"vfprintf",   "vprintf",    "vsnprintf", "vsprintf",       "vswprintf", "vsyslog",
	"wcscat",     "wcscpy",     "wcsncpy",   "wmemcpy",        "wprintf",
};

/* Looks at the names of a table's symbols, one by one. */
static void look_at_names(struct static_work *work, const struct elf_symbol_table *table,
			  struct static_hardening *ret)
{
	struct elf_symbol symbol;

	for (uint64_t i = 0; i < table->count; i++) {
		elf_symbol_at(&work->elf, table, i, &symbol);
		if (symbol.name.size < 4)
			continue;
		struct span name = symbol.name;
		if (span_starts_with(name, "__stack_chk_fail") ||
		    span_starts_with(name, "__stack_chk_guard") ||
		    span_starts_with(name, "__intel_security_cookie"))
			ret->has_canary = true;
		if (symbol.section != SHN_UNDEF)
			continue;
		if (span_starts_with(name, "__") &&
		    memcmp(name.data + name.size - 4, "_chk", 4) == 0) {
			ret->fortified++;
			continue;
		}
		for (size_t j = 0; j < ARRAY_SIZE(fortifiable); j++)
			ret->fortifiable += span_equal_text(name, fortifiable[j]);
	}
}

static void look_at_segments(const struct elf *elf, struct static_hardening *ret)
{
	uint64_t flags = 0;
	uint64_t flags_1 = 0;
	uint64_t unused;
	bool has_stack = false;

	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		if (segment->type == PT_GNU_STACK) {
			has_stack = true;
			ret->has_nx = !(segment->flags & PF_X);
		}
		if (segment->type == PT_GNU_RELRO)
			ret->relro = RELRO_PARTIAL;
	}
	/* Without PT_GNU_STACK Linux makes the stack executable, but not on AArch64 and RISC-V. */
	if (!has_stack)
		ret->has_nx = elf->header.machine == EM_AARCH64 || elf->header.machine == EM_RISCV;
	(void)elf_dynamic_find(elf, DT_FLAGS, &flags);
	(void)elf_dynamic_find(elf, DT_FLAGS_1, &flags_1);
	if (ret->relro == RELRO_PARTIAL && (flags & DF_BIND_NOW || flags_1 & DF_1_NOW ||
					    elf_dynamic_find(elf, DT_BIND_NOW, &unused)))
		ret->relro = RELRO_FULL;
	ret->has_rpath = elf_dynamic_find(elf, DT_RPATH, &unused) ||
			 elf_dynamic_find(elf, DT_RUNPATH, &unused);
	ret->has_text_relocations =
		elf_dynamic_find(elf, DT_TEXTREL, &unused) || flags & DF_TEXTREL;
}

static bool says(const struct static_elf *elf, const char *word)
{
	for (size_t i = 0; i < elf->notes.count; i++) {
		const struct static_note *note = &elf->notes.data[i];
		if (note->text && note->type == NT_GNU_PROPERTY_TYPE_0 &&
		    text_equal(note->owner, "GNU") && strstr(note->text, word))
			return true;
	}
	return false;
}

struct error *hardening_analyze(struct static_work *work)
{
	const struct static_elf *elf = work->report->elf;

	if (work->report->kind != SAMPLE_EXECUTABLE && work->report->kind != SAMPLE_SHARED_OBJECT)
		return NULL;
	struct static_hardening *ret = arena_new_of(work->arena, struct static_hardening);
	look_at_segments(&work->elf, ret);
	look_at_names(work, &work->elf.dynamic_symbols, ret);
	if (work->elf.dynamic_symbols.count == 0)
		look_at_names(work, &work->elf.symbols, ret);
	ret->has_fortify = ret->fortified > 0;
	ret->is_pie = elf->is_pie;
	ret->has_ibt = says(elf, " IBT");
	ret->has_shadow_stack = says(elf, " SHSTK");
	ret->has_bti = says(elf, " BTI");
	ret->has_pac = says(elf, " PAC");
	work->report->hardening = ret;
	return NULL;
}
