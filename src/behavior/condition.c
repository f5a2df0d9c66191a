/* SPDX-License-Identifier: MIT */
#include "behavior/condition.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { WORD_SIZE = 128 };

struct parse {
	const char *at;
	char word[WORD_SIZE]; /* the next word; "" at the end */
	const char *const *names;
	size_t count;
	struct arena *arena;
	unsigned depth;
};

static void next_word(struct parse *parse)
{
	while (isspace((unsigned char)*parse->at))
		parse->at++;
	size_t size = *parse->at == '(' || *parse->at == ')' ? 1 : strcspn(parse->at, " \t\r\n()");
	snprintf(parse->word, sizeof(parse->word), "%.*s", (int)min_of(size, (size_t)WORD_SIZE - 1),
		 parse->at);
	parse->at += size;
}

static bool take_word(struct parse *parse, const char *word)
{
	if (strcasecmp(parse->word, word) != 0)
		return false;
	next_word(parse);
	return true;
}

static struct condition *new_node(struct parse *parse, enum condition_op op, struct condition *left,
				  struct condition *right)
{
	struct condition *node = arena_new_of(parse->arena, struct condition);

	*node = (struct condition){.op = op, .left = left, .right = right};
	return node;
}

static struct error *parse_or(struct parse *parse, struct condition **ret);

/* "selection_*", "*_img", "them"; names that begin with _ are not of "them". */
static bool is_of(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');

	if (text_equal(pattern, "them"))
		return name[0] != '_';
	if (!star)
		return text_equal(pattern, name);
	size_t head = (size_t)(star - pattern), tail = strlen(star + 1), size = strlen(name);
	return size >= head + tail && strncmp(name, pattern, head) == 0 &&
	       text_equal(name + size - tail, star + 1);
}

static struct error *parse_of(struct parse *parse, enum condition_op op, struct condition **ret)
{
	struct condition *node = new_node(parse, op, NULL, NULL);

	if (!take_word(parse, "of"))
		return error_new(ERROR_FORMAT, "condition: no 'of' before '%s'", parse->word);
	for (unsigned i = 0; i < parse->count; i++)
		if (is_of(parse->word, parse->names[i]))
			node->set |= 1ULL << i;
	if (node->set == 0)
		return error_new(ERROR_FORMAT, "condition: no selection is named '%s'",
				 parse->word);
	next_word(parse);
	*ret = node;
	return NULL;
}

static struct error *parse_unit(struct parse *parse, struct condition **ret)
{
	struct error *err;

	if (take_word(parse, "(")) {
		err = parse_or(parse, ret);
		if (err)
			return err;
		if (!take_word(parse, ")"))
			return error_new(ERROR_FORMAT, "condition: a parenthesis is not closed");
		return NULL;
	}
	for (unsigned i = 0; i < parse->count; i++) {
		if (!text_equal(parse->word, parse->names[i]))
			continue;
		next_word(parse);
		*ret = new_node(parse, CONDITION_SELECTION, NULL, NULL);
		(*ret)->selection = i;
		return NULL;
	}
	if (take_word(parse, "1") || take_word(parse, "any"))
		return parse_of(parse, CONDITION_ANY_OF, ret);
	if (take_word(parse, "all"))
		return parse_of(parse, CONDITION_ALL_OF, ret);
	if (parse->word[0] == '\0')
		return error_new(ERROR_FORMAT, "condition: it ends where a selection should be");
	return error_new(ERROR_FORMAT, "condition: there is no selection '%s'", parse->word);
}

static struct error *parse_not(struct parse *parse, struct condition **ret)
{
	if (!take_word(parse, "not"))
		return parse_unit(parse, ret);
	if (++parse->depth > CONDITION_DEPTH_MAX)
		return error_new(ERROR_LIMIT, "condition: too deep");
	struct condition *inner;
	struct error *err = parse_not(parse, &inner);
	if (err)
		return err;
	parse->depth--;
	*ret = new_node(parse, CONDITION_NOT, inner, NULL);
	return NULL;
}

static struct error *parse_chain(struct parse *parse, enum condition_op op, const char *word,
				 struct error *(*parse_part)(struct parse *, struct condition **),
				 struct condition **ret)
{
	struct condition *left = NULL, *right = NULL;
	unsigned links = 0;
	struct error *err = parse_part(parse, &left);

	while (!err && take_word(parse, word)) {
		/* A chain leans to the left, so its length is depth. */
		if (++links > CONDITION_SELECTIONS_MAX)
			return error_new(ERROR_LIMIT, "condition: too long");
		err = parse_part(parse, &right);
		if (!err)
			left = new_node(parse, op, left, right);
	}
	if (!err)
		*ret = left;
	return err;
}

static struct error *parse_and(struct parse *parse, struct condition **ret)
{
	return parse_chain(parse, CONDITION_AND, "and", parse_not, ret);
}

static struct error *parse_or(struct parse *parse, struct condition **ret)
{
	if (++parse->depth > CONDITION_DEPTH_MAX)
		return error_new(ERROR_LIMIT, "condition: too deep");
	struct error *err = parse_chain(parse, CONDITION_OR, "or", parse_and, ret);
	parse->depth--;
	return err;
}

struct error *condition_parse(const char *text, const char *const *names, size_t count,
			      struct arena *arena, struct condition **ret)
{
	struct parse parse = {.at = text, .names = names, .count = count, .arena = arena};
	struct error *err;

	if (strchr(text, '|'))
		return error_new(ERROR_UNSUPPORTED,
				 "condition: aggregations (| count() …) are not supported");
	next_word(&parse);
	err = parse_or(&parse, ret);
	if (!err && parse.word[0])
		err = error_new(ERROR_FORMAT, "condition: '%s' is too much", parse.word);
	return err;
}

bool condition_holds(const struct condition *condition, condition_ask *ask, void *context)
{
	switch (condition->op) {
	case CONDITION_SELECTION:
		return ask(context, condition->selection);
	case CONDITION_NOT:
		return !condition_holds(condition->left, ask, context);
	case CONDITION_AND:
		return condition_holds(condition->left, ask, context) &&
		       condition_holds(condition->right, ask, context);
	case CONDITION_OR:
		return condition_holds(condition->left, ask, context) ||
		       condition_holds(condition->right, ask, context);
	case CONDITION_ANY_OF:
	case CONDITION_ALL_OF:
		break;
	}
	bool wants_all = condition->op == CONDITION_ALL_OF;
	for (uint64_t left = condition->set; left; left &= left - 1)
		if (ask(context, (unsigned)__builtin_ctzll(left)) != wants_all)
			return !wants_all;
	return wants_all;
}
