/* SPDX-License-Identifier: MIT */
/* The short summary for a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/alloc.h"
#include "base/text.h"
#include "report/format.h"
#include "report/process_index.h"
#include "report/report.h"

enum {
	ROWS_MAX = 12, /* of each part */
	TREE_MAX = 40,
	INDENT_MAX = 8,
	WIDTH_MIN = 40,
};

/* SGR colours (ECMA-48, 8.3.117). */
enum ink {
	INK_PLAIN,
	INK_BOLD,
	INK_DIM,
	INK_RED,
	INK_YELLOW,
	INK_GREEN,
	INK_BLUE,
};

struct text {
	struct buffer *out;
	bool colour;
	unsigned width;
	unsigned column;
};

static void put_ink(struct text *text, enum ink ink)
{
	static const char *const codes[] = {
		[INK_PLAIN] = "0",   [INK_BOLD] = "1",   [INK_DIM] = "2",   [INK_RED] = "1;31",
		[INK_YELLOW] = "33", [INK_GREEN] = "32", [INK_BLUE] = "36",
	};

	if (text->colour)
		buffer_printf(text->out, "\x1b[%sm", codes[ink]);
}

static void end_line(struct text *text)
{
	buffer_append_char(text->out, '\n');
	text->column = 0;
}

/* Columns of the character at the start of well-formed, printable text. */
static unsigned character_width(struct span bytes, size_t size)
{
	wchar_t wide;
	mbstate_t state = {0};

	if (size <= 1 || mbrtowc(&wide, (const char *)bytes.data, size, &state) != size)
		return 1;
	int width = wcwidth(wide);
	return width < 0 ? 1 : (unsigned)width;
}

static void put_character(struct text *text, struct span bytes, size_t size, unsigned width)
{
	buffer_append(text->out, bytes.data, size);
	text->column += width;
}

static unsigned text_columns(struct span bytes)
{
	unsigned columns = 0;

	while (bytes.size) {
		size_t size = max_of(utf8_sequence(bytes), (size_t)1);
		columns += character_width(bytes, size);
		bytes = span_clip(bytes, size, bytes.size);
	}
	return columns;
}

static void next_line(struct text *text, unsigned indent)
{
	end_line(text);
	while (text->column < indent)
		put_character(text, span_text(" "), 1, 1);
}

/* Appends a text, escaped for terminals and cut at the right margin. */
static void put(struct text *text, const char *value)
{
	cleanup_buffer struct buffer escaped = {0};

	if (!value)
		return;
	term_text(&escaped, span_text(value));
	for (struct span rest = buffer_span(&escaped); rest.size;) {
		size_t size = max_of(utf8_sequence(rest), (size_t)1);
		unsigned width = character_width(rest, size);
		bool is_last = rest.size == size;
		if (text->column + width + !is_last > text->width) {
			/* Once at the margin, nothing more goes on this line. */
			if (text->column < text->width)
				buffer_append_text(text->out, "…");
			text->column = text->width;
			return;
		}
		put_character(text, rest, size, width);
		rest = span_clip(rest, size, rest.size);
	}
}

static void put_in(struct text *text, enum ink ink, const char *value)
{
	put_ink(text, ink);
	put(text, value);
	put_ink(text, INK_PLAIN);
}

/* Appends a text that must be read whole: words that do not fit go on the next line, below `indent`.
 * A word that is wider than the line is broken. */
static void put_wrapped(struct text *text, const char *value, unsigned indent)
{
	cleanup_buffer struct buffer escaped = {0};
	unsigned line = text->width > indent + WIDTH_MIN / 2 ? text->width - indent : WIDTH_MIN / 2;

	term_text(&escaped, span_text(value ? value : ""));
	for (struct span rest = buffer_span(&escaped); rest.size;) {
		size_t blank = span_find(rest, span_text(" "), 0);
		struct span word = span_clip(rest, 0, blank);
		rest = span_clip(rest, word.size + 1, rest.size);
		if (text->column > indent && text->column + 1 + text_columns(word) > indent + line)
			next_line(text, indent);
		else if (text->column > indent)
			put_character(text, span_text(" "), 1, 1);
		while (word.size) {
			size_t size = max_of(utf8_sequence(word), (size_t)1);
			unsigned width = character_width(word, size);
			if (text->column + width > indent + line)
				next_line(text, indent);
			put_character(text, word, size, width);
			word = span_clip(word, size, word.size);
		}
	}
}

/* Blanks up to a column, one at least. */
static void put_gap(struct text *text, unsigned column)
{
	do {
		if (text->column >= text->width)
			return;
		buffer_append_char(text->out, ' ');
		text->column++;
	} while (text->column < column);
}

static void put_title(struct text *text, const char *title, size_t count)
{
	char number[FORMAT_SIZE];

	end_line(text);
	put_in(text, INK_BOLD, title);
	put(text, " ");
	put_in(text, INK_DIM, format_count(count, number));
	end_line(text);
}

static void put_more(struct text *text, size_t shown, size_t total)
{
	char number[FORMAT_SIZE];

	if (shown >= total)
		return;
	put_in(text, INK_DIM, "  … ");
	put_in(text, INK_DIM, format_count(total - shown, number));
	put_in(text, INK_DIM, " more in report.json");
	end_line(text);
}

static enum ink verdict_ink(enum verdict_level level)
{
	switch (level) {
	case VERDICT_BENIGN:
		return INK_GREEN;
	case VERDICT_UNKNOWN:
		return INK_BOLD;
	case VERDICT_SUSPICIOUS:
		return INK_YELLOW;
	case VERDICT_MALICIOUS:
		return INK_RED;
	}
	return INK_PLAIN;
}

static enum ink health_ink(enum health_status status)
{
	return status == HEALTH_OK ? INK_GREEN : status == HEALTH_DEGRADED ? INK_YELLOW : INK_RED;
}

static void put_verdict(struct text *text, const struct report *report)
{
	enum verdict_level level = report->verdict ? report->verdict->level : VERDICT_UNKNOWN;
	char score[FORMAT_SIZE];

	put(text, "verdict");
	put_gap(text, 10);
	put_in(text, verdict_ink(level), model_value_name(&values_verdict_level, level));
	if (report->verdict) {
		put(text, " ");
		put(text, format_count(report->verdict->score, score));
		put_in(text, INK_DIM, "/100");
	}
	end_line(text);
}

static void put_sample(struct text *text, const struct sample *sample)
{
	char size[FORMAT_SIZE];

	put(text, "sample");
	put_gap(text, 10);
	put_in(text, INK_BOLD, sample->name);
	put(text, "  ");
	put(text, format_bytes(sample->size, size));
	put(text, "  ");
	put(text, sample->type);
	end_line(text);
	if (sample->hashes && sample->hashes->sha256) {
		put(text, "sha256");
		put_gap(text, 10);
		put(text, sample->hashes->sha256);
		end_line(text);
	}
}

static void put_problem(struct text *text, const struct problem *problem)
{
	put_gap(text, 10);
	put_in(text, health_ink(problem->status), problem->code);
	put(text, " ");
	put_wrapped(text, problem->text, 12);
	end_line(text);
	if (!problem->hint)
		return;
	put_gap(text, 12);
	put_ink(text, INK_DIM);
	put_wrapped(text, problem->hint, 12);
	put_ink(text, INK_PLAIN);
	end_line(text);
}

static void put_health(struct text *text, const struct health *health)
{
	size_t shown = min_of(health->problems.count, (size_t)ROWS_MAX);

	put(text, "health");
	put_gap(text, 10);
	put_in(text, health_ink(health->status),
	       model_value_name(&values_health_status, health->status));
	put(text, " ");
	put_wrapped(text, health->summary, 10);
	end_line(text);
	for (size_t i = 0; i < shown; i++)
		put_problem(text, &health->problems.data[i]);
	put_more(text, shown, health->problems.count);
	list_foreach(&health->cross_checks, check) {
		if (check->agrees)
			continue;
		put_gap(text, 10);
		put_in(text, INK_YELLOW, "disagree");
		put(text, "  ");
		put(text, check->name);
		put(text, ":");
		put_wrapped(text, check->text, 12);
		end_line(text);
	}
}

static void put_behavior(struct text *text, const struct behavior *behavior)
{
	static const enum ink inks[] = {
		[SEVERITY_INFORMATIONAL] = INK_DIM, [SEVERITY_LOW] = INK_BLUE,
		[SEVERITY_MEDIUM] = INK_YELLOW,     [SEVERITY_HIGH] = INK_RED,
		[SEVERITY_CRITICAL] = INK_RED,
	};

	put(text, "  ");
	put_in(text, behavior->level < ARRAY_SIZE(inks) ? inks[behavior->level] : INK_PLAIN,
	       model_value_name(&values_severity, behavior->level));
	put_gap(text, 16);
	put(text, behavior->title ? behavior->title : behavior->rule);
	list_foreach(&behavior->attack, technique) {
		put(text, " ");
		put_in(text, INK_BLUE, technique->id);
	}
	end_line(text);
	if (!behavior->evidence.count)
		return;
	put_gap(text, 16);
	put_in(text, INK_DIM, behavior->evidence.data[0].text);
	end_line(text);
}

static void put_behaviors(struct text *text, const struct report *report)
{
	size_t shown = min_of(report->behaviors.count, (size_t)ROWS_MAX);

	if (!report->behaviors.count)
		return;
	put_title(text, "Behaviours", report->behaviors.count);
	for (size_t i = 0; i < shown; i++)
		put_behavior(text, &report->behaviors.data[i]);
	put_more(text, shown, report->behaviors.count);
}

static void put_indicators(struct text *text, const struct report *report)
{
	size_t shown = 0, total = 0;

	list_foreach(&report->indicators, indicator)
		total += !indicator_is_noise(indicator);
	if (!total)
		return;
	put_title(text, "Indicators", total);
	list_foreach(&report->indicators, indicator) {
		if (indicator_is_noise(indicator))
			continue;
		if (shown == ROWS_MAX)
			break;
		put(text, "  ");
		put(text, model_value_name(&values_indicator_type, indicator->type));
		put_gap(text, 12);
		put(text, indicator->value);
		put(text, " ");
		for (size_t i = 0; i < indicator->sources.count; i++) {
			put(text, " ");
			put_in(text, INK_DIM, indicator->sources.data[i]);
		}
		end_line(text);
		shown++;
	}
	put_more(text, shown, total);
}

static void put_end(struct text *text, const struct process *process)
{
	const struct process_end *end = process->end;
	char number[FORMAT_SIZE];

	if (!end) {
		put_in(text, INK_DIM, "  (running)");
		return;
	}
	if (!end->signal && !end->code)
		return;
	snprintf(number, sizeof(number), "%" PRId64,
		 end->signal ? (int64_t)end->signal : end->code);
	put_in(text, INK_YELLOW, end->signal ? "  killed by " : "  exit ");
	put_in(text, INK_YELLOW, end->signal && end->signal_name ? end->signal_name : number);
}

static void put_process(struct text *text, const struct process_node *node)
{
	const struct process *process = node->process;
	const struct execution *execution = process_last_execution(process);
	cleanup_buffer struct buffer line = {0};

	put(text, "  ");
	put_in(text, INK_DIM, process->id);
	put_gap(text, 7 + 2 * (unsigned)min_of(node->depth, (size_t)INDENT_MAX));
	if (execution)
		command_line(&line, execution, 512);
	else if (process->name)
		buffer_append_text(&line, process->name);
	put(text, buffer_text(&line));
	put_end(text, process);
	if (!process->is_sample)
		put_in(text, INK_DIM, "  (not of the sample)");
	end_line(text);
}

static void put_processes(struct text *text, const struct report *report)
{
	struct process_index index;

	if (!report->processes.count)
		return;
	process_index_init(&index, report);
	size_t shown = min_of(index.count, (size_t)TREE_MAX);
	put_title(text, "Processes", index.count);
	for (size_t i = 0; i < shown; i++)
		put_process(text, &index.tree[i]);
	put_more(text, shown, index.count);
	process_index_deinit(&index);
}

static void put_sum(struct text *text, const char *what, uint64_t count, bool *is_first)
{
	char number[FORMAT_SIZE];

	if (!count)
		return;
	cleanup_free char *sum =
		xasprintf("%s%s: %s", *is_first ? "" : "· ", what, format_count(count, number));
	put_wrapped(text, sum, 10);
	*is_first = false;
}

/* Files of the guest whose content was kept; the folder holds our own records too. */
static size_t brought_out(const struct report *report)
{
	size_t count = 0;

	list_foreach(&report->artifacts, artifact)
		count += artifact->guest_path && artifact->path;
	return count;
}

static void put_sums(struct text *text, const struct report *report)
{
	const struct network_report *network = report->network;
	bool is_first = true;
	uint64_t changed = 0;

	list_foreach(&report->files, file)
		changed += file->is_changed;
	end_line(text);
	put(text, "seen");
	put_gap(text, 10);
	put_sum(text, "files changed", changed, &is_first);
	put_sum(text, "files brought out", brought_out(report), &is_first);
	put_sum(text, "DNS queries", network ? network->dns_count : 0, &is_first);
	put_sum(text, "HTTP requests", network ? network->http_count : 0, &is_first);
	put_sum(text, "flows", network ? network->flow_count : 0, &is_first);
	put_sum(text, "system calls", report->syscalls ? report->syscalls->total : 0, &is_first);
	if (is_first)
		put(text, "nothing at run time");
	end_line(text);
}

void report_write_text(struct buffer *out, const struct report *report, bool colour, unsigned width)
{
	struct text text = {.out = out,
			    .colour = colour,
			    .width = max_of(width ? width : 80U, (unsigned)WIDTH_MIN)};

	put_verdict(&text, report);
	if (report->sample)
		put_sample(&text, report->sample);
	if (report->health)
		put_health(&text, report->health);
	put_behaviors(&text, report);
	put_indicators(&text, report);
	put_processes(&text, report);
	put_sums(&text, report);
}
