/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file.h"
#include "base/json_reader.h"
#include "unit/cmocka.h"

static void commas_and_indentation_are_the_writers(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct json_writer writer;

	json_writer_init_buffer(&writer, &out, true);
	json_object_begin(&writer);
	json_member_text(&writer, "a", "x");
	json_key(&writer, "b");
	json_array_begin(&writer);
	json_put_u64(&writer, 1);
	json_put_i64(&writer, -1);
	json_array_end(&writer);
	json_key(&writer, "c");
	json_object_begin(&writer);
	json_object_end(&writer);
	json_object_end(&writer);
	assert_null(json_writer_finish(&writer));
	assert_string_equal(buffer_text(&out),
			    "{\n  \"a\": \"x\",\n  \"b\": [\n    1,\n    -1\n  ],\n"
			    "  \"c\": {}\n}\n");
}

static void values_have_their_form(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct json_writer writer;

	json_writer_init_buffer(&writer, &out, false);
	json_array_begin(&writer);
	json_put_u64(&writer, UINT64_MAX);
	json_put_i64(&writer, INT64_MIN);
	json_put_double(&writer, 1.5);
	json_put_double(&writer, (double)NAN);
	json_put_hex(&writer, 0xffffffff81000000);
	json_put_bool(&writer, false);
	json_put_null(&writer);
	json_put_text(&writer, NULL);
	json_array_end(&writer);
	assert_null(json_writer_finish(&writer));
	assert_string_equal(buffer_text(&out),
			    "[18446744073709551615,-9223372036854775808,1.5,null,"
			    "\"0xffffffff81000000\",false,null,null]");
	assert_int_equal(writer.written, out.size);
}

static void hostile_bytes_are_escaped(void **state UNUSED)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} rows[] = {
		{"\"\\", 2, "\"\\\"\\\\\""},
		{"\n\t\r\0", 4, "\"\\n\\t\\u000d\\u0000\""},
		{"</script>&", 10, "\"\\u003c/script\\u003e\\u0026\""},
		{"\x7f\xc2\x85", 3, "\"\\u007f\\u0085\""},
		{"\xe2\x80\xae\xe2\x80\xa8", 6, "\"\\u202e\\u2028\""},
		{"\xff\xc0\x80", 3, "\"\\\\xff\\\\xc0\\\\x80\""},
		{"\xf0\x9f\x98\x80\xe4\xb8\xad", 7, "\"\xf0\x9f\x98\x80\xe4\xb8\xad\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buffer struct buffer out = {0};
		struct json_writer writer;
		json_writer_init_buffer(&writer, &out, false);
		json_put_string(&writer, span_of(rows[i].bytes, rows[i].size));
		assert_null(json_writer_finish(&writer));
		assert_string_equal(buffer_text(&out), rows[i].text);
	}
}

static void every_pair_of_bytes_gives_valid_json(void **state UNUSED)
{
	cleanup_buffer struct buffer out = {0};
	struct json_document *document = NULL;
	struct json_writer writer;

	json_writer_init_buffer(&writer, &out, false);
	json_array_begin(&writer);
	for (unsigned pair = 0; pair < 65536; pair++) {
		const uint8_t bytes[] = {(uint8_t)(pair >> 8), (uint8_t)pair};
		json_put_string(&writer, span_of(bytes, 2));
	}
	json_array_end(&writer);
	assert_null(json_writer_finish(&writer));
	assert_null(json_document_parse(buffer_span(&out), out.size, &document));
	assert_int_equal(json_size(json_root(document)), 65536);
	json_document_free(document);
}

static void a_descriptor_gets_all_of_a_large_document(void **state UNUSED)
{
	cleanup_close int fd = memfd_create("json", MFD_CLOEXEC);
	cleanup_free char *text = NULL;
	struct json_document *document = NULL;
	struct json_writer writer;
	size_t size;

	json_writer_init_fd(&writer, fd, true);
	json_array_begin(&writer);
	for (uint64_t i = 0; i < 50000; i++)
		json_put_u64(&writer, i);
	json_array_end(&writer);
	assert_null(json_writer_finish(&writer));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_null(file_read_fd(fd, "json", 1 << 24, &text, &size));
	assert_null(json_document_parse(span_of(text, size), size, &document));
	assert_int_equal(json_size(json_root(document)), 50000);
	json_document_free(document);
}

static void a_write_that_fails_is_told_at_the_end(void **state UNUSED)
{
	cleanup_close int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct json_writer writer;

	json_writer_init_fd(&writer, fd, false);
	json_array_begin(&writer);
	for (uint64_t i = 0; i < 50000; i++)
		json_put_u64(&writer, i);
	json_array_end(&writer);
	cleanup_error struct error *err = json_writer_finish(&writer);
	assert_non_null(err);
	assert_int_equal(error_errnum(err), ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_and_indentation_are_the_writers),
		cmocka_unit_test(values_have_their_form),
		cmocka_unit_test(hostile_bytes_are_escaped),
		cmocka_unit_test(every_pair_of_bytes_gives_valid_json),
		cmocka_unit_test(a_descriptor_gets_all_of_a_large_document),
		cmocka_unit_test(a_write_that_fails_is_told_at_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
