/* SPDX-License-Identifier: MIT */
/*
 * Capabilities of a program: from the functions that it imports, or, of a static one with symbols, that
 * it defines. A static program defines all that its libc drags in, so there only names count that the
 * program can hardly have by accident.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "static/capability.h"
#include "static/work.h"

enum { MAX_EVIDENCE = 64, MAX_NAMES = 100000 };

struct name_set {
	struct span *names;
	size_t count;
};

static int compare(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;
	int order = memcmp(x->data, y->data, min_of(x->size, y->size));

	return order ? order : (x->size > y->size) - (x->size < y->size);
}

static void collect(struct static_work *work, const struct elf_symbol_table *table, bool is_defined,
		    struct name_set *ret)
{
	size_t room = (size_t)min_of(table->count, (uint64_t)MAX_NAMES);
	struct elf_symbol symbol;

	ret->names = arena_try(work->arena, room, sizeof(*ret->names));
	if (!ret->names)
		return;
	for (uint64_t i = 0; i < table->count && ret->count < room; i++) {
		elf_symbol_at(&work->elf, table, i, &symbol);
		bool is_wanted = is_defined
					 ? symbol.section != SHN_UNDEF && symbol.type == STT_FUNC &&
						   symbol.binding != STB_LOCAL
					 : symbol.section == SHN_UNDEF;
		if (is_wanted && symbol.name.size && symbol.name.size < 64)
			ret->names[ret->count++] = symbol.name;
	}
	qsort(ret->names, ret->count, sizeof(*ret->names), compare);
}

static bool has(const struct name_set *set, const char *name)
{
	struct span key = span_text(name);

	return set->count && bsearch(&key, set->names, set->count, sizeof(key), compare);
}

static bool has_any(const struct name_set *set, const char *const *names)
{
	for (; *names; names++) {
		if (has(set, *names))
			return true;
	}
	return false;
}

/* What every static program of glibc or musl holds. */
static bool is_always_linked(const char *name)
{
	static const char *const always[] = {
		"kill",        "mprotect",        "uname",          "readdir64",   "readdir",
		"getpwnam",    "getdents64",      "nanosleep",      "dlopen",      "dlsym",
		"unlink",      "remove",          "syslog",         "openlog",     "connect",
		"getaddrinfo", "prctl",           "tcgetattr",      "gethostname", "setsid",
		"link",        "execve",          "posix_spawn",    "system",      "popen",
		"rmdir",       "clock_nanosleep", "pthread_create", "tgkill",      "getpwuid",
		"sleep",       "shm_open",
	};

	for (size_t i = 0; i < ARRAY_SIZE(always); i++) {
		if (strcmp(always[i], name) == 0)
			return true;
	}
	return false;
}

static void judge(struct static_work *work, const struct capability *capability,
		  const struct name_set *set, bool is_static)
{
	struct static_report *report = work->report;
	const char *evidence[MAX_EVIDENCE];
	size_t count = 0;

	for (const char *const *name = capability->names; *name && count < MAX_EVIDENCE; name++) {
		if (has(set, *name) && !(is_static && is_always_linked(*name)))
			evidence[count++] = *name;
	}
	if (count == 0 || (capability->also && !has_any(set, capability->also)))
		return;
	struct static_capability *ret = &report->capabilities.data[report->capabilities.count++];
	*ret = (struct static_capability){
		.id = capability->id,
		.title = capability->title,
		.attack = capability->attack,
	};
	ret->evidence.data = arena_alloc(work->arena, count * sizeof(*ret->evidence.data));
	memcpy(ret->evidence.data, evidence, count * sizeof(*evidence));
	ret->evidence.count = count;
}

struct error *capabilities_analyze(struct static_work *work)
{
	bool is_static = work->elf.dynamic_symbols.count == 0;
	struct name_set set = {0};

	if (work->report->kind == SAMPLE_KERNEL_MODULE || work->report->kind == SAMPLE_CORE)
		return NULL;
	if (work->elf.header.type == ET_REL)
		collect(work, &work->elf.symbols, false, &set);
	else if (is_static)
		collect(work, &work->elf.symbols, true, &set);
	else
		collect(work, &work->elf.dynamic_symbols, false, &set);
	work->report->capabilities.data = arena_alloc(
		work->arena, capability_count * sizeof(*work->report->capabilities.data));
	for (size_t i = 0; i < capability_count; i++)
		judge(work, &capabilities[i], &set, is_static && work->elf.header.type != ET_REL);
	return NULL;
}
