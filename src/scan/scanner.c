/* SPDX-License-Identifier: MIT */
#include "scan/scanner.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <yara.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/vec.h"
#include "scan/rule_files.h"

struct scanner {
	YR_RULES *rules; /* NULL: none */
	vec(struct scan_problem) problems;
};

static const char *const externals[] = {"filename", "filepath", "extension",
					"filetype", "md5",      "owner"};

static void add_problem(struct scanner *scanner, const char *file, unsigned line, const char *text)
{
	if (scanner->problems.count == SCAN_MAX_PROBLEMS)
		return;
	struct scan_problem *problem = vec_push(&scanner->problems);
	*problem =
		(struct scan_problem){.file = xstrdup(file), .line = line, .text = xstrdup(text)};
}

/* What the compiler's callback is told. */
struct compilation {
	struct scanner *scanner;
	const char *name;
	bool is_reported;
};

static void on_message(int level, const char *file UNUSED, int line, const YR_RULE *rule UNUSED,
		       const char *text, void *data)
{
	struct compilation *compilation = data;

	/* One complaint is enough to mend or drop a file. */
	if (level != YARA_ERROR_LEVEL_ERROR || compilation->is_reported)
		return;
	compilation->is_reported = true;
	add_problem(compilation->scanner, compilation->name, line > 0 ? (unsigned)line : 0, text);
}

static struct error *compiler_new(YR_COMPILER **ret)
{
	YR_COMPILER *compiler;

	if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
		return error_new(ERROR_FAILED, "libyara makes no compiler");
	yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(externals); i++)
		yr_compiler_define_string_variable(compiler, externals[i], "");
	*ret = compiler;
	return NULL;
}

/* A compiler that met an error is of no use any more: every file is tried by one of its own first.
 */
static struct error *compiles(struct scanner *scanner, const char *name, const char *source,
			      bool *ret)
{
	struct compilation compilation = {.scanner = scanner, .name = name};
	YR_COMPILER *compiler = NULL;
	struct error *err = compiler_new(&compiler);
	if (err)
		return err;
	yr_compiler_set_callback(compiler, on_message, &compilation);
	int errors = yr_compiler_add_string(compiler, source, NULL);
	yr_compiler_destroy(compiler);
	if (errors && !compilation.is_reported)
		add_problem(scanner, name, 0, "libyara refuses the file without a word");
	*ret = errors == 0;
	return NULL;
}

static struct error *add_file(struct scanner *scanner, YR_COMPILER *compiler,
			      const struct rule_file *file)
{
	cleanup_free char *source = NULL;
	size_t size;
	bool is_good;
	cleanup_error struct error *unread =
		file_read(file->path, SCAN_MAX_RULE_FILE, &source, &size);
	if (unread) {
		add_problem(scanner, file->name, 0, error_message(unread));
		return NULL;
	}
	if (strlen(source) != size) {
		add_problem(scanner, file->name, 0, "the file holds a NUL byte");
		return NULL;
	}
	struct error *err = compiles(scanner, file->name, source, &is_good);
	if (err || !is_good)
		return err;
	if (yr_compiler_add_string(compiler, source, file->name) != 0)
		return error_new(ERROR_FAILED, "libyara refuses '%s' on second sight", file->path);
	return NULL;
}

static struct error *compile(struct scanner *scanner, struct rule_files *files)
{
	YR_COMPILER *compiler;
	struct error *err = compiler_new(&compiler);
	if (err)
		return err;
	vec_foreach(&files->list, file) {
		err = add_file(scanner, compiler, file);
		if (err)
			break;
	}
	if (!err && yr_compiler_get_rules(compiler, &scanner->rules) != ERROR_SUCCESS)
		err = error_new(ERROR_FAILED, "libyara gives no rules");
	yr_compiler_destroy(compiler);
	return err;
}

struct error *scanner_new(const char *const *paths, size_t count, struct scanner **ret)
{
	struct rule_files files = {0};
	struct error *err = NULL;

	if (yr_initialize() != ERROR_SUCCESS)
		return error_new(ERROR_FAILED, "libyara does not start");
	struct scanner *scanner = xcalloc(1, sizeof(*scanner));
	for (size_t i = 0; i < count && !err; i++)
		err = rule_files_add(&files, paths[i]);
	if (!err)
		err = compile(scanner, &files);
	rule_files_deinit(&files);
	if (err) {
		scanner_free(scanner);
		return err;
	}
	*ret = scanner;
	return NULL;
}

void scanner_free(struct scanner *scanner)
{
	if (!scanner)
		return;
	if (scanner->rules)
		yr_rules_destroy(scanner->rules);
	vec_foreach(&scanner->problems, problem) {
		free(problem->file);
		free(problem->text);
	}
	vec_deinit(&scanner->problems);
	free(scanner);
	yr_finalize();
}

size_t scanner_rule_count(const struct scanner *scanner)
{
	return scanner->rules ? scanner->rules->num_rules : 0;
}

const struct scan_problem *scanner_problems(const struct scanner *scanner, size_t *ret_count)
{
	*ret_count = scanner->problems.count;
	return scanner->problems.data;
}

struct scan {
	struct span bytes;
	struct arena *arena;
	struct scan_result *result;
};

static void take_tags(struct scan *scan, YR_RULE *rule, struct scan_match *match)
{
	const char *tag;
	size_t count = 0;

	yr_rule_tags_foreach(rule, tag) count++;
	match->tag_count = min_of(count, (size_t)SCAN_MAX_TAGS);
	match->tags = arena_alloc(scan->arena, match->tag_count * sizeof(*match->tags));
	count = 0;
	yr_rule_tags_foreach(rule, tag)
	{
		if (count < match->tag_count)
			match->tags[count++] = tag;
	}
}

static void take_meta(struct scan *scan, YR_RULE *rule, struct scan_match *match)
{
	YR_META *meta;

	match->meta = arena_alloc(scan->arena, SCAN_MAX_META * sizeof(*match->meta));
	yr_rule_metas_foreach(rule, meta)
	{
		if (match->meta_count == SCAN_MAX_META)
			break;
		const char *value = meta->string;
		if (meta->type == META_TYPE_INTEGER)
			value = arena_printf(scan->arena, "%" PRId64, meta->integer);
		else if (meta->type == META_TYPE_BOOLEAN)
			value = meta->integer ? "true" : "false";
		match->meta[match->meta_count++] =
			(struct scan_meta){.name = meta->identifier, .value = value};
	}
}

/* libyara 4.2 packs its matches into arenas without aligning them. */
__attribute__((no_sanitize("alignment"))) static void
take_strings(struct scan *scan, YR_SCAN_CONTEXT *context, YR_RULE *rule, struct scan_match *match)
{
	YR_STRING *string;
	YR_MATCH *hit;

	match->strings = arena_alloc(scan->arena, SCAN_MAX_STRINGS * sizeof(*match->strings));
	yr_rule_strings_foreach(rule, string)
	{
		yr_string_matches_foreach(context, string, hit)
		{
			match->string_total++;
			if (match->string_count == SCAN_MAX_STRINGS)
				continue;
			uint64_t offset = (uint64_t)(hit->base + hit->offset);
			uint64_t size = (uint64_t)hit->match_length;
			struct span bytes = span_clip(scan->bytes, offset,
						      min_of(size, (uint64_t)SCAN_MAX_BYTES));
			match->strings[match->string_count++] = (struct scan_string){
				.name = string->identifier,
				.offset = offset,
				.size = size,
				.bytes = arena_copy(scan->arena, bytes),
			};
		}
	}
}

static int on_event(YR_SCAN_CONTEXT *context, int message, void *message_data, void *user_data)
{
	struct scan *scan = user_data;
	struct scan_result *result = scan->result;

	if (message != CALLBACK_MSG_RULE_MATCHING)
		return CALLBACK_CONTINUE;
	YR_RULE *rule = message_data;
	result->match_total++;
	if (result->match_count == SCAN_MAX_MATCHES)
		return CALLBACK_CONTINUE;
	struct scan_match *match = &result->matches[result->match_count++];
	*match = (struct scan_match){.rule = rule->identifier, .space = rule->ns->name};
	take_tags(scan, rule, match);
	take_meta(scan, rule, match);
	take_strings(scan, context, rule, match);
	return CALLBACK_CONTINUE;
}

static const char *extension_of(const char *file_name)
{
	const char *dot = strrchr(file_name, '.');

	return dot ? dot : "";
}

static void finish(struct scan_result *result, struct arena *arena, int status)
{
	result->is_complete = status == ERROR_SUCCESS;
	if (status == ERROR_SCAN_TIMEOUT)
		result->problem = "the time limit was reached";
	else if (status == ERROR_TOO_MANY_MATCHES)
		result->problem = "a string matches too often";
	else if (status != ERROR_SUCCESS)
		result->problem = arena_printf(arena, "libyara gives up with error %d", status);
}

struct error *scanner_scan(struct scanner *scanner, struct span bytes, const char *file_name,
			   uint64_t timeout_ms, struct arena *arena, struct scan_result *ret)
{
	struct scan scan = {.bytes = bytes, .arena = arena, .result = ret};
	YR_SCANNER *run;

	*ret = (struct scan_result){.is_complete = true};
	if (!scanner->rules)
		return NULL;
	if (yr_scanner_create(scanner->rules, &run) != ERROR_SUCCESS)
		return error_new(ERROR_FAILED, "libyara makes no scanner");
	ret->matches = arena_alloc(arena, SCAN_MAX_MATCHES * sizeof(*ret->matches));
	yr_scanner_set_callback(run, on_event, &scan);
	/* No signal handlers: the bytes are memory that stays. */
	yr_scanner_set_flags(run, SCAN_FLAGS_REPORT_RULES_MATCHING | SCAN_FLAGS_NO_TRYCATCH);
	yr_scanner_set_timeout(run, (int)min_of((timeout_ms + 999) / 1000, (uint64_t)INT_MAX));
	if (file_name) {
		yr_scanner_define_string_variable(run, "filename", file_name);
		yr_scanner_define_string_variable(run, "extension", extension_of(file_name));
	}
	finish(ret, arena, yr_scanner_scan_mem(run, bytes.data, bytes.size));
	yr_scanner_destroy(run);
	return NULL;
}
