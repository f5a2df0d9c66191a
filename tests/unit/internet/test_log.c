/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "internet/log.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/json_reader.h"

static void lines_are_json_and_hostile_bytes_stay_inside(void **state UNUSED)
{
	struct log_peer peer = {
		.local = ip_address_v4(0x01020304), .local_port = 4444, .peer_port = 5};
	struct log log;
	int ends[2];
	char text[4096] = {0};

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_null(log_init(&log, ends[1]));
	log_datagram(&log, &peer, span_of("\"}\n\x1b[31m\xff\0x", 11), NULL);
	close(ends[1]);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	close(ends[0]);
	char *end = strchr(text, '\n');
	assert_non_null(end);
	assert_string_equal(end, "\n");
	cleanup_json struct json_document *document = NULL;
	assert_null(
		json_document_parse(span_of(text, (size_t)(end - text)), sizeof(text), &document));
	assert_string_equal(json_get_text(json_get(json_root(document), "local"), NULL), "1.2.3.4");
	assert_null(strchr(text, 0x1b));
	log_deinit(&log);
}

static void a_reader_that_does_not_read_never_blocks(void **state UNUSED)
{
	struct log_peer peer = {.local = ip_address_v4(0x01020304)};
	struct log_summary summary = {.datagrams = 20000};
	struct log log;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_null(log_init(&log, ends[1]));
	for (int i = 0; i < 20000; i++)
		log_datagram(&log, &peer, span_text("0123456789"), "dns");
	assert_true(log.dropped > 0);
	assert_true(log.pending.size <= LOG_MAX_PENDING);
	log_summary(&log, &summary);
	/* The summary is in, and says how many lines are not. */
	assert_true(span_find(buffer_span(&log.pending), span_text("\"dropped_lines\":"), 0) !=
		    SIZE_MAX);
	log_deinit(&log);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_json_and_hostile_bytes_stay_inside),
		cmocka_unit_test(a_reader_that_does_not_read_never_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
