/* SPDX-License-Identifier: MIT */
#pragma once
/* YAML documents as trees (libyaml, owned by behavior). Bounded: size, depth, nodes; no aliases, no
 * tags. Duplicate keys are refused. */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

enum { YAML_SIZE_MAX = 1024 * 1024, YAML_DEPTH_MAX = 16, YAML_NODES_MAX = 50000 };

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_LIST };

struct yaml_node {
	enum yaml_kind kind;
	bool is_quoted;          /* a scalar in quotes or a block: always text, never null */
	size_t line;             /* from 1 */
	const char *text;        /* of a scalar; no NUL inside */
	const char *key;         /* when it is the value of a map */
	struct yaml_node *first; /* child */
	struct yaml_node *next;  /* sibling */
};

/* The documents of a file, as siblings. Errors name the line. */
MUST_USE struct error *yaml_parse(struct span text, struct arena *arena, struct yaml_node **ret);

/* The value of a map's key; NULL for another kind and for a key that is not there. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
/* The text of a map's scalar; NULL when it is none. */
const char *yaml_get_text(const struct yaml_node *map, const char *key);
/* A scalar without quotes that is empty, ~ or null. */
bool yaml_is_null(const struct yaml_node *node);
