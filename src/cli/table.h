/* SPDX-License-Identifier: MIT */
#pragma once
/* Rows of any record of the model, for terminals and for spreadsheets. */
#include "base/buffer.h"
#include "model/model.h"

/* The list field of `record` with that name in `value`; false when there is none. */
bool table_find(const struct record *record, const void *value, const char *name,
		const struct field **ret_field, struct model_list *ret);
/* Columns (names of fields, separated by spaces) of each row, aligned, escaped for terminals. */
void table_write_text(struct buffer *out, const struct record *record, struct model_list rows,
		      const char *columns);
/* All fields of each row as RFC 4180 with a header. Texts that a spreadsheet would run as a formula
 * get an apostrophe before them. */
void table_write_csv(struct buffer *out, const struct record *record, struct model_list rows);
