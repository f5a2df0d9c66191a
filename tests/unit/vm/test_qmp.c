/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "vm/qmp.h"

struct pair {
	struct qmp qmp;
	int ours, theirs;
};

static void open_pair(struct pair *pair)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pair->ours = ends[0];
	pair->theirs = ends[1];
	qmp_init(&pair->qmp, pair->ours);
}

static void close_pair(struct pair *pair)
{
	qmp_deinit(&pair->qmp);
	close(pair->ours);
	if (pair->theirs >= 0)
		close(pair->theirs);
}

static void say(struct pair *pair, const char *text)
{
	assert_null(file_write_fd(pair->theirs, text, strlen(text)));
}

static void assert_error(struct error *err, enum error_code code)
{
	assert_non_null(err);
	assert_int_equal(error_code(err), code);
	error_free(err);
}

static void an_answer_is_matched_by_its_number(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair);
	say(&pair, "{\"return\": {}, \"id\": 1}\n");
	assert_null(qmp_call(&pair.qmp, "cont", NULL, 100, NULL));
	say(&pair, "{\"return\": {}, \"id\": 7}\n");
	assert_error(qmp_call(&pair.qmp, "cont", NULL, 100, NULL), ERROR_FORMAT);
	close_pair(&pair);
}

static void events_before_an_answer_are_taken_in(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair);
	say(&pair, "{\"event\": \"GUEST_PANICKED\", \"data\": {\"action\": \"pause\"}}\n"
		   "{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"guest-reset\"}}\n"
		   "{\"return\": {}, \"id\": 1}\n");
	assert_null(qmp_call(&pair.qmp, "stop", NULL, 100, NULL));
	assert_true(pair.qmp.facts.has_panicked);
	assert_true(pair.qmp.facts.is_shut_down);
	assert_true(pair.qmp.facts.is_reset);
	close_pair(&pair);
}

static void an_error_answer_carries_its_text(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair);
	say(&pair,
	    "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no such thing\"}, \"id\": 1}\n");
	struct error *err = qmp_call(&pair.qmp, "migrate", NULL, 100, NULL);
	assert_non_null(err);
	assert_non_null(strstr(error_message(err), "no such thing"));
	error_free(err);
	close_pair(&pair);
}

static void what_is_no_json_is_counted_and_skipped(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair);
	say(&pair, "\x1b[31mhello\n[[[[\n{\"event\": 4}\n");
	say(&pair, "{\"return\": {}, \"id\": 1}\n");
	/* an object that is neither event nor answer to us */
	assert_error(qmp_call(&pair.qmp, "stop", NULL, 100, NULL), ERROR_FORMAT);
	assert_true(pair.qmp.facts.ignored_bytes >= 10);
	close_pair(&pair);
}

static void a_line_without_end_does_not_grow_without_bound(void **state)
{
	struct pair pair;
	char chunk[4096];

	(void)state;
	open_pair(&pair);
	memset(chunk, 'x', sizeof(chunk));
	for (int i = 0; i < 400; i++) {
		ssize_t ignored UNUSED = send(pair.theirs, chunk, sizeof(chunk), MSG_DONTWAIT);
		qmp_take_events(&pair.qmp);
	}
	assert_true(pair.qmp.input.capacity <= 1024 * 1024);
	assert_true(pair.qmp.facts.ignored_bytes > 0);
	close_pair(&pair);
}

static void silence_ends_in_a_timeout(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair);
	assert_error(qmp_call(&pair.qmp, "stop", NULL, 20, NULL), ERROR_TIMEOUT);
	close_pair(&pair);
}

static void a_hang_up_is_an_error_and_a_fact(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair);
	close(steal(&pair.theirs));
	struct error *err = qmp_call(&pair.qmp, "stop", NULL, 100, NULL);
	assert_non_null(err);
	error_free(err);
	qmp_take_events(&pair.qmp);
	assert_true(pair.qmp.facts.is_closed);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_matched_by_its_number),
		cmocka_unit_test(events_before_an_answer_are_taken_in),
		cmocka_unit_test(an_error_answer_carries_its_text),
		cmocka_unit_test(what_is_no_json_is_counted_and_skipped),
		cmocka_unit_test(a_line_without_end_does_not_grow_without_bound),
		cmocka_unit_test(silence_ends_in_a_timeout),
		cmocka_unit_test(a_hang_up_is_an_error_and_a_fact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
