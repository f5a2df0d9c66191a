/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Rules over events: give it every event of an analysis in order, then the files, then take the
 * findings. Only what belongs to the sample makes findings, unless a rule says `scope: guest`; the
 * set-up script and the sample's own start make none.
 *
 *	matcher = matcher_new(rules, &facts);
 *	while (trace_next(trace, &event))
 *		matcher_event(matcher, &event);
 *	…files come with their hashes…
 *	matcher_file(matcher, &file);
 *	matcher_finish(matcher, arena, &findings);
 */
#include "behavior/rules.h"
#include "behavior/values.h"
#include "model/model.h"

enum { MATCHER_EVIDENCE_MAX = 16 };

struct matcher;
/* rules and facts must outlast the matcher. */
struct matcher *matcher_new(const struct rules *rules, const struct analysis_facts *facts);
void matcher_free(struct matcher *matcher);
DEFINE_CLEANUP(struct matcher *, matcher_free)
#define cleanup_matcher guard(matcher_free)

/* The event and its texts may go afterwards. DNS queries come as events of type dns: name and
 * address (of the answer). */
void matcher_event(struct matcher *matcher, const struct event *event);
/* What became of a file, in the view file_summary: under its path, and under its new name too. */
void matcher_file(struct matcher *matcher, const struct file_activity *file);

struct findings {
	struct behavior *data; /* worst first */
	size_t count;
	uint64_t given_up; /* regular expressions that were too dear on a value */
};
void matcher_finish(struct matcher *matcher, struct arena *arena, struct findings *ret);
