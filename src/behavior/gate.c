/* SPDX-License-Identifier: MIT */
#include "behavior/gate.h"

#include <string.h>

enum { WORD_MIN = 3, WORDS_MAX = 2048 };

/* A word that has to stand in a field's value in lower case. */
struct word {
	struct field_name field;
	struct span text;
};

/* Words of which at least one has to be there; none at all when is_open. */
struct cover {
	struct word *words;
	size_t count;
	size_t weight; /* how little it tells: the fewer words the better, in fields that differ */
	bool is_open;  /* nothing is known: the rule may match anything */
};

/* Fields that have one of a few values for all events of a view: hardly worth a look. */
static bool is_dull(enum rule_field field)
{
	static const enum rule_field dull[] = {
		FIELD_AUDIT_TYPE,        FIELD_EVENT_TYPE,       FIELD_INITIATED,    FIELD_PROTOCOL,
		FIELD_SAMPLE_PROCESS,    FIELD_TARGET_IS_SAMPLE, FIELD_USER,         FIELD_USER_ID,
		FIELD_WRITTEN_BY_SAMPLE, FIELD_IS_WRITABLE,      FIELD_IS_REPLACING, FIELD_EXISTED,
	};

	for (size_t i = 0; i < ARRAY_SIZE(dull); i++)
		if (dull[i] == field)
			return true;
	return false;
}

static const struct cover open_cover = {.is_open = true};

static void cover_deinit(struct cover *cover)
{
	free(cover->words);
	cover->words = NULL;
}

static bool has_upper(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 'A' && text.data[i] <= 'Z')
			return true;
	return false;
}

/* The longest part of a pattern's literal without wildcards. */
static struct span word_of(const struct pattern *pattern)
{
	struct span literal = pattern->literal, best = span_empty();
	size_t start = 0;

	if (pattern->op > PATTERN_GLOB)
		return best;
	/* Cased patterns look at the value as it is; the gate looks at lower case. */
	if (pattern->cased && has_upper(literal))
		return best;
	for (size_t i = 0; i <= literal.size; i++) {
		bool is_end =
			i == literal.size || (pattern->op == PATTERN_GLOB && literal.data[i] <= 1);
		if (!is_end)
			continue;
		if (i - start > best.size)
			best = span_clip(literal, start, i - start);
		start = i + 1;
	}
	return best.size >= WORD_MIN ? best : span_empty();
}

static struct cover cover_item(const struct rule_item *item)
{
	struct cover cover = {0};
	size_t longest = 0;

	/* A field that is never there is never anything, but it can be asked to be absent. */
	if (item->field.field == FIELD_UNKNOWN) {
		for (size_t i = 0; i < item->count; i++)
			if (item->patterns[i].op >= PATTERN_EXISTS)
				return open_cover;
		return cover;
	}
	cover.words = xcalloc(item->count, sizeof(*cover.words));
	for (size_t i = 0; i < item->count; i++) {
		struct span text = word_of(&item->patterns[i]);
		if (!item->all && text.size == 0) {
			cover_deinit(&cover);
			return open_cover;
		}
		/* Of patterns that must all match, the longest word will do. */
		if (item->all && text.size <= longest)
			continue;
		longest = text.size;
		if (item->all)
			cover.count = 0;
		cover.words[cover.count++] = (struct word){.field = item->field, .text = text};
	}
	cover.is_open = cover.count == 0;
	cover.weight = cover.count + (is_dull(item->field.field) ? WORDS_MAX : 0);
	return cover;
}

/* Takes both; the one with less to look for. */
static struct cover cover_better(struct cover a, struct cover b)
{
	if (a.is_open || (!b.is_open && b.weight < a.weight)) {
		cover_deinit(&a);
		return b;
	}
	cover_deinit(&b);
	return a;
}

/* Takes both; either may be what makes it true. */
static struct cover cover_either(struct cover a, struct cover b)
{
	if (a.is_open || b.is_open || a.count + b.count > WORDS_MAX) {
		cover_deinit(&a);
		cover_deinit(&b);
		return open_cover;
	}
	a.words = xrealloc_array(a.words, max_of(a.count + b.count, (size_t)1), sizeof(*a.words));
	if (b.count)
		memcpy(a.words + a.count, b.words, b.count * sizeof(*b.words));
	a.count += b.count;
	a.weight += b.weight;
	cover_deinit(&b);
	return a;
}

static struct cover cover_selection(const struct rule_selection *selection)
{
	struct cover all = {0};

	for (size_t m = 0; m < selection->count; m++) {
		struct cover map = open_cover;
		for (size_t i = 0; i < selection->maps[m].count; i++)
			map = cover_better(map, cover_item(&selection->maps[m].items[i]));
		all = cover_either(all, map);
	}
	return all;
}

static struct cover cover_set(const struct rule *rule, const struct condition *condition)
{
	bool wants_all = condition->op == CONDITION_ALL_OF;
	struct cover cover = {.is_open = wants_all};

	for (uint64_t left = condition->set; left; left &= left - 1) {
		struct cover one = cover_selection(&rule->selections[__builtin_ctzll(left)]);
		cover = wants_all ? cover_better(cover, one) : cover_either(cover, one);
	}
	return cover;
}

static struct cover cover_condition(const struct rule *rule, const struct condition *condition)
{
	switch (condition->op) {
	case CONDITION_SELECTION:
		return cover_selection(&rule->selections[condition->selection]);
	case CONDITION_AND:
		return cover_better(cover_condition(rule, condition->left),
				    cover_condition(rule, condition->right));
	case CONDITION_OR:
		return cover_either(cover_condition(rule, condition->left),
				    cover_condition(rule, condition->right));
	case CONDITION_ANY_OF:
	case CONDITION_ALL_OF:
		return cover_set(rule, condition);
	case CONDITION_NOT:
		break;
	}
	return open_cover;
}

static uint32_t trigram_at(struct span text, size_t at)
{
	return (uint32_t)text.data[at] | (uint32_t)text.data[at + 1] << 8 |
	       (uint32_t)text.data[at + 2] << 16;
}

static uint32_t slot_of(uint32_t trigram)
{
	return (trigram * 0x9e3779b1U) >> 20; /* 12 bits: GATE_SLOTS */
}

static struct gate_field *field_of(struct gate *gate, struct field_name name)
{
	vec_foreach(&gate->fields, field)
		if (field->field == name.field && field->index == name.index)
			return field;
	struct gate_field *field = vec_push(&gate->fields);
	field->field = name.field;
	field->index = name.index;
	return field;
}

static size_t chain_length(const struct gate *gate, const struct gate_field *field,
			   uint32_t trigram)
{
	size_t length = 0;

	for (uint32_t at = field->slots[slot_of(trigram)]; at; at = gate->entries.data[at - 1].next)
		length += gate->entries.data[at - 1].trigram == trigram;
	return length;
}

/* Keeps the three bytes of the word that fewest words have; the last ones of equals, as paths
 * differ more at their ends. */
static void add_word(struct gate *gate, const struct word *word, uint32_t rule)
{
	struct gate_field *field = field_of(gate, word->field);
	size_t best = 0, best_length = SIZE_MAX;

	for (size_t at = 0; at + WORD_MIN <= word->text.size; at++) {
		size_t length = chain_length(gate, field, trigram_at(word->text, at));
		if (length <= best_length) {
			best = at;
			best_length = length;
		}
	}
	uint32_t trigram = trigram_at(word->text, best);
	uint32_t *slot = &field->slots[slot_of(trigram)];
	struct gate_entry entry = {.trigram = trigram, .rule = rule, .next = *slot};
	vec_add(&gate->entries, entry);
	*slot = (uint32_t)gate->entries.count;
}

void gate_init(struct gate *gate, const struct rule *rules, const uint32_t *indices, size_t count)
{
	*gate = (struct gate){0};
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = &rules[indices[i]];
		struct cover cover = cover_condition(rule, rule->condition);
		if (cover.is_open)
			vec_add(&gate->always, indices[i]);
		for (size_t w = 0; w < cover.count && !cover.is_open; w++)
			add_word(gate, &cover.words[w], indices[i]);
		cover_deinit(&cover);
	}
}

void gate_deinit(struct gate *gate)
{
	vec_deinit(&gate->fields);
	vec_deinit(&gate->entries);
	vec_deinit(&gate->always);
}

static void scan(const struct gate *gate, const struct gate_field *field, struct span text,
		 struct candidates *candidates)
{
	for (size_t at = 0; at + WORD_MIN <= text.size; at++) {
		uint32_t trigram = trigram_at(text, at);
		for (uint32_t i = field->slots[slot_of(trigram)]; i;
		     i = gate->entries.data[i - 1].next) {
			const struct gate_entry *entry = &gate->entries.data[i - 1];
			if (entry->trigram != trigram ||
			    candidates->seen[entry->rule] == candidates->round)
				continue;
			candidates->seen[entry->rule] = candidates->round;
			vec_add(&candidates->rules, entry->rule);
		}
	}
}

void gate_find(const struct gate *gate, struct values *values, struct candidates *candidates)
{
	candidates->round++;
	vec_clear(&candidates->rules);
	for (size_t i = 0; i < gate->always.count; i++)
		vec_add(&candidates->rules, gate->always.data[i]);
	for (size_t f = 0; f < gate->fields.count; f++) {
		const struct gate_field *field = &gate->fields.data[f];
		const struct value *texts;
		size_t count = values_get(
			values, (struct field_name){.field = field->field, .index = field->index},
			&texts);
		for (size_t i = 0; i < count; i++)
			scan(gate, field, texts[i].lower, candidates);
	}
}
