/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "guest/collect.h"

/* What one collection sent, by the kinds of its frames. */
struct outcome {
	unsigned begun;
	unsigned ended;
	unsigned skipped;
	uint32_t reason; /* of the last skipped */
	size_t bytes;
};

static void note(struct changes *changes, const char *folder, const char *name)
{
	struct change *slot = &changes->slots[changes->count++];

	slot->path = xasprintf("%s/%s", folder, name);
}

static struct outcome collect(const struct changes *changes, uint64_t file_limit)
{
	struct control_collect limits = {
		.file_limit = file_limit, .total_limit = 1024 * 1024, .timeout_ms = 60000};
	struct monitors monitors = {.count = 0};
	struct collector collector;
	struct port port = {.fd = -1};
	struct outcome outcome = {0};
	struct frame_reader reader;
	struct frame frame;

	frame_reader_init(&port.in);
	collector_init(&collector);
	collector_start(&collector, &limits, changes, &monitors);
	while (collector_step(&collector, &port))
		;
	frame_reader_init(&reader);
	frame_reader_feed(&reader, port.out.data, port.out.size);
	while (frame_reader_next(&reader, &frame)) {
		struct control_message message;
		assert_true(control_decode(frame.type, frame.payload, &message));
		outcome.begun += frame.type == FRAME_FILE_BEGIN;
		outcome.ended += frame.type == FRAME_FILE_END;
		if (frame.type == FRAME_FILE_DATA)
			outcome.bytes += message.file_data.data.size;
		if (frame.type == FRAME_FILE_SKIPPED) {
			outcome.skipped++;
			outcome.reason = message.file_skipped.reason;
		}
	}
	frame_reader_deinit(&reader);
	collector_deinit(&collector);
	port_close(&port);
	return outcome;
}

static void files_are_sent_once_and_the_rest_is_listed_with_its_reason(void **state)
{
	(void)state;
	static char content[300000];
	char folder[] = "/tmp/habo-unit-XXXXXX";
	struct changes changes;
	struct outcome outcome;

	assert_non_null(mkdtemp(folder));
	cleanup_free char *big = xasprintf("%s/big", folder);
	cleanup_free char *same = xasprintf("%s/same", folder);
	cleanup_free char *fifo = xasprintf("%s/fifo", folder);
	cleanup_error struct error *err = file_write(big, content, sizeof(content), 0600);
	assert_null(err);
	assert_int_equal(link(big, same), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);

	changes_init(&changes);
	note(&changes, folder, "big");
	note(&changes, folder, "same");
	outcome = collect(&changes, sizeof(content));
	assert_int_equal(outcome.begun, 1);
	assert_int_equal(outcome.ended, 1);
	assert_int_equal(outcome.bytes, sizeof(content));
	assert_int_equal(outcome.skipped, 0);

	outcome = collect(&changes, sizeof(content) - 1);
	assert_int_equal(outcome.begun, 0);
	assert_int_equal(outcome.reason, CONTROL_SKIP_FILE_LIMIT);

	note(&changes, folder, "fifo");
	outcome = collect(&changes, sizeof(content));
	assert_int_equal(outcome.skipped, 1);
	assert_int_equal(outcome.reason, CONTROL_SKIP_NOT_REGULAR);
	changes_deinit(&changes);

	changes_init(&changes);
	note(&changes, folder, "gone");
	outcome = collect(&changes, sizeof(content));
	assert_int_equal(outcome.reason, CONTROL_SKIP_GONE);
	changes_deinit(&changes);
	err = file_remove_tree(folder);
	assert_null(err);
}

static void an_open_file_without_a_name_is_found(void **state)
{
	(void)state;
	struct collector collector;
	struct control_collect limits = {.timeout_ms = 1000};
	struct monitors monitors = {.count = 0};
	struct changes changes;
	char path[] = "/tmp/habo-unit-XXXXXX";
	bool found = false;

	cleanup_close int fd = mkostemp(path, O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	changes_init(&changes);
	collector_init(&collector);
	collector_start(&collector, &limits, &changes, &monitors);
	collector_add_unnamed(&collector, (uint32_t)getpid());
	vec_foreach(&collector.items, item)
		found = found || strncmp(item->path, path, strlen(path)) == 0;
	assert_true(found);
	collector_deinit(&collector);
	changes_deinit(&changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_sent_once_and_the_rest_is_listed_with_its_reason),
		cmocka_unit_test(an_open_file_without_a_name_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
