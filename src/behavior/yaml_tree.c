/* SPDX-License-Identifier: MIT */
#include "behavior/yaml_tree.h"

#include <string.h>
#include <yaml.h>

#include "base/text.h"

struct parse {
	yaml_parser_t parser;
	struct arena *arena;
	size_t nodes;
};

static struct error *parser_error(const yaml_parser_t *parser)
{
	return error_new(ERROR_FORMAT, "line %zu: %s", parser->problem_mark.line + 1,
			 parser->problem ? parser->problem : "no YAML");
}

static struct error *next_event(struct parse *parse, yaml_event_t *ret)
{
	if (!yaml_parser_parse(&parse->parser, ret))
		return parser_error(&parse->parser);
	return NULL;
}

static struct error *parse_node(struct parse *parse, const yaml_event_t *event, unsigned depth,
				struct yaml_node **ret);

static struct error *scalar_text(struct parse *parse, const yaml_event_t *event, const char **ret)
{
	size_t size = event->data.scalar.length;
	const char *value = (const char *)event->data.scalar.value;

	if (memchr(value, '\0', size))
		return error_new(ERROR_FORMAT, "line %zu: a NUL in a text",
				 event->start_mark.line + 1);
	*ret = arena_strndup(parse->arena, value, size);
	return NULL;
}

static bool has_key(const struct yaml_node *map, const char *key)
{
	return yaml_get(map, key) != NULL;
}

/* The children up to the end event; keys and values take turns in a map. */
static struct error *parse_children(struct parse *parse, struct yaml_node *node, unsigned depth)
{
	yaml_event_type_t end =
		node->kind == YAML_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	struct yaml_node **tail = &node->first;
	const char *key = NULL;
	struct error *err = NULL;

	for (;;) {
		yaml_event_t event;
		struct yaml_node *child = NULL;
		err = next_event(parse, &event);
		if (err)
			return err;
		if (event.type == end) {
			yaml_event_delete(&event);
			return NULL;
		}
		bool is_key = node->kind == YAML_MAP && !key;
		if (is_key && event.type != YAML_SCALAR_EVENT) {
			err = error_new(ERROR_FORMAT, "line %zu: a key that is no text",
					event.start_mark.line + 1);
		} else if (is_key) {
			err = scalar_text(parse, &event, &key);
			if (!err && has_key(node, key))
				err = error_new(ERROR_FORMAT, "line %zu: '%s' is there twice",
						event.start_mark.line + 1, key);
		} else {
			err = parse_node(parse, &event, depth + 1, &child);
			if (!err) {
				child->key = key;
				*tail = child;
				tail = &child->next;
				key = NULL;
			}
		}
		yaml_event_delete(&event);
		if (err)
			return err;
	}
}

static struct error *parse_node(struct parse *parse, const yaml_event_t *event, unsigned depth,
				struct yaml_node **ret)
{
	size_t line = event->start_mark.line + 1;
	struct error *err = NULL;

	if (depth > YAML_DEPTH_MAX || ++parse->nodes > YAML_NODES_MAX)
		return error_new(ERROR_LIMIT, "line %zu: too deep or too long", line);
	struct yaml_node *node = arena_new_of(parse->arena, struct yaml_node);
	node->line = line;
	if (event->type == YAML_SCALAR_EVENT) {
		node->kind = YAML_SCALAR;
		node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
		err = scalar_text(parse, event, &node->text);
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		node->kind = YAML_MAP;
		err = parse_children(parse, node, depth);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		node->kind = YAML_LIST;
		err = parse_children(parse, node, depth);
	} else {
		err = error_new(ERROR_UNSUPPORTED, "line %zu: an alias", line);
	}
	*ret = node;
	return err;
}

static struct error *parse_stream(struct parse *parse, struct yaml_node **ret)
{
	struct yaml_node **tail = ret;

	*ret = NULL;
	for (;;) {
		yaml_event_t event;
		struct error *err = next_event(parse, &event);
		if (err)
			return err;
		bool is_end = event.type == YAML_STREAM_END_EVENT;
		bool is_frame = event.type == YAML_STREAM_START_EVENT ||
				event.type == YAML_DOCUMENT_START_EVENT ||
				event.type == YAML_DOCUMENT_END_EVENT;
		if (!is_end && !is_frame) {
			err = parse_node(parse, &event, 0, tail);
			if (!err)
				tail = &(*tail)->next;
		}
		yaml_event_delete(&event);
		if (err || is_end)
			return err;
	}
}

struct error *yaml_parse(struct span text, struct arena *arena, struct yaml_node **ret)
{
	struct parse parse = {.arena = arena};

	if (text.size > YAML_SIZE_MAX)
		return error_new(ERROR_LIMIT, "over %d bytes", YAML_SIZE_MAX);
	if (!yaml_parser_initialize(&parse.parser))
		return error_new(ERROR_FAILED, "the YAML parser could not be made");
	yaml_parser_set_input_string(&parse.parser, text.data, text.size);
	struct error *err = parse_stream(&parse, ret);
	yaml_parser_delete(&parse.parser);
	return err;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *child = map->first; child; child = child->next)
		if (text_equal(child->key, key))
			return child;
	return NULL;
}

const char *yaml_get_text(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node && node->kind == YAML_SCALAR ? node->text : NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && !node->is_quoted &&
	       (node->text[0] == '\0' || text_equal(node->text, "~") ||
		text_equal(node->text, "null") || text_equal(node->text, "Null") ||
		text_equal(node->text, "NULL"));
}
