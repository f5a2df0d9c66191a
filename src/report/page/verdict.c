/* SPDX-License-Identifier: MIT */
/* The first thing on the page: what the findings add up to, and beside it whether the run was what
 * an analyst may take it for. */
#include <inttypes.h>

#include "base/text.h"
#include "report/format.h"
#include "report/page/sections.h"

enum { SCORE_BLOCKS = 20 };

/* Twenty blocks, five points each. */
static void put_scale(struct page *page, uint64_t score)
{
	html_begin(&page->html, "svg", "scale");
	html_attr_format(&page->html, "viewBox", "0 0 %d 8", SCORE_BLOCKS * 10 - 2);
	html_attr(&page->html, "aria-hidden", "true");
	html_attr(&page->html, "preserveAspectRatio", "none");
	for (unsigned i = 0; i < SCORE_BLOCKS; i++) {
		html_begin(&page->html, "rect", i * 5 < score ? "on" : "off");
		html_attr_u64(&page->html, "x", i * 10);
		html_attr(&page->html, "width", "8");
		html_attr(&page->html, "height", "8");
		html_close(&page->html);
	}
	html_close(&page->html);
}

static const struct behavior *find_behavior(const struct report *report, const char *rule)
{
	list_foreach(&report->behaviors, behavior)
		if (rule && text_equal(behavior->rule, rule))
			return behavior;
	return NULL;
}

void page_behavior_title(struct page *page, const struct behavior *behavior)
{
	struct word title = {{behavior->title ? behavior->title : behavior->rule,
			      behavior->title_zh ? behavior->title_zh
			      : behavior->title  ? behavior->title
						 : behavior->rule}};

	page_word_pair(page, &title);
}

static void put_reason(struct page *page, const struct reason *reason)
{
	const struct behavior *behavior = find_behavior(page->report, reason->behavior);

	html_open(&page->html, "li");
	html_begin(&page->html, "span", "points");
	html_format(&page->html, "+%" PRIu64, reason->score);
	html_close(&page->html);
	html_put(&page->html, " ");
	if (behavior) {
		html_open(&page->html, "a");
		html_attr_format(&page->html, "href", "#behavior-%zu",
				 (size_t)(behavior - page->report->behaviors.data));
		page_behavior_title(page, behavior);
		html_close(&page->html);
	} else {
		html_put(&page->html, reason->text ? reason->text : reason->behavior);
	}
	html_close(&page->html);
}

static void put_verdict(struct page *page, const struct verdict *verdict)
{
	enum { REASONS = 8 };
	size_t shown = min_of(verdict->reasons.count, (size_t)REASONS);

	html_open(&page->html, "div");
	html_attr_format(&page->html, "class", "verdict is-%s",
			 model_value_name(&values_verdict_level, verdict->level));
	page_element(page, "h2", "label", WORD_VERDICT);
	html_begin(&page->html, "p", "level");
	page_value(page, &values_verdict_level, verdict->level);
	html_begin(&page->html, "span", "score");
	html_format(&page->html, "%" PRIu64, verdict->score);
	html_element(&page->html, "small", NULL, " / 100");
	html_close(&page->html);
	html_close(&page->html);
	put_scale(page, verdict->score);
	if (shown) {
		html_begin(&page->html, "ol", "reasons");
		for (size_t i = 0; i < shown; i++)
			put_reason(page, &verdict->reasons.data[i]);
		html_close(&page->html);
	}
	page_cut(page, shown, verdict->reasons.count);
	html_close(&page->html);
}

static void put_problem(struct page *page, const struct problem *problem)
{
	html_open(&page->html, "li");
	html_attr_format(&page->html, "class", "problem is-%s",
			 model_value_name(&values_health_status, problem->status));
	html_begin(&page->html, "b", "title");
	page_name(page, "problem", problem->code);
	html_close(&page->html);
	html_put(&page->html, " ");
	html_element(&page->html, "code", NULL, problem->code);
	html_element(&page->html, "p", NULL, problem->text);
	if (problem->hint)
		html_element(&page->html, "p", "hint", problem->hint);
	html_close(&page->html);
}

static void put_cross_check(struct page *page, const struct cross_check *check)
{
	html_begin(&page->html, "li", check->agrees ? "check is-ok" : "check is-degraded");
	html_element(&page->html, "b", NULL, check->agrees ? "✓" : "≠");
	html_put(&page->html, " ");
	html_open(&page->html, "span");
	page_name(page, "check", check->name);
	html_close(&page->html);
	if (check->text) {
		html_put(&page->html, " ");
		html_element(&page->html, "small", NULL, check->text);
	}
	html_close(&page->html);
}

/* What was run, for how long, on what. */
static void put_run_facts(struct page *page)
{
	const struct analysis *analysis = page->report->analysis;
	char text[FORMAT_SIZE];

	if (!analysis || !analysis->machine)
		return;
	html_begin(&page->html, "p", "facts");
	if (analysis->run_ms) {
		page_word(page, WORD_RAN_FOR);
		html_put(&page->html, " ");
		html_element(
			&page->html, "b", NULL,
			format_span_us(min_of(analysis->run_ms, UINT64_MAX / 1000) * 1000, text));
		html_put(&page->html, " · ");
	}
	const char *const facts[] = {analysis->machine->image, analysis->machine->accelerator};
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		if (!facts[i])
			continue;
		html_put(&page->html, facts[i]);
		html_put(&page->html, " · ");
	}
	page_word(page, WORD_NETWORK);
	html_put(&page->html, " ");
	html_put(&page->html, analysis->machine->network);
	html_close(&page->html);
}

static uint64_t lost_events(const struct health *health)
{
	uint64_t lost = 0;

	list_foreach(&health->counters, counter)
		lost += counter->lost;
	return lost;
}

static void put_health_details(struct page *page, const struct health *health)
{
	static const char *const beside[] = {"status", "summary", "problems", "cross_checks", NULL};
	char text[FORMAT_SIZE];

	if (health->counters.count) {
		html_begin(&page->html, "p",
			   lost_events(health) ? "facts is-degraded" : "facts is-ok");
		page_say(page, WORD_EVENTS_LOST, format_count(lost_events(health), text), NULL);
		html_close(&page->html);
	}
	if (health->cross_checks.count) {
		html_begin(&page->html, "ul", "checks");
		list_foreach(&health->cross_checks, check)
			put_cross_check(page, check);
		html_close(&page->html);
	}
	page_fold_begin(page, word_of(WORD_DETAILS), PAGE_NO_COUNT, false);
	page_record(page, &record_health, health, beside);
	page_fold_end(page);
}

static void put_health(struct page *page, const struct health *health)
{
	html_open(&page->html, "div");
	html_attr_format(&page->html, "class", "health is-%s",
			 model_value_name(&values_health_status, health->status));
	page_element(page, "h2", "label", WORD_HEALTH);
	html_begin(&page->html, "p", "status");
	page_value(page, &values_health_status, health->status);
	html_close(&page->html);
	if (health->summary)
		html_element(&page->html, "p", "summary", health->summary);
	put_run_facts(page);
	if (health->problems.count) {
		html_begin(&page->html, "ul", "problems");
		list_foreach(&health->problems, problem)
			put_problem(page, problem);
		html_close(&page->html);
	}
	put_health_details(page, health);
	html_close(&page->html);
}

void section_verdict(struct page *page)
{
	static const struct verdict no_verdict = {.level = VERDICT_UNKNOWN};
	const struct report *report = page->report;

	html_begin(&page->html, "section", "first");
	html_attr(&page->html, "id", "verdict");
	put_verdict(page, report->verdict ? report->verdict : &no_verdict);
	if (report->health)
		put_health(page, report->health);
	html_close(&page->html);
}
