/* SPDX-License-Identifier: MIT */
#include "behavior/matcher.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "behavior/event_line.h"
#include "behavior/gate.h"

/* Matches after which no further evidence is looked for: floods repeat themselves. */
enum { EVIDENCE_TRIES = 1000 };

struct finding {
	uint64_t matches;
	uint64_t first_event;
	char *process;
	struct {
		uint64_t event;
		char *process;
		char *text;
	} evidence[MATCHER_EVIDENCE_MAX];
	size_t evidence_count;
};

struct matcher {
	const struct rules *rules;
	const struct analysis_facts *facts;
	struct actors actors;
	struct values *values;
	struct pattern_limits *limits;
	struct finding **findings; /* of each rule; NULL: it did not match */
	struct gate gates[VIEW_COUNT];
	struct candidates candidates;
	bool has_started; /* the sample's own exec was seen */
	struct buffer line;
};

struct matcher *matcher_new(const struct rules *rules, const struct analysis_facts *facts)
{
	struct matcher *matcher = xcalloc(1, sizeof(*matcher));

	matcher->rules = rules;
	matcher->facts = facts;
	matcher->values = values_new();
	matcher->limits = pattern_limits_new();
	for (unsigned view = 0; view < VIEW_COUNT; view++) {
		const uint32_t *indices;
		size_t count = rules_of_view(rules, (enum view)view, &indices);
		if (count)
			gate_init(&matcher->gates[view], rules_at(rules, 0), indices, count);
	}
	matcher->candidates.seen = xcalloc(rules_count(rules) + 1, sizeof(uint32_t));
	matcher->findings =
		xcalloc(max_of(rules_count(rules), (size_t)1), sizeof(*matcher->findings));
	return matcher;
}

static void finding_free(struct finding *finding)
{
	if (!finding)
		return;
	for (size_t i = 0; i < finding->evidence_count; i++) {
		free(finding->evidence[i].process);
		free(finding->evidence[i].text);
	}
	free(finding->process);
	free(finding);
}

void matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return;
	for (size_t i = 0; i < rules_count(matcher->rules); i++)
		finding_free(matcher->findings[i]);
	free(matcher->findings);
	for (size_t view = 0; view < VIEW_COUNT; view++)
		gate_deinit(&matcher->gates[view]);
	free(matcher->candidates.seen);
	vec_deinit(&matcher->candidates.rules);
	actors_deinit(&matcher->actors);
	values_free(matcher->values);
	pattern_limits_free(matcher->limits);
	buffer_deinit(&matcher->line);
	free(matcher);
}

static bool field_matches(struct matcher *matcher, const struct pattern *pattern,
			  const struct value *values, size_t count)
{
	const struct value *others;
	size_t other_count = values_get(matcher->values, pattern->reference, &others);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < other_count; k++)
			if (pattern_compare(pattern->reference_op,
					    pattern->cased ? values[i].text : values[i].lower,
					    pattern->cased ? others[k].text : others[k].lower))
				return true;
	return false;
}

static bool pattern_holds(struct matcher *matcher, const struct pattern *pattern,
			  const struct value *values, size_t count)
{
	if (pattern->op == PATTERN_EXISTS)
		return (count > 0) == (pattern->number != 0);
	if (pattern->op == PATTERN_NULL)
		return count == 0;
	if (pattern->op == PATTERN_FIELD)
		return field_matches(matcher, pattern, values, count);
	for (size_t i = 0; i < count; i++)
		if (pattern_match(pattern, &values[i], matcher->limits))
			return true;
	return false;
}

static bool item_holds(struct matcher *matcher, const struct rule_item *item)
{
	const struct value *values = NULL;
	size_t count = values_get(matcher->values, item->field, &values);

	for (size_t i = 0; i < item->count; i++)
		if (pattern_holds(matcher, &item->patterns[i], values, count) != item->all)
			return !item->all;
	return item->all;
}

static bool map_holds(struct matcher *matcher, const struct rule_map *map)
{
	for (size_t i = 0; i < map->count; i++)
		if (!item_holds(matcher, &map->items[i]))
			return false;
	return true;
}

struct question {
	struct matcher *matcher;
	const struct rule *rule;
};

static bool ask_selection(void *context, unsigned index)
{
	struct question *question = context;
	const struct rule_selection *selection = &question->rule->selections[index];

	for (size_t i = 0; i < selection->count; i++)
		if (map_holds(question->matcher, &selection->maps[i]))
			return true;
	return false;
}

static bool has_evidence(const struct finding *finding, const char *text)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (text_equal(finding->evidence[i].text, text))
			return true;
	return false;
}

static void add_finding(struct matcher *matcher, size_t rule, const struct values_source *source)
{
	struct finding *finding = matcher->findings[rule];
	const struct event *event = source->event;
	const char *process =
		event ? event->process
		      : (source->file->processes.count ? source->file->processes.data[0] : NULL);
	uint64_t number = event ? event->number : source->file->last_event;

	if (!finding) {
		finding = matcher->findings[rule] = xcalloc(1, sizeof(*finding));
		finding->first_event = number;
		finding->process = process ? xstrdup(process) : NULL;
	}
	finding->matches++;
	if (finding->evidence_count == MATCHER_EVIDENCE_MAX || finding->matches > EVIDENCE_TRIES)
		return;
	buffer_clear(&matcher->line);
	if (event)
		event_line(&matcher->line, event);
	else
		file_line(&matcher->line, source->file, source->file_name);
	if (has_evidence(finding, buffer_text(&matcher->line)))
		return;
	size_t i = finding->evidence_count++;
	finding->evidence[i].event = number;
	finding->evidence[i].process = process ? xstrdup(process) : NULL;
	finding->evidence[i].text = xstrdup(buffer_text(&matcher->line));
}

static void match_view(struct matcher *matcher, const struct values_source *source, bool is_sample)
{
	const struct gate *gate = &matcher->gates[source->view];
	const struct candidates *candidates = &matcher->candidates;

	if (gate->always.count == 0 && gate->entries.count == 0)
		return;
	values_begin(matcher->values, source);
	gate_find(gate, matcher->values, &matcher->candidates);
	for (size_t i = 0; i < candidates->rules.count; i++) {
		uint32_t index = candidates->rules.data[i];
		const struct rule *rule = rules_at(matcher->rules, index);
		struct question question = {.matcher = matcher, .rule = rule};
		if ((is_sample || rule->is_guest_wide) &&
		    condition_holds(rule->condition, ask_selection, &question))
			add_finding(matcher, index, source);
	}
}

/* A failed change of a file changed nothing; a failed connect was still tried. */
static bool is_void(const struct event *event)
{
	return event->result < 0 && event->type >= EVENT_KIND_FILE_OPEN &&
	       event->type <= EVENT_KIND_UMOUNT;
}

/* The views of a call are the same each time that a program makes it: once is enough. An execve is
 * seen as the exec itself. */
static bool is_known_call(struct matcher *matcher, const struct event *event)
{
	struct actor *actor;

	if (event->type != EVENT_KIND_SYSCALL)
		return false;
	if (text_equal(event->name, "execve") || text_equal(event->name, "execveat"))
		return true;
	actor = actors_get(&matcher->actors, event->process);
	return actor && !actor_call_is_new(actor, event->abi, event->number_of);
}

static bool is_start(struct matcher *matcher, const struct event *event)
{
	if (matcher->has_started || event->type != EVENT_KIND_EXEC || !event->is_sample)
		return false;
	matcher->has_started = true;
	return true;
}

void matcher_event(struct matcher *matcher, const struct event *event)
{
	struct actors *actors = &matcher->actors;

	actors_update(actors, event);
	if (event->phase == PHASE_SETUP || is_void(event) || is_start(matcher, event) ||
	    is_known_call(matcher, event))
		return;
	const struct actor *actor = actors_find(actors, event->process);
	struct values_source source = {
		.event = event,
		.actor = actor,
		.parent = actors_parent(actors, actor),
		.other = actors_find(actors, event->other_process),
		.actors = actors,
		.facts = matcher->facts,
	};
	for (uint32_t views = view_of_event(event); views; views &= views - 1) {
		source.view = (enum view)__builtin_ctz(views);
		match_view(matcher, &source, event->is_sample);
	}
}

void matcher_file(struct matcher *matcher, const struct file_activity *file)
{
	struct values_source source = {
		.view = VIEW_FILE_SUMMARY,
		.file = file,
		.file_name = file->path,
		.actors = &matcher->actors,
		.facts = matcher->facts,
	};

	if (file->processes.count)
		source.actor = actors_find(&matcher->actors, file->processes.data[0]);
	source.parent = actors_parent(&matcher->actors, source.actor);
	match_view(matcher, &source, true);
	if (!file->renamed_to)
		return;
	/* Under its new name it is new; what stood there before has an entry of its own. */
	struct file_activity moved = *file;
	moved.existed_before = false;
	source.file = &moved;
	source.file_name = file->renamed_to;
	match_view(matcher, &source, true);
}

static void fill(const struct rule *rule, const struct finding *finding, struct arena *arena,
		 struct behavior *ret)
{
	struct evidence evidence[MATCHER_EVIDENCE_MAX] = {0};

	*ret = (struct behavior){
		.rule = arena_strdup(arena, rule->id),
		.title = arena_strdup(arena, rule->title),
		.title_zh = rule->title_zh ? arena_strdup(arena, rule->title_zh) : NULL,
		.description = rule->description ? arena_strdup(arena, rule->description) : NULL,
		.level = rule->level,
		.process = finding->process ? arena_strdup(arena, finding->process) : NULL,
		.matches = finding->matches,
		.source = arena_strdup(arena, rule->source),
	};
	/* What is the rules' own (tags, techniques) is shared: rules outlast findings. */
	list_take(arena, &ret->tags, rule->tags.data, rule->tags.count);
	list_take(arena, &ret->attack, rule->attack.data, rule->attack.count);
	for (size_t i = 0; i < finding->evidence_count; i++)
		evidence[i] = (struct evidence){
			.event = finding->evidence[i].event,
			.process = finding->evidence[i].process
					   ? arena_strdup(arena, finding->evidence[i].process)
					   : NULL,
			.text = arena_strdup(arena, finding->evidence[i].text),
		};
	list_take(arena, &ret->evidence, evidence, finding->evidence_count);
}

static int by_level(const void *a, const void *b)
{
	const struct behavior *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? 1 : -1;
	uint64_t i = x->evidence.count ? x->evidence.data[0].event : 0;
	uint64_t k = y->evidence.count ? y->evidence.data[0].event : 0;
	if (i != k)
		return i < k ? -1 : 1;
	return strcmp(x->rule, y->rule);
}

void matcher_finish(struct matcher *matcher, struct arena *arena, struct findings *ret)
{
	size_t rule_count = rules_count(matcher->rules);

	*ret = (struct findings){.given_up = pattern_limits_hit(matcher->limits)};
	ret->data = arena_alloc(arena, max_of(rule_count, (size_t)1) * sizeof(*ret->data));
	for (size_t i = 0; i < rule_count; i++)
		if (matcher->findings[i])
			fill(rules_at(matcher->rules, i), matcher->findings[i], arena,
			     &ret->data[ret->count++]);
	qsort(ret->data, ret->count, sizeof(*ret->data), by_level);
}
