/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A Sigma rule, compiled. Specification: SigmaHQ/sigma-specification 2.0, detection rules; what of it
 * is read, and what is ours, is in docs/rules.md.
 */
#include "base/vec.h"
#include "behavior/condition.h"
#include "behavior/pattern.h"
#include "behavior/view.h"
#include "model/model.h"

/* A field and the values it may have. */
struct rule_item {
	struct field_name field;
	const char *name; /* as the rule writes it */
	bool all;         /* each pattern has to match, not one */
	struct pattern *patterns;
	size_t count;
	unsigned cost;
};

/* Items that must all match. */
struct rule_map {
	struct rule_item *items;
	size_t count;
};

/* Maps of which one must match. */
struct rule_selection {
	const char *name;
	struct rule_map *maps;
	size_t count;
};

struct rule {
	const char *id; /* the title where a rule has no id */
	const char *title;
	const char *title_zh;    /* NULL where there is none */
	const char *description; /* may be NULL */
	const char *status;      /* may be NULL */
	const char *source;      /* file */
	const char *log_source;  /* category, service or product */
	enum severity level;
	struct {
		const char **data;
		size_t count;
	} tags;
	struct {
		struct technique *data;
		size_t count;
	} attack;
	uint32_t views;     /* bits; 0: nothing that we record is of its log source */
	bool is_guest_wide; /* also for what does not belong to the sample */
	struct rule_selection *selections;
	size_t selection_count;
	struct condition *condition;
	const char *unknown_field; /* the first field that is never filled; NULL for none */
};

struct yaml_node;
/* Compiles one document. The rule lives in the arena, but for its expressions: rule_deinit. */
MUST_USE struct error *rule_read(const struct yaml_node *document, const char *source,
				 struct arena *arena, struct rule *ret);
void rule_deinit(struct rule *rule);
