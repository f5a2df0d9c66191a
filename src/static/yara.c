/* SPDX-License-Identifier: MIT */
/* YARA's matches as the report's. */
#include "base/macro.h"
#include "static/work.h"

static void fill_match(struct static_work *work, const struct scan_match *match,
		       struct yara_match *ret)
{
	*ret = (struct yara_match){
		.rule = arena_strdup(work->arena, match->rule),
		.namespace_ = arena_strdup(work->arena, match->space),
		.string_count = match->string_total,
	};
	ret->tags.data = arena_alloc(work->arena, match->tag_count * sizeof(*ret->tags.data));
	ret->tags.count = match->tag_count;
	for (size_t i = 0; i < match->tag_count; i++)
		ret->tags.data[i] = arena_strdup(work->arena, match->tags[i]);
	ret->meta.data = arena_alloc(work->arena, match->meta_count * sizeof(*ret->meta.data));
	ret->meta.count = match->meta_count;
	for (size_t i = 0; i < match->meta_count; i++)
		ret->meta.data[i] = (struct static_setting){
			.key = arena_strdup(work->arena, match->meta[i].name),
			.value = arena_strdup(work->arena, match->meta[i].value),
		};
	ret->strings.data =
		arena_alloc(work->arena, match->string_count * sizeof(*ret->strings.data));
	ret->strings.count = match->string_count;
	for (size_t i = 0; i < match->string_count; i++)
		ret->strings.data[i] = (struct yara_string){
			.name = arena_strdup(work->arena, match->strings[i].name),
			.offset = match->strings[i].offset,
			.size = match->strings[i].size,
			.bytes = match->strings[i].bytes,
		};
}

static void fill_problems(struct static_work *work, const struct scan_result *result,
			  struct yara_report *ret)
{
	size_t count;
	const struct scan_problem *problems = scanner_problems(work->options->scanner, &count);

	ret->problems.data = arena_alloc(work->arena, (count + 1) * sizeof(*ret->problems.data));
	for (size_t i = 0; i < min_of(count, (size_t)SCAN_MAX_PROBLEMS - 1); i++)
		ret->problems.data[ret->problems.count++] = (struct yara_problem){
			.file = arena_strdup(work->arena, problems[i].file),
			.line = problems[i].line,
			.text = arena_strdup(work->arena, problems[i].text),
		};
	if (result->problem)
		ret->problems.data[ret->problems.count++] =
			(struct yara_problem){.text = result->problem};
}

struct error *yara_analyze(struct static_work *work)
{
	const struct static_options *options = work->options;
	struct scan_result result;

	if (!options->scanner)
		return NULL;
	uint64_t timeout =
		options->yara_timeout_ms ? options->yara_timeout_ms : STATIC_YARA_TIMEOUT_MS;
	struct error *err = scanner_scan(options->scanner, work->bytes, options->file_name, timeout,
					 work->arena, &result);
	if (err)
		return err;
	struct yara_report *ret = arena_new_of(work->arena, struct yara_report);
	ret->rules = scanner_rule_count(options->scanner);
	ret->is_complete = result.is_complete && result.match_total == result.match_count;
	ret->matches.data =
		arena_alloc(work->arena, result.match_count * sizeof(*ret->matches.data));
	ret->matches.count = result.match_count;
	for (size_t i = 0; i < result.match_count; i++)
		fill_match(work, &result.matches[i], &ret->matches.data[i]);
	fill_problems(work, &result, ret);
	work->report->yara = ret;
	return NULL;
}
