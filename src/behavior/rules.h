/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A set of rules: Sigma files, compiled once. Adding text is all it does; rules_add_folder() is the
 * one function of this folder that reads files.
 */
#include "base/vec.h"
#include "behavior/rule.h"

struct rules;
struct rules *rules_new(void);
void rules_free(struct rules *rules);
DEFINE_CLEANUP(struct rules *, rules_free)
#define cleanup_rules guard(rules_free)

/* Adds the rules of one file, all or none. source: how findings name it. A rule whose id is there
 * already is an error. */
MUST_USE struct error *rules_add(struct rules *rules, const char *source, struct span text);

/* Names of ATT&CK techniques: lines "id<TAB>name<TAB>tactic,tactic"; # begins a comment. Rules that
 * are added later use them too. */
MUST_USE struct error *rules_add_techniques(struct rules *rules, struct span text);

/* What could not be loaded. */
struct rule_problem {
	char *path;
	struct error *err;
};
struct rule_problems {
	vec(struct rule_problem) list;
};
void rule_problems_deinit(struct rule_problems *problems);
#define cleanup_rule_problems __attribute__((cleanup(rule_problems_deinit)))
/* Adds every *.yml below a path (a file or a folder, sorted), and attack-linux.tsv where a folder
 * holds it. A bad rule file goes to problems and the rest goes on. */
MUST_USE struct error *rules_add_path(struct rules *rules, const char *path,
				      struct rule_problems *problems);

size_t rules_count(const struct rules *rules);
const struct rule *rules_at(const struct rules *rules, size_t index);
/* Indices of the rules that read a view. */
size_t rules_of_view(const struct rules *rules, enum view view, const uint32_t **ret);
