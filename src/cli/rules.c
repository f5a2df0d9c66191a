/* SPDX-License-Identifier: MIT */
/* habo rules check|list: look at behaviour rules without running anything. */
#include <argp.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "behavior/rules.h"
#include "cli/verb.h"
#include "engine/place.h"

enum { PATHS_MAX = 256 };

struct arguments {
	const char *action;
	const char *paths[PATHS_MAX];
	size_t path_count;
	bool is_json;
};

static const struct argp_option options[] = {
	{"json", 'j', NULL, 0, "list: print an array of JSON objects", 0},
	{0},
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'j':
		arguments->is_json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!arguments->action)
			arguments->action = text;
		else if (arguments->path_count < PATHS_MAX)
			arguments->paths[arguments->path_count++] = text;
		else
			argp_error(state, "too many paths");
		return 0;
	case ARGP_KEY_END:
		if (!text_equal(arguments->action, "check") &&
		    !text_equal(arguments->action, "list"))
			argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct error *load(const struct arguments *arguments, struct rules *rules,
			  struct rule_problems *problems)
{
	struct error *err = NULL;

	if (arguments->path_count == 0) {
		cleanup_arena struct arena *arena = arena_new(0);
		const char *path = place_rules(arena, "sigma");
		if (!path)
			return error_new(ERROR_NOT_FOUND,
					 "there are no rules beside the program: name a folder, or "
					 "set HABO_RULES");
		return rules_add_path(rules, path, problems);
	}
	for (size_t i = 0; i < arguments->path_count && !err; i++)
		err = rules_add_path(rules, arguments->paths[i], problems);
	return err;
}

static void print_problems(struct rule_problems *problems)
{
	vec_foreach(&problems->list, problem) {
		cleanup_free char *text = term_text_dup(error_message(problem->err));
		fprintf(stderr, "habo: %s\n", text);
	}
}

static void print_rule_json(struct json_writer *writer, const struct rule *rule)
{
	json_object_begin(writer);
	json_member_text(writer, "id", rule->id);
	json_member_text(writer, "title", rule->title);
	json_member_text(writer, "title_zh", rule->title_zh);
	json_member_text(writer, "level", model_value_name(&values_severity, rule->level));
	json_member_text(writer, "log_source", rule->log_source);
	json_member_bool(writer, "has_events", rule->views != 0);
	json_member_text(writer, "unknown_field", rule->unknown_field);
	json_key(writer, "tags");
	json_array_begin(writer);
	for (size_t i = 0; i < rule->tags.count; i++)
		json_put_text(writer, rule->tags.data[i]);
	json_array_end(writer);
	json_member_text(writer, "source", rule->source);
	json_object_end(writer);
}

static struct error *list_json(const struct rules *rules)
{
	struct json_writer writer;

	json_writer_init_fd(&writer, STDOUT_FILENO, true);
	json_array_begin(&writer);
	for (size_t i = 0; i < rules_count(rules); i++)
		print_rule_json(&writer, rules_at(rules, i));
	json_array_end(&writer);
	return json_writer_finish(&writer);
}

static void list_table(const struct rules *rules)
{
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);
		cleanup_free char *title = term_text_dup(rule->title);
		printf("%-13s  %-18s  %-9s  %s%s\n",
		       model_value_name(&values_severity, rule->level), rule->log_source,
		       rule->attack.count ? rule->attack.data[0].id : "-", title,
		       rule->views ? "" : "  (no events of this source)");
	}
}

/* What a rule's author should know although the rule is sound. */
static void warn(const struct rules *rules, size_t *idle)
{
	*idle = 0;
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);
		*idle += rule->views == 0;
		if (rule->views && rule->unknown_field) {
			cleanup_free char *text = term_text_dup(rule->unknown_field);
			fprintf(stderr, "habo: %s: note: field '%s' is never filled\n",
				rule->source, text);
		}
	}
}

static struct error *run(const struct arguments *arguments, size_t *bad)
{
	cleanup_rules struct rules *rules = rules_new();
	cleanup_rule_problems struct rule_problems problems = {0};
	struct error *err = load(arguments, rules, &problems);
	size_t idle;

	if (err)
		return err;
	print_problems(&problems);
	*bad = problems.list.count;
	if (text_equal(arguments->action, "list")) {
		if (arguments->is_json)
			return list_json(rules);
		list_table(rules);
		return NULL;
	}
	warn(rules, &idle);
	printf("%zu rules are good, %zu files are not; %zu of the rules read sources that are not "
	       "recorded\n",
	       rules_count(rules), *bad, idle);
	return NULL;
}

int cli_rules(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "check|list [PATH…]",
		.doc = "Check or list behaviour rules (Sigma files).\v"
		       "PATH is a file or a folder; without one, the rules that come with the "
		       "program. "
		       "docs/rules.md says what is read of Sigma and what is ours.",
	};
	struct arguments arguments = {0};
	size_t bad = 0;

	argp_err_exit_status = EXIT_BAD_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
		return EXIT_BAD_USAGE;
	struct error *err = run(&arguments, &bad);
	if (err)
		return cli_fail(err);
	return bad ? EXIT_COULD_NOT : EXIT_DONE;
}
