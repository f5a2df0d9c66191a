/* SPDX-License-Identifier: MIT */
#include "behavior/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "behavior/yaml_tree.h"

enum { TECHNIQUES_MAX = 10000, TACTICS_MAX = 16 };

struct rules {
	struct arena *arena;
	vec(struct rule) list;
	vec(uint32_t) of_view[VIEW_COUNT];
	vec(struct technique) techniques;
};

struct rules *rules_new(void)
{
	struct rules *rules = xcalloc(1, sizeof(*rules));

	rules->arena = arena_new(0);
	return rules;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	vec_foreach(&rules->list, rule)
		rule_deinit(rule);
	vec_deinit(&rules->list);
	for (size_t i = 0; i < VIEW_COUNT; i++)
		vec_deinit(&rules->of_view[i]);
	vec_deinit(&rules->techniques);
	arena_free(rules->arena);
	free(rules);
}

static void name_technique(const struct rules *rules, struct technique *technique)
{
	for (size_t i = 0; i < rules->techniques.count; i++)
		if (text_equal(rules->techniques.data[i].id, technique->id))
			*technique = rules->techniques.data[i];
}

static const struct rule *find(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->list.count; i++)
		if (text_equal(rules->list.data[i].id, id))
			return &rules->list.data[i];
	return NULL;
}

static struct error *add_document(struct rules *rules, const char *source,
				  const struct yaml_node *document)
{
	struct rule rule;
	struct error *err = rule_read(document, source, rules->arena, &rule);

	if (err)
		return err;
	const struct rule *same = find(rules, rule.id);
	if (same) {
		rule_deinit(&rule);
		return error_new(ERROR_FORMAT, "its id '%s' is that of %s", rule.id, same->source);
	}
	for (size_t i = 0; i < rule.attack.count; i++)
		name_technique(rules, &rule.attack.data[i]);
	for (unsigned view = 0; view < VIEW_COUNT; view++)
		if (rule.views & VIEW_BIT(view))
			vec_add(&rules->of_view[view], (uint32_t)rules->list.count);
	vec_add(&rules->list, rule);
	return NULL;
}

/* Takes back the rules from `count` on. */
static void truncate_to(struct rules *rules, size_t count)
{
	while (rules->list.count > count)
		rule_deinit(&rules->list.data[--rules->list.count]);
	for (size_t view = 0; view < VIEW_COUNT; view++)
		while (rules->of_view[view].count &&
		       rules->of_view[view].data[rules->of_view[view].count - 1] >= count)
			rules->of_view[view].count--;
}

struct error *rules_add(struct rules *rules, const char *source, struct span text)
{
	size_t before = rules->list.count;
	struct yaml_node *document;
	struct error *err;

	source = arena_strdup(rules->arena, source);
	err = yaml_parse(text, rules->arena, &document);
	if (!err && !document)
		err = error_new(ERROR_FORMAT, "the file is empty");
	for (; !err && document; document = document->next)
		err = add_document(rules, source, document);
	if (err)
		truncate_to(rules, before);
	return error_wrap(err, "%s", source);
}

static struct span cut(struct span *text, char separator)
{
	const uint8_t *end = memchr(text->data, separator, text->size);
	size_t size = end ? (size_t)(end - text->data) : text->size;
	struct span part = span_clip(*text, 0, size);

	*text = span_clip(*text, size + (end != NULL), SIZE_MAX);
	return part;
}

static const char *keep(struct rules *rules, struct span text)
{
	return arena_strndup(rules->arena, text.data, text.size);
}

struct error *rules_add_techniques(struct rules *rules, struct span text)
{
	for (size_t line = 1; text.size; line++) {
		const char *tactics[TACTICS_MAX];
		size_t count = 0;
		struct span row = cut(&text, '\n');
		if (row.size == 0 || row.data[0] == '#')
			continue;
		struct span id = cut(&row, '\t'), name = cut(&row, '\t');
		if (id.size < 5 || id.data[0] != 'T' || name.size == 0)
			return error_new(ERROR_FORMAT, "techniques: line %zu has no id and name",
					 line);
		if (rules->techniques.count >= TECHNIQUES_MAX)
			return error_new(ERROR_LIMIT, "more than %d techniques", TECHNIQUES_MAX);
		while (row.size && count < TACTICS_MAX)
			tactics[count++] = keep(rules, cut(&row, ','));
		struct technique *technique = vec_push(&rules->techniques);
		technique->id = keep(rules, id);
		technique->name = keep(rules, name);
		list_take(rules->arena, &technique->tactics, tactics, count);
	}
	vec_foreach(&rules->list, rule)
		for (size_t i = 0; i < rule->attack.count; i++)
			name_technique(rules, &rule->attack.data[i]);
	return NULL;
}

size_t rules_count(const struct rules *rules)
{
	return rules->list.count;
}

const struct rule *rules_at(const struct rules *rules, size_t index)
{
	return &rules->list.data[index];
}

size_t rules_of_view(const struct rules *rules, enum view view, const uint32_t **ret)
{
	*ret = rules->of_view[view].data;
	return rules->of_view[view].count;
}
