/* SPDX-License-Identifier: MIT */
/* Lists of records as tables, and single records as lists of terms. */
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
		html_begin(&page->html, "th", cell_is_numeric(column->style) ? "number" : NULL);
		html_attr(&page->html, "scope", "col");
		html_attr(&page->html, "title", column->field->doc);
		put_field_name(page, table->record, column->field);
		html_close(&page->html);
	}
	html_close(&page->html);
	html_close(&page->html);
}

static void put_row(struct page *page, const struct table *table, const void *value)
{
	html_open(&page->html, "tr");
	for (size_t i = 0; i < table->column_count; i++) {
		const struct shown_column *column = &table->columns[i];
		html_begin(&page->html, "td",
			   cell_is_numeric(column->style)      ? "number"
			   : column->style == CELL_HASH        ? "hash-cell"
			   : column->field->kind == FIELD_TEXT ? "text"
							       : NULL);
		/* Empty, false and 0 are blank, which keeps a sparse table readable. */
		if (!cell_is_empty(column->field, value))
			page_cell(page, column->field, column->style, value);
		html_close(&page->html);
	}
	html_close(&page->html);
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
	/* A scrolling region that the keyboard reaches. */
	html_begin(&page->html, "div", "scroll");
	html_attr(&page->html, "tabindex", "0");
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

static bool is_list(const struct field *field)
{
	return field->kind == FIELD_LIST;
}

void page_record_values(struct page *page, const struct record *record, const void *value,
			const char *const *without)
{
	bool is_begun = false;

	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		if (is_list(field) || is_named(without, field->name) || cell_is_empty(field, value))
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

void page_record_lists(struct page *page, const struct record *record, const void *value,
		       const char *const *without)
{
	char scratch[WORD_SCRATCH];
	struct word word;

	for (size_t i = 0; i < record->field_count; i++) {
		const struct field *field = &record->fields[i];
		if (!is_list(field) || is_named(without, field->name) ||
		    cell_is_empty(field, value))
			continue;
		struct model_list list = field_load(struct model_list, field, value);
		word_of_field(record, field, scratch, &word);
		page_fold_begin(page, &word, (int64_t)list.count, false);
		page_table(page, field->record, list, columns_of(field->record));
		page_fold_end(page);
	}
}

void page_record(struct page *page, const struct record *record, const void *value,
		 const char *const *without)
{
	if (page->nesting == PAGE_NEST_MAX)
		return;
	page->nesting++;
	page_record_values(page, record, value, without);
	page_record_lists(page, record, value, without);
	page->nesting--;
}
