/* SPDX-License-Identifier: MIT */
/*
 * Holds report.json to its ceiling. Every list of the report, however deep, is weighed by the JSON
 * of its own elements without the lists inside them; the heaviest is halved, and all is weighed
 * again, until the whole fits. Weights are estimates (indentation, escapes), so in the end the
 * result is measured and, if it is still too long, done again with a lower aim.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "model/walk.h"
#include "report/format.h"
#include "report/report.h"

struct weighed_list {
	struct model_list *list;
	const struct record *owner;
	const struct field *field;
	uint64_t weight;
};

/* A list that was cut, and how long it had been. */
struct cut_list {
	const struct model_list *list;
	const struct record *owner;
	const struct field *field;
	size_t original;
};

struct scale {
	struct weighed_list heaviest; /* of those that may be cut; list NULL: there is none */
	uint64_t total;
	unsigned depth;
};

enum { LIST_KEPT_MIN = 8 }; /* what is this short is not cut further */

/* Bytes that a text takes in JSON, pretty-printed: six for what is written as \uNNNN. */
static uint64_t text_weight(const char *text)
{
	uint64_t weight = 2;

	for (; text && *text; text++)
		weight += (uint8_t)*text < 0x20 || *text == '<' || *text == '>' || *text == '&' ? 6
			  : *text == '"' || *text == '\\'                                       ? 2
			  : (uint8_t)*text >= 0x80                                              ? 5
												: 1;
	return weight;
}

static uint64_t weigh_record(struct scale *scale, const struct record *record, void *value);

static uint64_t weigh_list(struct scale *scale, const struct record *owner,
			   const struct field *field, void *value)
{
	struct model_list *list = field_to(field, value);
	uint64_t weight = 4;

	for (size_t i = 0; i < list->count; i++)
		weight +=
			24 + (field->kind == FIELD_TEXTS
				      ? text_weight(((const char **)list->data)[i])
				      : weigh_record(scale, field->record,
						     (char *)list->data + i * field->record->size));
	if (list->count > LIST_KEPT_MIN && weight > scale->heaviest.weight)
		scale->heaviest = (struct weighed_list){list, owner, field, weight};
	scale->total += weight;
	return 0;
}

/* The weight of a record's own fields; lists put theirs on the scale by themselves. */
static uint64_t weigh_record(struct scale *scale, const struct record *record, void *value)
{
	uint64_t weight = 4;

	if (scale->depth == MODEL_DEPTH_MAX)
		return 0;
	scale->depth++;
	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		uint64_t name = strlen(field->name) + 26;
		switch (field->kind) {
		case FIELD_TEXT:
			if (field_load(const char *, field, value))
				weight +=
					name + text_weight(field_load(const char *, field, value));
			break;
		case FIELD_BYTES:
			weight += name + field_load(struct span, field, value).size * 2;
			break;
		case FIELD_ONE:
			if (field_load(void *, field, value))
				weight += name + weigh_record(scale, field->record,
							      field_load(void *, field, value));
			break;
		case FIELD_LIST:
		case FIELD_TEXTS:
			weight += name + weigh_list(scale, record, field, value);
			break;
		case FIELD_U64:
		case FIELD_I64:
		case FIELD_HEX:
		case FIELD_REAL:
		case FIELD_BOOL:
		case FIELD_ENUM:
			weight += name + 12;
			break;
		}
	}
	scale->depth--;
	return weight;
}

struct cuts {
	vec(struct cut_list) lists;
};

static void remember(struct cuts *cuts, const struct weighed_list *list)
{
	vec_foreach(&cuts->lists, known)
		if (known->list == list->list)
			return;
	vec_add(&cuts->lists,
		((struct cut_list){list->list, list->owner, list->field, list->list->count}));
}

/* Halves lists until the estimate is at most `aim`; false when nothing is left to cut. */
static bool cut_to(struct report *report, uint64_t aim, struct cuts *cuts)
{
	for (;;) {
		struct scale scale = {0};
		uint64_t own = weigh_record(&scale, &record_report, report);
		if (scale.total + own <= aim)
			return true;
		if (!scale.heaviest.list)
			return false;
		remember(cuts, &scale.heaviest);
		scale.heaviest.list->count /= 2;
	}
}

static uint64_t json_size_of(const struct report *report)
{
	cleanup_buffer struct buffer text = {0};
	struct json_writer writer;

	json_writer_init_buffer(&writer, &text, true);
	report_write_json(&writer, report);
	uint64_t size = writer.written;
	error_free(json_writer_finish(&writer));
	return size;
}

/* Adds a problem for each list that is shorter now. */
static void tell(struct arena *arena, struct report *report, const struct cuts *cuts)
{
	enum { TOLD_MAX = 16 };
	vec(struct problem) problems = {0};
	char kept[FORMAT_SIZE], original[FORMAT_SIZE];
	size_t told = 0;

	list_foreach(&report->health->problems, problem)
		vec_add(&problems, *problem);
	vec_foreach(&cuts->lists, cut) {
		if (told++ >= TOLD_MAX)
			break;
		struct problem *problem = vec_push(&problems);
		problem->code = "report_trimmed";
		problem->status = HEALTH_DEGRADED;
		problem->text = arena_printf(
			arena, "%s of %s %s.%s are in the report, which has a ceiling of its size",
			format_count(cut->list->count, kept), format_count(cut->original, original),
			cut->owner->name, cut->field->name);
		problem->hint = "`habo events` prints the whole record";
	}
	list_take(arena, &report->health->problems, problems.data, problems.count);
	if (report->health->status == HEALTH_OK)
		report->health->status = HEALTH_DEGRADED;
	vec_deinit(&problems);
}

bool report_fit(struct arena *arena, struct report *report, uint64_t limit)
{
	struct cuts cuts = {0};

	if (json_size_of(report) <= limit)
		return false;
	if (!report->health)
		report->health = arena_new_of(arena, struct health);
	for (uint64_t aim = limit - limit / 8; aim > limit / 8; aim -= limit / 8)
		if (!cut_to(report, aim, &cuts) || json_size_of(report) <= limit - limit / 16)
			break;
	bool is_cut = cuts.lists.count > 0;
	tell(arena, report, &cuts);
	vec_deinit(&cuts.lists);
	return is_cut;
}
