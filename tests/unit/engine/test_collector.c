/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/collector.h"

struct place {
	char folder[32];
	struct arena *arena;
	struct collector collector;
};

static void open_place(struct place *place, uint64_t limit)
{
	*place = (struct place){.folder = "/tmp/collector.XXXXXX"};
	assert_non_null(mkdtemp(place->folder));
	place->arena = arena_new(64 * 1024 * 1024);
	assert_null(collector_init(&place->collector, place->folder, limit, place->arena));
}

static void close_place(struct place *place)
{
	collector_deinit(&place->collector);
	arena_free(place->arena);
	assert_null(file_remove_tree(place->folder));
}

static void begin(struct place *place, uint32_t id, const char *path, uint64_t size)
{
	collector_begin(&place->collector,
			&(struct control_file_begin){.id = id,
						     .kind = CONTROL_FILE_CHANGED,
						     .size = size,
						     .path = span_text(path)});
}

static void data(struct place *place, uint32_t id, uint64_t offset, const char *text)
{
	collector_data(
		&place->collector,
		&(struct control_file_data){.id = id, .offset = offset, .data = span_text(text)});
}

static void end(struct place *place, uint32_t id, uint64_t size)
{
	collector_end(&place->collector, &(struct control_file_end){.id = id, .size = size});
}

static const char abc_digest[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static bool is_kept(const struct place *place, const char *name)
{
	return faccessat(place->collector.folder_fd, name, F_OK, 0) == 0;
}

static void equal_files_are_kept_once_and_listed_twice(void **state)
{
	struct place place;

	(void)state;
	open_place(&place, 100);
	for (uint32_t id = 1; id <= 2; id++) {
		begin(&place, id, "/a", 3);
		data(&place, id, 0, "ab");
		data(&place, id, 2, "c");
		end(&place, id, 3);
	}
	assert_int_equal(place.collector.files.count, 2);
	vec_foreach(&place.collector.files, file) {
		assert_string_equal(file->sha256, abc_digest);
		assert_false(file->is_cut);
		assert_null(file->not_kept);
		assert_int_equal(file->size, 3);
	}
	assert_true(is_kept(&place, abc_digest));
	assert_false(is_kept(&place, ".incoming"));
	close_place(&place);
}

static void a_file_without_an_end_is_listed_as_cut(void **state)
{
	struct place place;

	(void)state;
	open_place(&place, 100);
	begin(&place, 1, "/a", 9);
	data(&place, 1, 0, "abc");
	begin(&place, 2, "/b", 0);
	end(&place, 2, 0);
	assert_int_equal(place.collector.files.count, 2);
	assert_true(place.collector.files.data[0].is_cut);
	assert_string_equal(place.collector.files.data[0].sha256, abc_digest);
	assert_false(place.collector.files.data[1].is_cut);
	close_place(&place);
}

static void data_of_another_id_or_offset_is_not_taken(void **state)
{
	struct place place;

	(void)state;
	open_place(&place, 100);
	data(&place, 1, 0, "nothing is open");
	end(&place, 1, 0);
	assert_int_equal(place.collector.files.count, 0);
	begin(&place, 1, "/a", 3);
	data(&place, 2, 0, "other");
	data(&place, 1, 0, "abc");
	data(&place, 1, UINT64_MAX, "far");
	end(&place, 2, 3);
	assert_int_equal(place.collector.files.count, 0);
	end(&place, 1, 3);
	assert_int_equal(place.collector.files.count, 1);
	assert_string_equal(place.collector.files.data[0].sha256, abc_digest);
	assert_true(place.collector.files.data[0].is_cut);
	close_place(&place);
}

static void what_is_over_the_budget_is_cut_and_said(void **state)
{
	struct place place;

	(void)state;
	open_place(&place, 3);
	begin(&place, 1, "/a", 6);
	data(&place, 1, 0, "abc");
	data(&place, 1, 3, "def");
	end(&place, 1, 6);
	begin(&place, 2, "/b", 1);
	data(&place, 2, 0, "x");
	end(&place, 2, 1);
	const struct collected_file *files = place.collector.files.data;
	assert_true(files[0].is_cut);
	assert_int_equal(files[0].size, 3);
	assert_string_equal(files[0].sha256, abc_digest);
	assert_null(files[1].sha256);
	assert_non_null(files[1].not_kept);
	assert_int_equal(place.collector.total, 3);
	close_place(&place);
}

static void a_hostile_path_is_only_told(void **state)
{
	struct place place;

	(void)state;
	open_place(&place, 100);
	begin(&place, 1, "../../x", 3);
	data(&place, 1, 0, "abc");
	end(&place, 1, 3);
	assert_string_equal(place.collector.files.data[0].guest_path, "../../x");
	assert_false(is_kept(&place, "../../x"));
	assert_true(is_kept(&place, abc_digest));
	close_place(&place);
}

static void every_skipped_file_has_a_reason(void **state)
{
	struct place place;

	(void)state;
	open_place(&place, 100);
	for (uint32_t reason = 0; reason < 9; reason++)
		collector_skipped(
			&place.collector,
			&(struct control_file_skipped){.reason = reason, .path = span_text("/s")});
	assert_int_equal(place.collector.files.count, 9);
	vec_foreach(&place.collector.files, file) {
		assert_non_null(file->not_kept);
		assert_null(file->sha256);
	}
	assert_true(place.collector.files.data[CONTROL_SKIP_GONE].is_gone);
	assert_string_equal(place.collector.files.data[8].not_kept, "the agent gave no reason");
	close_place(&place);
}

static void files_over_the_limit_are_only_counted(void **state)
{
	struct place place;

	(void)state;
	open_place(&place, 100);
	for (int i = 0; i < COLLECTOR_FILES_MAX + 5; i++)
		collector_skipped(&place.collector,
				  &(struct control_file_skipped){.path = span_text("/s")});
	assert_int_equal(place.collector.files.count, COLLECTOR_FILES_MAX);
	assert_int_equal(place.collector.over_limit, 5);
	close_place(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_files_are_kept_once_and_listed_twice),
		cmocka_unit_test(a_file_without_an_end_is_listed_as_cut),
		cmocka_unit_test(data_of_another_id_or_offset_is_not_taken),
		cmocka_unit_test(what_is_over_the_budget_is_cut_and_said),
		cmocka_unit_test(a_hostile_path_is_only_told),
		cmocka_unit_test(every_skipped_file_has_a_reason),
		cmocka_unit_test(files_over_the_limit_are_only_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
