/* SPDX-License-Identifier: MIT */
/* Lists of records as tables, and single records as lists of terms. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "model/walk.h"
#include "report/page/page.h"

struct shown_column {
	const struct field *field;
	enum cell_style style;
};

struct table {
	const struct record *record;
	struct model_list list;
	size_t rows; /* that are shown */
	struct shown_column *columns;
	size_t column_count;
	size_t detail_count; /* of them, that are lines below the row */
};

static const void *row_at(const struct table *table, size_t row)
{
	return (const char *)table->list.data + row * table->record->size;
}

static const struct field *find_field(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->field_count; i++)
		if (text_equal(record->fields[i].name, name))
			return &record->fields[i];
	return NULL;
}

/* Adds a column when any of the rows has something to show in it. */
static void add_column(struct table *table, const struct field *field, enum cell_style style)
{
	for (size_t i = 0; i < table->rows; i++) {
		if (cell_is_empty(field, row_at(table, i)))
			continue;
		table->columns[table->column_count++] = (struct shown_column){
			field, style == CELL_AUTO ? cell_style_of(field) : style};
		table->detail_count += style == CELL_DETAIL;
		return;
	}
}

static void choose_columns(struct table *table, const struct column *columns)
{
	if (!columns) {
		for (size_t i = 0; i < table->record->field_count; i++)
			add_column(table, &table->record->fields[i], CELL_AUTO);
		return;
	}
	for (; columns->field; columns++) {
		const struct field *field = find_field(table->record, columns->field);
		if (field)
			add_column(table, field, columns->style);
	}
}

static void put_field_name(struct page *page, const struct record *record,
			   const struct field *field)
{
	char scratch[WORD_SCRATCH];
	struct word word;

	word_of_field(record, field, scratch, &word);
	page_word_pair(page, &word);
}

static void put_head(struct page *page, const struct table *table)
{
	html_open(&page->html, "thead");
	html_open(&page->html, "tr");
	for (size_t i = 0; i < table->column_count; i++) {
		const struct shown_column *column = &table->columns[i];
		if (column->style == CELL_DETAIL)
			continue;
		html_begin(&page->html, "th", cell_is_numeric(column->style) ? "number" : NULL);
		html_attr(&page->html, "scope", "col");
		html_attr(&page->html, "title", column->field->doc);
		put_field_name(page, table->record, column->field);
		html_close(&page->html);
	}
	html_close(&page->html);
	html_close(&page->html);
}

static const char *cell_class(const struct shown_column *column)
{
	if (cell_is_numeric(column->style))
		return "number";
	if (column->style == CELL_HASH)
		return "hash-cell";
	return column->field->kind == FIELD_TEXT ? "text" : NULL;
}

/* The lines that belong to a row but are too long for a column. */
static void put_details(struct page *page, const struct table *table, const void *value)
{
	bool is_begun = false;

	for (size_t i = 0; i < table->column_count; i++) {
		const struct shown_column *column = &table->columns[i];
		if (column->style != CELL_DETAIL || cell_is_empty(column->field, value))
			continue;
		if (!is_begun) {
			html_begin(&page->html, "tr", "detail");
			html_open(&page->html, "td");
			html_attr_u64(&page->html, "colspan",
				      max_of(table->column_count - table->detail_count, (size_t)1));
		}
		is_begun = true;
		html_open(&page->html, "div");
		page_cell(page, column->field, CELL_CODE, value);
		html_close(&page->html);
	}
	if (!is_begun)
		return;
	html_close(&page->html);
	html_close(&page->html);
}

/* address:port, or [address]:port; the port is the field of the same name with _port behind it, or
 * just `port`. */
static void put_endpoint(struct page *page, const struct record *record, const struct field *field,
			 const void *value)
{
	char name[FIELD_NAME_SIZE];
	const char *address = field_load(const char *, field, value);
	bool is_v6 = strchr(address, ':') != NULL;

	snprintf(name, sizeof(name), "%s_port", field->name);
	const struct field *port = find_field(record, name);
	port = port ? port : find_field(record, "port");
	html_begin(&page->html, "code", "endpoint");
	html_put(&page->html, is_v6 ? "[" : NULL);
	html_put(&page->html, address);
	html_put(&page->html, is_v6 ? "]" : NULL);
	if (port && port->kind == FIELD_U64 && !cell_is_empty(port, value))
		html_format(&page->html, ":%" PRIu64, field_load(uint64_t, port, value));
	html_close(&page->html);
}

static void put_row(struct page *page, const struct table *table, const void *value)
{
	html_begin(&page->html, "tr", table->detail_count ? "has-detail" : NULL);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct shown_column *column = &table->columns[i];
		if (column->style == CELL_DETAIL)
			continue;
		html_begin(&page->html, "td", cell_class(column));
		/* Empty, false and 0 are blank, which keeps a sparse table readable; an address
		 * of 0 is one. */
		if (cell_is_empty(column->field, value) && column->style != CELL_HEX)
			;
		else if (column->style == CELL_ENDPOINT)
			put_endpoint(page, table->record, column->field, value);
		else
			page_cell(page, column->field, column->style, value);
		html_close(&page->html);
	}
	html_close(&page->html);
	if (table->detail_count)
		put_details(page, table, value);
}

void page_table(struct page *page, const struct record *record, struct model_list list,
		const struct column *columns)
{
	cleanup_free struct shown_column *chosen =
		xcalloc(record->field_count, sizeof(struct shown_column));
	struct table table = {.record = record,
			      .list = list,
			      .columns = chosen,
			      .rows = min_of(list.count, page_rows(page))};

	if (!list.count)
		return;
	if (page->nesting == PAGE_NEST_MAX) {
		page_cut(page, 0, list.count);
		return;
	}
	page->nesting++;
	choose_columns(&table, columns);
	/* It scrolls sideways where it is too wide, and the keyboard reaches it. */
	html_begin(&page->html, "div", "scroll");
	html_attr(&page->html, "tabindex", "0");
	html_attr(&page->html, "role", "group");
	html_open(&page->html, "table");
	put_head(page, &table);
	html_open(&page->html, "tbody");
	for (size_t i = 0; i < table.rows; i++)
		put_row(page, &table, row_at(&table, i));
	html_close(&page->html);
	html_close(&page->html);
	html_close(&page->html);
	page_cut(page, table.rows, list.count);
	page->nesting--;
}

static bool is_named(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool is_fold(const struct field *field)
{
	return field->kind == FIELD_LIST || field->kind == FIELD_ONE;
}

/* Numbers that say something when they are 0. */
static const char *const told_when_zero[] = {"rules", "dropped", "packets", "total", NULL};

void page_record_values(struct page *page, const struct record *record, const void *value,
			const char *const *without)
{
	bool is_begun = false;

	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		if (is_fold(field) || is_named(without, field->name) ||
		    (cell_is_empty(field, value) && !is_named(told_when_zero, field->name)))
			continue;
		if (!is_begun)
			html_begin(&page->html, "dl", "terms");
		is_begun = true;
		html_open(&page->html, "dt");
		html_attr(&page->html, "title", field->doc);
		put_field_name(page, record, field);
		html_close(&page->html);
		html_open(&page->html, "dd");
		page_cell(page, field, CELL_AUTO, value);
		html_close(&page->html);
	}
	if (is_begun)
		html_close(&page->html);
}

static void put_fold(struct page *page, const struct record *record, const struct field *field,
		     const void *value, bool is_open)
{
	char scratch[WORD_SCRATCH];
	struct word word;

	if (cell_is_empty(field, value))
		return;
	word_of_field(record, field, scratch, &word);
	if (field->kind == FIELD_LIST) {
		struct model_list list = field_load(struct model_list, field, value);
		page_fold_begin(page, &word, (int64_t)list.count, is_open);
		page_table(page, field->record, list, columns_of(field->record));
	} else {
		page_fold_begin(page, &word, PAGE_NO_COUNT, is_open);
		page_record(page, field->record, field_load(const void *, field, value), NULL);
	}
	page_fold_end(page);
}

void page_fold_field(struct page *page, const struct record *record, const char *name,
		     const void *value, bool is_open)
{
	const struct field *field = find_field(record, name);

	if (field && is_fold(field))
		put_fold(page, record, field, value, is_open);
}

/* Lists that are open as soon as the record around them is. */
static bool is_wanted_first(const struct record *record, const struct field *field)
{
	static const struct {
		const char *record, *field;
	} names[] = {
		{"yara_report", "matches"}, {"static_elf", "segments"}, {"static_elf", "sections"}};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (text_equal(names[i].record, record->name) &&
		    text_equal(names[i].field, field->name))
			return true;
	return false;
}

void page_record_folds(struct page *page, const struct record *record, const void *value,
		       const char *const *without)
{
	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		if (is_fold(field) && !is_named(without, field->name))
			put_fold(page, record, field, value, is_wanted_first(record, field));
	}
}

void page_record(struct page *page, const struct record *record, const void *value,
		 const char *const *without)
{
	if (page->nesting == PAGE_NEST_MAX)
		return;
	page->nesting++;
	page_record_values(page, record, value, without);
	page_record_folds(page, record, value, without);
	page->nesting--;
}

void page_flags(struct page *page, const struct record *record, const void *value)
{
	html_begin(&page->html, "ul", "flags");
	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		if (field->kind != FIELD_BOOL)
			continue;
		bool is_set = field_load(bool, field, value);
		html_begin(&page->html, "li", is_set ? "is-set" : NULL);
		html_attr(&page->html, "title", field->doc);
		html_element(&page->html, "b", NULL, is_set ? "✓" : "–");
		html_put(&page->html, " ");
		put_field_name(page, record, field);
		html_close(&page->html);
	}
	html_close(&page->html);
}
