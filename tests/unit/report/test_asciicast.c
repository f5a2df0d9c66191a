/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "report/asciicast.h"

static const struct asciicast_header plain = {.is_terminal = true};

static void put(struct asciicast *cast, uint64_t time_ns, const char *bytes, size_t size,
		bool is_error)
{
	const struct output_chunk chunk = {
		.time_ns = time_ns, .bytes = span_of(bytes, size), .is_error = is_error};

	asciicast_put(cast, &chunk);
}

/* The lines behind the header that these bytes make in one chunk. */
static void assert_played(const char *bytes, const char *expected)
{
	cleanup_buffer struct buffer out = {0};
	struct asciicast cast;

	asciicast_begin(&cast, &out, &plain);
	put(&cast, 1500000000, bytes, strlen(bytes), false);
	asciicast_end(&cast, 1500000000);
	assert_string_equal(strchr(buffer_text(&out), '\n') + 1, expected);
}

static void the_header_names_version_and_size(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct asciicast cast;
	const struct asciicast_header header = {
		.width = 100, .height = 30, .timestamp = 1795360000, .title = "a\"<\x1b>"};

	asciicast_begin(&cast, &out, &header);
	asciicast_end(&cast, 0);
	assert_string_equal(buffer_text(&out),
			    "{\"version\":2,\"width\":100,\"height\":30,\"timestamp\":1795360000,"
			    "\"title\":\"a\\\"\\u003c\\u001b\\u003e\"}\n");
}

static void colours_and_cursor_movement_are_kept(void **state UNUSED)
{
	assert_played("\x1b[1;31mred\x1b[0m\x1b[2J\x1b[H",
		      "[1.5,\"o\",\"\\u001b[1;31mred\\u001b[0m\\u001b[2J\\u001b[H\"]\n");
}

static void what_makes_a_terminal_answer_or_change_is_text(void **state UNUSED)
{
	/* Title, clipboard, device attributes, cursor report, private mode, C1 CSI, soft reset. */
	assert_played("\x1b]0;x\a", "[1.5,\"o\",\"\\\\x1b]0;x\\\\x07\"]\n");
	assert_played("\x1b]52;c;eA==\x1b\\z", "[1.5,\"o\",\"\\\\x1b]52;c;eA==\\\\x1b\\\\z\"]\n");
	assert_played("\x1b[c", "[1.5,\"o\",\"\\\\x1b[c\"]\n");
	assert_played("\x1b[6n", "[1.5,\"o\",\"\\\\x1b[6n\"]\n");
	assert_played("\x1b[?1049h", "[1.5,\"o\",\"\\\\x1b[?1049h\"]\n");
	assert_played("\xc2\x9b"
		      "31m",
		      "[1.5,\"o\",\"\\\\u009b31m\"]\n");
	assert_played("\x1b[!p", "[1.5,\"o\",\"\\\\x1b[!p\"]\n");
	assert_played("\x1b"
		      "c",
		      "[1.5,\"o\",\"\\\\x1bc\"]\n");
	assert_played("\xff\x0e", "[1.5,\"o\",\"\\\\xff\\\\x0e\"]\n");
}

static void a_character_or_sequence_may_be_cut_between_chunks(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct asciicast cast;

	asciicast_begin(&cast, &out, &plain);
	put(&cast, 0, "\xe6\xa0", 2, false);
	put(&cast, 1, "\x1b[3", 3, true);
	put(&cast, 2000000, "\xb7\xe6\x9c\xac", 4, false);
	put(&cast, 3000000, "1m", 2, true);
	put(&cast, 4000000, "\x1b]0;", 4, true);
	asciicast_end(&cast, 5000000);
	assert_string_equal(strchr(buffer_text(&out), '\n') + 1, "[0.002,\"o\",\"样本\"]\n"
								 "[0.003,\"o\",\"\\u001b[31m\"]\n"
								 "[0.005,\"o\",\"\\\\x1b]0;\"]\n");
}

static void line_feeds_of_a_pipe_get_a_carriage_return(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct asciicast cast;
	const struct asciicast_header header = {.is_terminal = false};

	asciicast_begin(&cast, &out, &header);
	put(&cast, 0, "a\nb", 3, false);
	asciicast_end(&cast, 0);
	assert_non_null(strstr(buffer_text(&out), "[0,\"o\",\"a\\u000d\\nb\"]"));
}

static void an_endless_sequence_is_not_held_forever(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct asciicast cast;
	char long_title[5000] = "\x1b]0;";

	memset(long_title + 4, 'x', sizeof(long_title) - 4);
	asciicast_begin(&cast, &out, &plain);
	put(&cast, 0, long_title, sizeof(long_title), false);
	assert_int_equal(cast.held[0].size, 0);
	assert_non_null(strstr(buffer_text(&out), "\\\\x1b]0;xxxx"));
	asciicast_end(&cast, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_names_version_and_size),
		cmocka_unit_test(colours_and_cursor_movement_are_kept),
		cmocka_unit_test(what_makes_a_terminal_answer_or_change_is_text),
		cmocka_unit_test(a_character_or_sequence_may_be_cut_between_chunks),
		cmocka_unit_test(line_feeds_of_a_pipe_get_a_carriage_return),
		cmocka_unit_test(an_endless_sequence_is_not_held_forever),
	};
	return cmocka_run_group_tests_name("report/asciicast", tests, NULL, NULL);
}
