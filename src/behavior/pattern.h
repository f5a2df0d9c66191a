/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * One value of a Sigma detection with its field's modifiers, compiled. Comparisons ignore the case of
 * ASCII letters unless `cased` was given (Sigma specification 2.0, rules; modifiers appendix).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "behavior/field.h"
#include "behavior/yaml_tree.h"

enum pattern_op {
	PATTERN_EQUAL,
	PATTERN_STARTS,
	PATTERN_ENDS,
	PATTERN_CONTAINS,
	PATTERN_GLOB,
	PATTERN_REGEX,
	PATTERN_CIDR,
	PATTERN_LESS,
	PATTERN_LESS_EQUAL,
	PATTERN_GREATER,
	PATTERN_GREATER_EQUAL,
	PATTERN_EXISTS, /* number: 1 or 0 */
	PATTERN_NULL,
	PATTERN_FIELD, /* another field's value; `reference_op` says how */
};

/* Modifiers of a field, in the order of a rule's text. */
struct modifiers {
	enum pattern_op op; /* PATTERN_EQUAL, STARTS, ENDS, CONTAINS, REGEX, CIDR, LESS…, EXISTS */
	bool all;
	bool cased;
	bool base64;
	bool base64_offset;
	bool wide;
	bool windash;
	bool field_reference;
	uint32_t regex_options; /* PCRE2_* */
};

struct pattern {
	enum pattern_op op;
	enum pattern_op reference_op;
	bool cased;
	struct span literal; /* lower case unless cased; a glob's * is byte 0 and its ? byte 1 */
	double number;
	struct pcre2_real_code_8 *regex;
	struct field_name reference;
	uint8_t address[16];
	unsigned address_size; /* 4 or 16 */
	unsigned prefix;       /* bits */
};

enum { PATTERN_VARIANTS_MAX = 8 };

/* Reads "contains|all" and the like (without the field's name). */
MUST_USE struct error *modifiers_parse(const char *text, struct modifiers *ret);

/* Compiles one scalar to up to PATTERN_VARIANTS_MAX patterns of which any may match. */
MUST_USE struct error *pattern_compile(const struct yaml_node *value,
				       const struct modifiers *modifiers, struct arena *arena,
				       struct pattern *ret, size_t *ret_count);
void pattern_deinit(struct pattern *pattern);

/* A value in its own case and in lower case. */
struct value {
	struct span text;
	struct span lower;
};
/* How regular expressions are bounded on hostile text; one for each matcher. */
struct pattern_limits;
struct pattern_limits *pattern_limits_new(void);
void pattern_limits_free(struct pattern_limits *limits);
/* Matches of regular expressions that were given up. */
uint64_t pattern_limits_hit(const struct pattern_limits *limits);

/* Whether a value matches. Not for EXISTS, NULL and FIELD, which are about a field's values. */
bool pattern_match(const struct pattern *pattern, const struct value *value,
		   struct pattern_limits *limits);
/* How dear a match is, to try the cheap ones first. */
unsigned pattern_cost(const struct pattern *pattern);
/* Compares two values as `op` says; op is EQUAL, STARTS, ENDS or CONTAINS. */
bool pattern_compare(enum pattern_op op, struct span value, struct span literal);
