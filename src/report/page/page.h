/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The parts that all sections of the HTML page are made of. A section is one function over the page;
 * sections.h lists them in their order. Words come in both languages at once, and the stylesheet
 * hides one of them; names and values of the model are found in words.def by their own names, so a
 * new field shows up without new code.
 */
#include "model/describe.h"
#include "report/html.h"
#include "report/process_index.h"
#include "report/report.h"
#include "report/words.h"

enum {
	PAGE_ROWS = 200,              /* rows of a table, unless told otherwise */
	PAGE_LARGE = 6 * 1024 * 1024, /* bytes from which on tables and values are cut shorter */
	PAGE_TEXT_MAX = 2048,         /* bytes of one value that are shown */
	PAGE_TEXTS_MAX = 24,          /* values of a list inside a cell */
	PAGE_NEST_MAX = 4,            /* tables inside tables */
	PAGE_TREE_ROWS = 500,         /* processes in the tree */
	PAGE_EXECUTIONS = 8,          /* programs of one process there */
};

struct page {
	struct html html;
	const struct report *report;
	const struct report_extras *extras;
	size_t rows;
	unsigned nesting;
	struct process_index processes;
	uint64_t *anchors;   /* sorted numbers of the events that have an id in the page: */
	size_t anchor_count; /* in the process tree, or in the list of what happened when */
};

#define page_list(list) ((struct model_list){(list).data, (list).count})

/* Words. */
void page_word(struct page *page, enum word_id id);
void page_word_pair(struct page *page, const struct word *word);
/* A sentence of words.def whose {1} and {2} stand for these texts. */
void page_say(struct page *page, enum word_id id, const char *first, const char *second);
/* A text that may be one of our own names of a list ("operations", "written"), else as it is. */
void page_name(struct page *page, const char *list, const char *name);
void page_element(struct page *page, const char *tag, const char *class_name, enum word_id id);

/* How many rows a table may have, and how long a value may be: less once the page has grown large, so
 * that it stays a page that opens. */
size_t page_rows(const struct page *page);
size_t page_text_max(const struct page *page);

/* Frame. */
enum { PAGE_NO_COUNT = -1 };
void page_section_begin(struct page *page, const char *id, enum word_id title, int64_t count);
void page_section_end(struct page *page);
/* A part that the reader can unfold. */
void page_fold_begin(struct page *page, const struct word *title, int64_t count, bool is_open);
void page_fold_end(struct page *page);
/* Says that a table was cut; nothing when all is shown. */
void page_cut(struct page *page, size_t shown, size_t total);
void page_empty(struct page *page, enum word_id id);

/* Values. */
/* A value of hostile origin in the fixed-width face, cut at PAGE_TEXT_MAX with a word on it. */
void page_code(struct page *page, const char *class_name, const char *text);
void page_process(struct page *page, const char *id);
void page_event(struct page *page, uint64_t number);
void page_artifact(struct page *page, const char *path, const char *label);
void page_value(struct page *page, const struct enumeration *enumeration, unsigned value);
/* A badge whose colour is the value's: class "badge is-<value>". */
void page_badge(struct page *page, const struct enumeration *enumeration, unsigned value);
/* A horizontal bar: `part` of `whole`. */
void page_bar(struct page *page, const char *class_name, double part, double whole);

/* A time of the report as nanoseconds since the sample was let go: packets carry the host's, since
 * 1970. */
int64_t page_time(const struct page *page, int64_t ns);
/* Whether it is a time since 1970 after all: the report does not say how the clocks relate. */
bool page_time_is_absolute(int64_t ns);

/* Fields of records. */
enum cell_style {
	CELL_AUTO, /* by the field's kind and name */
	CELL_PROSE,
	CELL_CODE,
	CELL_HASH,
	CELL_NUMBER,
	CELL_SIZE,
	CELL_TIME,  /* nanoseconds since the sample was let go */
	CELL_CLOCK, /* nanoseconds since 1970 */
	CELL_SPAN_MS,
	CELL_SPAN_US,
	CELL_HEX,
	CELL_ENTROPY,
	CELL_PROCESS,
	CELL_EVENT,
	CELL_ARTIFACT,
	CELL_MODE,
	CELL_BADGE,
	CELL_INLINE,   /* a list of records, each as its texts on a line */
	CELL_ENDPOINT, /* an address, and the port that stands beside it in the record */
	CELL_DETAIL,   /* a line of its own below the row, over the whole width */
};
enum cell_style cell_style_of(const struct field *field);
bool cell_is_numeric(enum cell_style style);
/* Whether there is nothing to show: absent, empty, 0 or false. */
bool cell_is_empty(const struct field *field, const void *value);
void page_cell(struct page *page, const struct field *field, enum cell_style style,
	       const void *value);

struct column {
	const char *field;
	enum cell_style style;
};
/* A table of a list: the columns that are named (ended by a NULL name; those that the record does
 * not have are passed over), or, with NULL, all fields. Columns without content are left out. */
void page_table(struct page *page, const struct record *record, struct model_list list,
		const struct column *columns);
/* All fields of a record that have content, but those named in `without` (ended by NULL; may be
 * NULL): single values as a list of terms, then records inside it and lists as folds. */
void page_record(struct page *page, const struct record *record, const void *value,
		 const char *const *without);
/* Only the single values, or only the records and lists. */
void page_record_values(struct page *page, const struct record *record, const void *value,
			const char *const *without);
void page_record_folds(struct page *page, const struct record *record, const void *value,
		       const char *const *without);

/* One field of a record that is a record or a list, as a fold. */
void page_fold_field(struct page *page, const struct record *record, const char *name,
		     const void *value, bool is_open);
/* All BOOL fields of a record as a row of marks, the false ones too. */
void page_flags(struct page *page, const struct record *record, const void *value);
/* Columns that a record's tables have anywhere in the page; NULL: all fields. */
const struct column *columns_of(const struct record *record);
