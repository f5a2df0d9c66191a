/* SPDX-License-Identifier: MIT */
/* Findings, worst first, each with its evidence; and the ATT&CK techniques that they add up to. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "report/format.h"
#include "report/page/sections.h"

static void put_pips(struct page *page, enum severity level)
{
	html_begin(&page->html, "span", "pips");
	html_attr(&page->html, "aria-hidden", "true");
	for (unsigned i = 0; i <= SEVERITY_CRITICAL; i++) {
		html_begin(&page->html, "i", i <= (unsigned)level ? "on" : NULL);
		html_close(&page->html);
	}
	html_close(&page->html);
}

static void put_techniques(struct page *page, const struct behavior *behavior)
{
	list_foreach(&behavior->attack, technique) {
		html_put(&page->html, " ");
		html_begin(&page->html, "span", "technique");
		html_attr(&page->html, "title", technique->name);
		html_put(&page->html, technique->id);
		html_close(&page->html);
	}
}

static void put_summary(struct page *page, const struct behavior *behavior)
{
	char text[FORMAT_SIZE];

	html_open(&page->html, "summary");
	put_pips(page, behavior->level);
	html_begin(&page->html, "span", "level");
	page_value(page, &values_severity, behavior->level);
	html_close(&page->html);
	html_put(&page->html, " ");
	html_begin(&page->html, "strong", NULL);
	page_behavior_title(page, behavior);
	html_close(&page->html);
	put_techniques(page, behavior);
	if (behavior->matches > 1) {
		html_put(&page->html, " ");
		html_begin(&page->html, "span", "count");
		html_format(&page->html, "× %s", format_count(behavior->matches, text));
		html_close(&page->html);
	}
	html_close(&page->html);
}

static void put_evidence(struct page *page, const struct behavior *behavior)
{
	if (!behavior->evidence.count)
		return;
	html_begin(&page->html, "ol", "evidence");
	list_foreach(&behavior->evidence, evidence) {
		html_open(&page->html, "li");
		page_event(page, evidence->event);
		html_put(&page->html, " ");
		page_process(page, evidence->process);
		html_put(&page->html, " ");
		page_code(page, NULL, evidence->text);
		html_close(&page->html);
	}
	html_close(&page->html);
	page_cut(page, behavior->evidence.count,
		 max_of(behavior->matches, (uint64_t)behavior->evidence.count));
}

static void put_behavior(struct page *page, const struct behavior *behavior, size_t number)
{
	static const char *const beside[] = {"title",   "title_zh", "description",
					     "level",   "attack",   "process",
					     "matches", "evidence", NULL};

	html_open(&page->html, "details");
	html_attr_format(&page->html, "id", "behavior-%zu", number);
	html_attr_format(&page->html, "class", "finding is-%s",
			 model_value_name(&values_severity, behavior->level));
	if (behavior->level >= SEVERITY_MEDIUM)
		html_attr(&page->html, "open", "");
	put_summary(page, behavior);
	if (behavior->description)
		html_element(&page->html, "p", NULL, behavior->description);
	put_evidence(page, behavior);
	page_record_values(page, &record_behavior, behavior, beside);
	html_close(&page->html);
}

struct hit {
	const char *tactic;
	const struct technique *technique;
	size_t behavior;
};

static int compare_hits(const void *a, const void *b)
{
	const struct hit *left = a, *right = b;
	int order = strcmp(left->tactic, right->tactic);

	return order ? order : strcmp(left->technique->id, right->technique->id);
}

/* Named as in ATT&CK's data: "command-and-control"; rules may write blanks or underscores. */
static void put_tactic(struct page *page, const char *tactic)
{
	char scratch[WORD_SCRATCH], name[WORD_SCRATCH];
	struct word word;

	snprintf(name, sizeof(name), "%s", tactic);
	for (char *c = name; *c; c++)
		if (*c == '_' || *c == ' ')
			*c = '-';
	html_open(&page->html, "dt");
	if (word_of_name("tactic", name, scratch, &word))
		page_word_pair(page, &word);
	else
		html_put(&page->html, tactic);
	html_close(&page->html);
}

/* Tactic → techniques, each a link to the finding that shows it. */
static void put_matrix(struct page *page)
{
	enum { HITS_MAX = 1000 };
	const struct report *report = page->report;
	vec(struct hit) hits = {0};

	for (size_t i = 0; i < report->behaviors.count; i++)
		list_foreach(&report->behaviors.data[i].attack, technique)
			for (size_t t = 0; t < max_of(technique->tactics.count, (size_t)1); t++)
				if (technique->id && hits.count < HITS_MAX)
					vec_add(&hits,
						((struct hit){technique->tactics.count
								      ? technique->tactics.data[t]
								      : "—",
							      technique, i}));
	if (!hits.count)
		return;
	qsort(hits.data, hits.count, sizeof(*hits.data), compare_hits);
	html_begin(&page->html, "dl", "matrix");
	for (size_t i = 0; i < hits.count; i++) {
		const struct hit *hit = &hits.data[i];
		bool is_new = i == 0 || strcmp(hit->tactic, hits.data[i - 1].tactic) != 0;
		if (!is_new && text_equal(hit->technique->id, hits.data[i - 1].technique->id))
			continue;
		if (is_new) {
			if (i)
				html_close(&page->html);
			html_open(&page->html, "div");
			put_tactic(page, hit->tactic);
		}
		html_open(&page->html, "dd");
		html_open(&page->html, "a");
		html_attr_format(&page->html, "href", "#behavior-%zu", hit->behavior);
		html_element(&page->html, "b", NULL, hit->technique->id);
		html_put(&page->html, " ");
		html_put(&page->html, hit->technique->name);
		html_close(&page->html);
		html_close(&page->html);
	}
	html_close(&page->html);
	html_close(&page->html);
	vec_deinit(&hits);
}

void section_behaviors(struct page *page)
{
	const struct report *report = page->report;
	size_t shown = 0;

	page_section_begin(page, "behaviors", WORD_BEHAVIORS, (int64_t)report->behaviors.count);
	if (!report->behaviors.count)
		page_empty(page, WORD_NO_BEHAVIORS);
	put_matrix(page);
	for (; shown < report->behaviors.count && shown < page_rows(page); shown++)
		put_behavior(page, &report->behaviors.data[shown], shown);
	page_cut(page, shown, report->behaviors.count);
	page_section_end(page);
}

void section_indicators(struct page *page)
{
	const struct report *report = page->report;
	vec(struct indicator) signal = {0}, noise = {0};

	list_foreach(&report->indicators, indicator) {
		if (indicator_is_noise(indicator))
			vec_add(&noise, *indicator);
		else
			vec_add(&signal, *indicator);
	}
	page_section_begin(page, "indicators", WORD_INDICATORS, (int64_t)signal.count);
	if (!signal.count)
		page_empty(page, WORD_NO_INDICATORS);
	page_table(page, &record_indicator, page_list(signal), columns_of(&record_indicator));
	if (noise.count) {
		page_fold_begin(page, word_of(WORD_NOISE), (int64_t)noise.count, false);
		page_table(page, &record_indicator, page_list(noise),
			   columns_of(&record_indicator));
		page_fold_end(page);
	}
	page_section_end(page);
	vec_deinit(&signal);
	vec_deinit(&noise);
}
