/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A report becomes bytes: JSON, one HTML page, a short text for terminals. No I/O of its own: model
 * in, buffer or writer out. Every text of the model is hostile and is escaped by the writer of its
 * form: json_string, html_text, term_text.
 */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/json_writer.h"
#include "model/model.h"

enum {
	REPORT_JSON_LIMIT = 20 * 1024 * 1024, /* ceiling of report.json */
	REPORT_HTML_LIMIT = 32 * 1024 * 1024, /* of the page; its tables are cut long before */
};

/* report.json: all of the report. Call report_fit() first to hold it to a ceiling. */
void report_write_json(struct json_writer *writer, const struct report *report);

/*
 * Shortens lists of the report, the heaviest first and each from its end, until its JSON has at most
 * `limit` bytes, and says in health what was cut (problem `report_trimmed`, one for each list: its
 * name and both counts). True when something was cut. Lists are cut in place; new texts live in the
 * arena. Evidence of what matters most stands first in every list.
 */
bool report_fit(struct arena *arena, struct report *report, uint64_t limit);

/*
 * Gathers indicators from what the report already holds: DNS names and answers, flows, HTTP, changed
 * files and artifacts, strings of the sample; one for each value, with all its sources, those that
 * were seen at run time first. What is loopback, private, documentation or part of every Linux
 * system is kept and its context says "noise: …". Sets report->indicators.
 */
void report_indicators(struct arena *arena, struct report *report);
/* Whether an indicator is marked as noise. */
bool indicator_is_noise(const struct indicator *indicator);

enum report_language {
	REPORT_ENGLISH,
	REPORT_CHINESE,
};

/* What the page shows besides the report; all may be left zero. */
struct report_extras {
	enum report_language language; /* which is shown first; the reader can switch */
	const char *stylesheet;        /* instead of ui/report.css */
	const struct event *events;    /* main events for the timeline, in order of number */
	size_t event_count;
	uint64_t event_total;    /* events in the whole record; 0: unknown */
	struct span terminal;    /* the start of what the sample printed */
	uint64_t terminal_total; /* bytes that it printed in all */
	size_t rows;             /* most rows of a table; 0: 200 */
};

/* report.html: one page in English and Chinese, without scripts and without network. extras may be
 * NULL. */
void report_write_html(struct buffer *out, const struct report *report,
		       const struct report_extras *extras);

/* What `habo analyze` prints in the end: verdict, health, behaviours, indicators, processes and sums.
 * width: columns of the terminal; 0: 80. */
void report_write_text(struct buffer *out, const struct report *report, bool colour,
		       unsigned width);
