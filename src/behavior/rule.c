/* SPDX-License-Identifier: MIT */
#include "behavior/rule.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "behavior/yaml_tree.h"

enum { VALUES_IN_ITEM_MAX = 4096, MAPS_MAX = 4096 };

struct reading {
	struct arena *arena;
	struct rule *rule;
};

static size_t child_count(const struct yaml_node *node)
{
	size_t count = 0;

	for (const struct yaml_node *child = node->first; child; child = child->next)
		count++;
	return count;
}

static int by_cost(const void *a, const void *b)
{
	const struct rule_item *x = a, *y = b;

	return x->cost < y->cost ? -1 : x->cost > y->cost;
}

/* One value or a list of them. */
static struct error *read_patterns(struct reading *reading, const struct yaml_node *value,
				   const struct modifiers *modifiers, struct rule_item *item)
{
	bool is_list = value->kind == YAML_LIST;
	size_t count = is_list ? child_count(value) : 1;

	if (value->kind == YAML_MAP)
		return error_new(ERROR_FORMAT, "line %zu: '%s' is a map", value->line, item->name);
	if (count == 0 || count > VALUES_IN_ITEM_MAX)
		return error_new(ERROR_FORMAT, "line %zu: '%s' has %zu values", value->line,
				 item->name, count);
	item->patterns =
		arena_alloc(reading->arena, count * PATTERN_VARIANTS_MAX * sizeof(*item->patterns));
	for (const struct yaml_node *one = is_list ? value->first : value; one;
	     one = is_list ? one->next : NULL) {
		size_t added;
		struct error *err = pattern_compile(one, modifiers, reading->arena,
						    &item->patterns[item->count], &added);
		if (err)
			return error_wrap(err, "line %zu: %s", one->line, item->name);
		if (modifiers->all && added > 1)
			return error_new(ERROR_UNSUPPORTED, "line %zu: %s: 'all' with variants",
					 one->line, item->name);
		for (size_t i = 0; i < added; i++)
			item->cost += pattern_cost(&item->patterns[item->count + i]);
		item->count += added;
	}
	return NULL;
}

/* "Image|endswith": the field and its modifiers; no field at all stands for keywords. */
static struct error *read_item(struct reading *reading, const char *key,
			       const struct yaml_node *value, struct rule_item *item)
{
	size_t size = key ? strcspn(key, "|") : 0;
	struct modifiers modifiers = {.op = PATTERN_EQUAL};

	item->name = key && size ? arena_strndup(reading->arena, key, size) : "keywords";
	if (key && key[size]) {
		struct error *err = modifiers_parse(key + size + 1, &modifiers);
		if (err)
			return error_wrap(err, "line %zu: %s", value->line, key);
	}
	if (size) {
		item->field = field_find(item->name);
		if (item->field.field == FIELD_UNKNOWN && !reading->rule->unknown_field)
			reading->rule->unknown_field = item->name;
	} else {
		item->field = (struct field_name){.field = FIELD_ANY};
		if (modifiers.op == PATTERN_EQUAL)
			modifiers.op = PATTERN_CONTAINS;
	}
	item->all = modifiers.all;
	return read_patterns(reading, value, &modifiers, item);
}

static struct error *read_map(struct reading *reading, const struct yaml_node *node,
			      struct rule_map *map)
{
	/* A map, or one keyword of a list. */
	size_t count = node->kind == YAML_MAP ? child_count(node) : 1;
	struct error *err = NULL;

	if (count == 0)
		return error_new(ERROR_FORMAT, "line %zu: an empty selection", node->line);
	map->items = arena_alloc(reading->arena, count * sizeof(*map->items));
	if (node->kind != YAML_MAP) {
		map->count = 1;
		return read_item(reading, NULL, node, &map->items[0]);
	}
	for (const struct yaml_node *child = node->first; child && !err; child = child->next)
		err = read_item(reading, child->key, child, &map->items[map->count++]);
	if (!err)
		qsort(map->items, map->count, sizeof(*map->items), by_cost);
	return err;
}

static struct error *read_selection(struct reading *reading, const struct yaml_node *node,
				    struct rule_selection *selection)
{
	struct error *err = NULL;

	selection->name = node->key;
	if (node->kind != YAML_LIST) {
		selection->maps = arena_new_of(reading->arena, struct rule_map);
		selection->count = 1;
		return read_map(reading, node, selection->maps);
	}
	size_t count = child_count(node);
	if (count == 0 || count > MAPS_MAX)
		return error_new(ERROR_FORMAT, "line %zu: selection '%s' has %zu parts", node->line,
				 node->key, count);
	selection->maps = arena_alloc(reading->arena, count * sizeof(*selection->maps));
	for (const struct yaml_node *child = node->first; child && !err; child = child->next)
		err = read_map(reading, child, &selection->maps[selection->count++]);
	return err;
}

/* Several conditions in a list are alternatives. */
static struct error *read_condition(struct reading *reading, const struct yaml_node *node,
				    const char *const *names)
{
	struct rule *rule = reading->rule;

	if (!node)
		return error_new(ERROR_FORMAT, "there is no condition");
	const struct yaml_node *one = node->kind == YAML_LIST ? node->first : node;
	for (; one; one = node->kind == YAML_LIST ? one->next : NULL) {
		struct condition *condition;
		if (one->kind != YAML_SCALAR)
			return error_new(ERROR_FORMAT, "line %zu: the condition is no text",
					 one->line);
		struct error *err = condition_parse(one->text, names, rule->selection_count,
						    reading->arena, &condition);
		if (err)
			return error_wrap(err, "line %zu", one->line);
		if (rule->condition) {
			struct condition *either = arena_new_of(reading->arena, struct condition);
			*either = (struct condition){
				.op = CONDITION_OR, .left = rule->condition, .right = condition};
			condition = either;
		}
		rule->condition = condition;
	}
	return rule->condition ? NULL : error_new(ERROR_FORMAT, "there is no condition");
}

static struct error *read_detection(struct reading *reading, const struct yaml_node *detection)
{
	const char *names[CONDITION_SELECTIONS_MAX];
	struct rule *rule = reading->rule;
	struct error *err = NULL;

	if (!detection || detection->kind != YAML_MAP)
		return error_new(ERROR_FORMAT, "there is no detection");
	if (yaml_get(detection, "timeframe"))
		return error_new(ERROR_UNSUPPORTED, "timeframe: aggregations are not supported");
	size_t count = child_count(detection);
	if (count > CONDITION_SELECTIONS_MAX)
		return error_new(ERROR_LIMIT, "more than %d selections", CONDITION_SELECTIONS_MAX);
	rule->selections = arena_alloc(reading->arena, count * sizeof(*rule->selections));
	for (const struct yaml_node *child = detection->first; child && !err; child = child->next) {
		if (text_equal(child->key, "condition"))
			continue;
		names[rule->selection_count] = child->key;
		err = read_selection(reading, child, &rule->selections[rule->selection_count++]);
	}
	return err ? err : read_condition(reading, yaml_get(detection, "condition"), names);
}

/* attack.t1053.003 → T1053.003 */
static bool is_technique(const char *tag)
{
	return strncmp(tag, "attack.t", 8) == 0 && isdigit((unsigned char)tag[8]);
}

static void read_tags(struct reading *reading, const struct yaml_node *tags)
{
	struct rule *rule = reading->rule;

	if (!tags || tags->kind != YAML_LIST)
		return;
	size_t count = child_count(tags);
	rule->tags.data = arena_alloc(reading->arena, (count + 1) * sizeof(*rule->tags.data));
	rule->attack.data = arena_alloc(reading->arena, (count + 1) * sizeof(*rule->attack.data));
	for (const struct yaml_node *tag = tags->first; tag; tag = tag->next) {
		if (tag->kind != YAML_SCALAR || rule->tags.count == 64)
			continue;
		rule->tags.data[rule->tags.count++] = tag->text;
		if (!is_technique(tag->text) || rule->attack.count == 32)
			continue;
		char *id = arena_strdup(reading->arena, tag->text + 7);
		id[0] = 'T';
		rule->attack.data[rule->attack.count++].id = id;
	}
}

static struct error *read_level(const char *text, enum severity *ret)
{
	*ret = SEVERITY_MEDIUM;
	if (!text)
		return NULL;
	for (unsigned i = 0; i < values_severity.count; i++)
		if (text_equal(values_severity.values[i], text)) {
			*ret = (enum severity)i;
			return NULL;
		}
	return error_new(ERROR_FORMAT, "there is no level '%s'", text);
}

/* The views of the record types that an item on auditd's `type` names. */
static uint32_t audit_views(const struct rule_item *item)
{
	static const struct {
		enum view view;
		const char *type;
	} types[] = {{VIEW_AUDIT_EXECVE, "execve"},
		     {VIEW_AUDIT_PATH, "path"},
		     {VIEW_AUDIT_SYSCALL, "syscall"}};
	uint32_t views = 0;

	for (size_t p = 0; p < item->count; p++)
		for (size_t t = 0; t < ARRAY_SIZE(types); t++)
			if (span_equal_text(item->patterns[p].literal, types[t].type))
				views |= VIEW_BIT(types[t].view);
	return views;
}

typedef void item_visitor(struct rule_item *item, void *context);

static void for_each_item(const struct rule *rule, item_visitor *visit, void *context)
{
	for (size_t s = 0; s < rule->selection_count; s++)
		for (size_t m = 0; m < rule->selections[s].count; m++) {
			const struct rule_map *map = &rule->selections[s].maps[m];
			for (size_t i = 0; i < map->count; i++)
				visit(&map->items[i], context);
		}
}

struct audit_types {
	uint32_t views;
	bool is_named;
};

static void note_audit_type(struct rule_item *item, void *context)
{
	struct audit_types *types = context;

	if (item->field.field != FIELD_AUDIT_TYPE)
		return;
	types->is_named = true;
	types->views |= audit_views(item);
}

/* Of auditd's record types those that the rule can match at all. */
static void narrow_audit(struct rule *rule)
{
	struct audit_types types = {0};

	for_each_item(rule, note_audit_type, &types);
	if (types.is_named)
		rule->views &= types.views;
}

static struct error *read_source(struct reading *reading, const struct yaml_node *source)
{
	struct rule *rule = reading->rule;
	const char *category = yaml_get_text(source, "category");
	const char *product = yaml_get_text(source, "product");
	const char *service = yaml_get_text(source, "service");

	if (!source)
		return error_new(ERROR_FORMAT, "there is no logsource");
	rule->log_source = category ? category : service ? service : product ? product : "";
	return view_of_source(category, product, service, &rule->views);
}

struct error *rule_read(const struct yaml_node *document, const char *source, struct arena *arena,
			struct rule *ret)
{
	struct reading reading = {.arena = arena, .rule = ret};
	struct error *err;

	*ret = (struct rule){.source = source};
	if (document->kind != YAML_MAP)
		return error_new(ERROR_FORMAT, "no rule: the document is no map");
	if (yaml_get(document, "correlation"))
		return error_new(ERROR_UNSUPPORTED, "correlation rules are not supported");
	if (yaml_get(document, "action"))
		return error_new(ERROR_UNSUPPORTED,
				 "rule collections (action: …) are not supported");
	ret->title = yaml_get_text(document, "title");
	if (!ret->title)
		return error_new(ERROR_FORMAT, "there is no title");
	ret->id = yaml_get_text(document, "id");
	if (!ret->id)
		ret->id = ret->title;
	ret->title_zh = yaml_get_text(document, "title_zh");
	ret->description = yaml_get_text(document, "description");
	ret->status = yaml_get_text(document, "status");
	ret->is_guest_wide = text_equal(yaml_get_text(document, "scope"), "guest");
	err = read_level(yaml_get_text(document, "level"), &ret->level);
	if (!err)
		err = read_source(&reading, yaml_get(document, "logsource"));
	if (err)
		return err;
	read_tags(&reading, yaml_get(document, "tags"));
	err = read_detection(&reading, yaml_get(document, "detection"));
	if (!err && text_equal(ret->log_source, "auditd"))
		narrow_audit(ret);
	if (err)
		rule_deinit(ret);
	return err;
}

static void free_item(struct rule_item *item, void *context UNUSED)
{
	for (size_t i = 0; i < item->count; i++)
		pattern_deinit(&item->patterns[i]);
}

void rule_deinit(struct rule *rule)
{
	for_each_item(rule, free_item, NULL);
}
