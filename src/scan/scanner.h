/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * YARA over any bytes. Rules are compiled from source only (a compiled rule file is a program for
 * libyara's machine), before the caller confines itself; scanning opens nothing.
 *
 * A file that does not compile is reported and skipped, the others are used. Each file is a
 * namespace of its own, so equal names do not collide. `include` is not followed: every file of a
 * folder is read anyway. The external variables that public rule sets use (filename, filepath,
 * extension, filetype, md5, owner) are defined.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

enum {
	SCAN_MAX_MATCHES = 1024, /* rules reported */
	SCAN_MAX_STRINGS = 64,   /* string matches kept of a rule */
	SCAN_MAX_BYTES = 64,     /* bytes kept of a string match */
	SCAN_MAX_PROBLEMS = 256,
	SCAN_MAX_RULE_FILE = 16 << 20,
	SCAN_MAX_FILES = 20000,
	SCAN_MAX_META = 64,
	SCAN_MAX_TAGS = 64,
};

struct scan_problem {
	char *file;
	unsigned line; /* 0: none */
	char *text;
};

struct scan_string {
	const char *name; /* "$a" */
	uint64_t offset;
	uint64_t size;
	struct span bytes; /* in the arena */
};

struct scan_meta {
	const char *name;
	const char *value; /* numbers and booleans as text */
};

struct scan_match {
	const char *rule;
	const char *space; /* namespace: the file's path below the folder that was named */
	const char **tags;
	size_t tag_count;
	struct scan_meta *meta;
	size_t meta_count;
	struct scan_string *strings;
	size_t string_count;
	uint64_t string_total; /* matches of its strings, kept or not */
};

struct scan_result {
	struct scan_match *matches;
	size_t match_count;
	uint64_t match_total;
	bool is_complete; /* false: the time was up, or libyara gave up; see problem */
	const char *problem;
};

struct scanner;

/* Compiles files, and the *.yar and *.yara files below folders. A path that is not there is an
 * error; no rules at all is none. */
MUST_USE struct error *scanner_new(const char *const *paths, size_t count, struct scanner **ret);
void scanner_free(struct scanner *scanner);
DEFINE_CLEANUP(struct scanner *, scanner_free)
#define cleanup_scanner guard(scanner_free)

size_t scanner_rule_count(const struct scanner *scanner);
const struct scan_problem *scanner_problems(const struct scanner *scanner, size_t *ret_count);
/* file_name may be NULL. The time limit is rounded up to whole seconds. Texts of the result belong
 * to the scanner or the arena. */
MUST_USE struct error *scanner_scan(struct scanner *scanner, struct span bytes,
				    const char *file_name, uint64_t timeout_ms, struct arena *arena,
				    struct scan_result *ret);
