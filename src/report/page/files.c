/* SPDX-License-Identifier: MIT */
/* Files that the sample changed, and those that it only opened. */
#include "base/text.h"
#include "base/vec.h"
#include "report/page/sections.h"

static bool has_operation(const struct file_activity *file, const char *operation)
{
	for (size_t i = 0; i < file->operations.count; i++)
		if (text_equal(file->operations.data[i], operation))
			return true;
	return false;
}

enum file_group {
	GROUP_CREATED,
	GROUP_CHANGED,
	GROUP_DELETED,
	GROUP_OPENED,
	GROUP_COUNT,
};

static enum file_group group_of(const struct file_activity *file)
{
	if (!file->is_changed)
		return GROUP_OPENED;
	if (!file->exists_at_end && has_operation(file, "deleted"))
		return GROUP_DELETED;
	return file->existed_before ? GROUP_CHANGED : GROUP_CREATED;
}

static void put_group(struct page *page, enum file_group group)
{
	static const enum word_id titles[] = {
		[GROUP_CREATED] = WORD_FILES_CREATED,
		[GROUP_CHANGED] = WORD_FILES_CHANGED,
		[GROUP_DELETED] = WORD_FILES_DELETED,
		[GROUP_OPENED] = WORD_FILES_OPENED,
	};
	vec(struct file_activity) files = {0};

	list_foreach(&page->report->files, file)
		if (group_of(file) == group)
			vec_add(&files, *file);
	if (files.count) {
		page_fold_begin(page, word_of(titles[group]), (int64_t)files.count,
				group != GROUP_OPENED);
		page_table(page, &record_file_activity, page_list(files),
			   columns_of(&record_file_activity));
		page_fold_end(page);
	}
	vec_deinit(&files);
}

void section_files(struct page *page)
{
	const struct report *report = page->report;

	if (!report->files.count)
		return;
	page_section_begin(page, "files", WORD_FILES, (int64_t)report->files.count);
	for (unsigned group = 0; group < GROUP_COUNT; group++)
		put_group(page, (enum file_group)group);
	page_section_end(page);
}
