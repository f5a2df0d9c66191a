/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Which rules of a view can match an event at all. Most rules can only be true if one of some words
 * stands in a field ("/etc/cron" in TargetFilename): of each such word three bytes are kept in a
 * table, one look at the field's value then names the rules worth the whole evaluation. Rules
 * without such words (only expressions, only negations) are always tried.
 */
#include "base/vec.h"
#include "behavior/rule.h"
#include "behavior/values.h"

enum { GATE_SLOTS = 4096 };

/* A word's three bytes in one field → a rule. */
struct gate_entry {
	uint32_t trigram;
	uint32_t rule;
	uint32_t next; /* 1 + index, 0: none */
};

struct gate_field {
	enum rule_field field;
	unsigned index;             /* of FIELD_AUDIT_ARGUMENT */
	uint32_t slots[GATE_SLOTS]; /* 1 + index of the first entry, 0: none */
};

struct gate {
	vec(struct gate_field) fields;
	vec(struct gate_entry) entries;
	vec(uint32_t) always; /* rules without a word */
};

/* Builds the gate of a view's rules: rules[indices[i]]. */
void gate_init(struct gate *gate, const struct rule *rules, const uint32_t *indices, size_t count);
void gate_deinit(struct gate *gate);

/* Rules that the event was found worth trying for; `seen` has an entry for each rule. */
struct candidates {
	uint32_t *seen; /* round in which the rule was added last */
	uint32_t round;
	vec(uint32_t) rules;
};
/* Replaces the candidates by those for the event that values_begin() was told. */
void gate_find(const struct gate *gate, struct values *values, struct candidates *candidates);
