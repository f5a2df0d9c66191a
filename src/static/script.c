/* SPDX-License-Identifier: MIT */
/* Scripts: what runs them, how they are laid out. */
#include <string.h>

#include "base/macro.h"
#include "base/text.h"
#include "static/work.h"

static const struct {
	const char *program; /* the interpreter's name starts with it */
	const char *language;
} languages[] = {
	{"bash", "sh"},   {"dash", "sh"},    {"ash", "sh"},          {"zsh", "sh"},
	{"ksh", "sh"},    {"sh", "sh"},      {"python", "python"},   {"perl", "perl"},
	{"php", "php"},   {"ruby", "ruby"},  {"node", "javascript"}, {"lua", "lua"},
	{"awk", "awk"},   {"gawk", "awk"},   {"tclsh", "tcl"},       {"expect", "tcl"},
	{"make", "make"}, {"busybox", "sh"},
};

/* The next word of the line; empty at its end. */
static struct span next_word(struct span line, size_t *at)
{
	while (*at < line.size && (line.data[*at] == ' ' || line.data[*at] == '\t'))
		++*at;
	size_t start = *at;
	while (*at < line.size && line.data[*at] > ' ')
		++*at;
	return span_clip(line, start, *at - start);
}

static struct span base_name(struct span path)
{
	const uint8_t *slash = path.size ? memrchr(path.data, '/', path.size) : NULL;

	return slash ? span_clip(path, (uint64_t)(slash + 1 - path.data), path.size) : path;
}

/* Behind env come options and assignments before the program. */
static struct span program_of(struct span line)
{
	size_t at = 2;
	struct span name = base_name(next_word(line, &at));

	if (!span_equal_text(name, "env"))
		return name;
	for (;;) {
		struct span word = next_word(line, &at);
		if (word.size == 0)
			return name;
		if (word.data[0] != '-' && !memchr(word.data, '=', word.size))
			return base_name(word);
	}
}

struct error *script_analyze(struct static_work *work)
{
	enum { LINE_MAX_SIZE = 4096 };
	struct span bytes = work->bytes;

	if (work->report->kind != SAMPLE_SCRIPT)
		return NULL;
	struct static_script *ret = arena_new_of(work->arena, struct static_script);
	for (size_t at = 0; at < bytes.size;) {
		const uint8_t *end = memchr(bytes.data + at, '\n', bytes.size - at);
		size_t size = end ? (size_t)(end - bytes.data) - at : bytes.size - at;
		ret->lines++;
		ret->longest_line = max_of(ret->longest_line, (uint64_t)size);
		if (at == 0) {
			struct span line = span_clip(bytes, 0, min_of(size, (size_t)LINE_MAX_SIZE));
			size_t word = 2;
			ret->interpreter = work_text(work, next_word(line, &word));
			const char *program = work_text(work, program_of(line));
			for (size_t i = 0; program && i < ARRAY_SIZE(languages); i++) {
				if (!ret->language &&
				    text_starts_with(program, languages[i].program))
					ret->language = languages[i].language;
			}
		}
		at += size + 1;
	}
	work->report->script = ret;
	return NULL;
}
