/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Static analysis: what is read off a file without running it. Each analyser is one file and one
 * row of static.c's table.
 *
 * static_analyze() opens nothing: what needs files (rules, libmagic's data) is set up before the
 * caller confines itself. Whatever the bytes are, it gives a report; errors are our own failures.
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "model/model.h"
#include "scan/scanner.h"

/* libmagic, loaded. */
struct file_type;
MUST_USE struct error *file_type_new(struct file_type **ret);
void file_type_free(struct file_type *type);
DEFINE_CLEANUP(struct file_type *, file_type_free)
#define cleanup_file_type guard(file_type_free)

enum {
	STATIC_YARA_TIMEOUT_MS = 20000,
	STATIC_MAX_STRINGS = 20000, /* as the model's limit */
};

struct static_options {
	const char *file_name;       /* base name for rules that ask for it; may be NULL */
	struct scanner *scanner;     /* NULL: no YARA */
	struct file_type *file_type; /* NULL: no libmagic */
	/* The same bytes as a descriptor: of an ELF file libmagic tells more when it can seek. */
	bool has_fd;
	int fd;
	uint64_t yara_timeout_ms; /* 0: STATIC_YARA_TIMEOUT_MS */
	size_t max_strings;       /* strings listed; 0: STATIC_MAX_STRINGS */
	bool no_fuzzy_hashes;     /* without ssdeep and TLSH, which take half of the time */
};

/* Memory: 64 MB and three times the bytes at most when the arena has that limit. ret belongs to the
 * arena and to nothing else; bytes may go. */
MUST_USE struct error *static_analyze(struct span bytes, const struct static_options *options,
				      struct arena *arena, struct static_report *ret);
