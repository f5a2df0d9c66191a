/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "guest/changes.h"

static struct event_record record_of(uint16_t type, const char *path, size_t size)
{
	struct event_record record = {
		.header = {.type = type,
			   .class = EVENT_CLASS_FILE,
			   .flags = EVENT_MARKED,
			   .process = 42},
		.text_mask = 1U << EVENT_TEXT_PATH,
	};

	record.texts[EVENT_TEXT_PATH] = span_of(path, size);
	return record;
}

static const struct change *find(const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->capacity; i++) {
		if (changes->slots[i].path && text_equal(changes->slots[i].path, path))
			return &changes->slots[i];
	}
	return NULL;
}

static void what_marked_tasks_open_for_writing_is_kept_once(void **state)
{
	(void)state;
	struct changes changes;
	struct event_record record = record_of(EVENT_FILE_OPEN, "x\0tmp\0", 6);

	changes_init(&changes);
	changes_note(&changes, &record);
	changes_note(&changes, &record);
	assert_int_equal(changes.count, 1);
	const struct change *change = find(&changes, "/tmp/x");
	assert_true(change && change->writer == 42);
	changes_deinit(&changes);
}

static void others_failures_and_memfds_are_not_kept(void **state)
{
	(void)state;
	struct changes changes;
	struct event_record other = record_of(EVENT_FILE_OPEN, "x\0tmp\0", 6);
	struct event_record failed = other;
	struct event_record unnamed = record_of(EVENT_FILE_OPEN, "memfd:a\0", 8);
	struct event_record deep = record_of(EVENT_FILE_OPEN, "x\0tmp\0\0", 7);

	other.header.flags = 0;
	failed.file.result = -13;
	changes_init(&changes);
	changes_note(&changes, &other);
	changes_note(&changes, &failed);
	changes_note(&changes, &unnamed);
	changes_note(&changes, &deep);
	assert_int_equal(changes.count, 0);
	changes_deinit(&changes);
}

static void a_rename_leads_to_the_new_name(void **state)
{
	(void)state;
	struct changes changes;
	struct event_record record = record_of(EVENT_FILE_RENAME, "old\0", 4);

	record.texts[EVENT_TEXT_PATH2] = span_of("new\0", 4);
	changes_init(&changes);
	changes_note(&changes, &record);
	assert_non_null(find(&changes, "/new"));
	assert_null(find(&changes, "/old"));
	changes_deinit(&changes);
}

static void many_paths_are_all_found_again_up_to_the_ceiling(void **state)
{
	(void)state;
	struct changes changes;
	char path[32];

	changes_init(&changes);
	for (int i = 0; i < CHANGES_MAX + 10; i++) {
		int size = snprintf(path, sizeof(path), "file-%d", i) + 1;
		struct event_record record = record_of(EVENT_FILE_OPEN, path, (size_t)size);
		changes_note(&changes, &record);
	}
	assert_int_equal(changes.count, CHANGES_MAX);
	assert_int_equal(changes.overflow, 10);
	assert_non_null(find(&changes, "/file-0"));
	assert_non_null(find(&changes, "/file-19999"));
	changes_deinit(&changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_marked_tasks_open_for_writing_is_kept_once),
		cmocka_unit_test(others_failures_and_memfds_are_not_kept),
		cmocka_unit_test(a_rename_leads_to_the_new_name),
		cmocka_unit_test(many_paths_are_all_found_again_up_to_the_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
