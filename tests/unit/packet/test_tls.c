/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "packet/tls.h"
#include "unit/packet/frames.h"
#include "unit/packet/hello.h"

static void a_client_hello_is_read_over_records_of_any_size(void **state UNUSED)
{
	cleanup_buffer struct buffer body = {0};

	append_client_hello(&body);
	for (size_t piece = 1; piece <= body.size + 4; piece += 7) {
		cleanup_buffer struct buffer bytes = {0}, scratch = {0}, ja3 = {0};
		struct tls_hello hello;
		append_handshake(&bytes, 1, &body, piece);
		assert_int_equal(tls_hello_parse(buffer_span(&bytes), &scratch, &hello), TLS_DONE);
		assert_true(hello.is_client);
		assert_int_equal(hello.version, 0x303);
		assert_int_equal(hello.best_version, 0x304);
		assert_true(span_equal_text(hello.server_name, "c2.example"));
		assert_int_equal(hello.protocols.size, 12);
		tls_ja3_text(&hello, &ja3);
		assert_string_equal(buffer_text(&ja3), "771,4865-49195,0-10-11-16-43,29-23,0");
	}
}

static void a_server_hello_is_read(void **state UNUSED)
{
	cleanup_buffer struct buffer body = {0}, bytes = {0}, scratch = {0}, ja3 = {0};
	struct tls_hello hello;
	char text[8];

	append_server_hello(&body);
	append_handshake(&bytes, 2, &body, 1000);
	assert_int_equal(tls_hello_parse(buffer_span(&bytes), &scratch, &hello), TLS_DONE);
	assert_false(hello.is_client);
	assert_string_equal(tls_version_text(hello.best_version, text), "TLSv1.3");
	assert_int_equal(hello.ciphers.values[0], 0x1301);
	tls_ja3_text(&hello, &ja3);
	assert_string_equal(buffer_text(&ja3), "771,4865,43");
}

static void every_truncation_wants_more(void **state UNUSED)
{
	cleanup_buffer struct buffer body = {0}, bytes = {0}, scratch = {0};
	struct tls_hello hello;

	append_client_hello(&body);
	append_handshake(&bytes, 1, &body, 50);
	for (size_t size = 0; size < bytes.size; size++) {
		struct guarded cut = guarded_copy(span_clip(buffer_span(&bytes), 0, size));
		assert_int_equal(tls_hello_parse(cut.span, &scratch, &hello), TLS_MORE);
		guarded_free(&cut);
	}
}

static void a_hello_that_is_cut_inside_is_taken_as_far_as_it_goes(void **state UNUSED)
{
	cleanup_buffer struct buffer whole = {0};
	size_t done = 0;

	append_client_hello(&whole);
	for (size_t size = 1; size < whole.size; size++) {
		cleanup_buffer struct buffer body = {0}, bytes = {0}, scratch = {0};
		struct tls_hello hello;
		buffer_append(&body, whole.data, size);
		append_handshake(&bytes, 1, &body, 4000);
		enum tls_state result = tls_hello_parse(buffer_span(&bytes), &scratch, &hello);
		assert_true(result == TLS_DONE || result == TLS_NOT);
		done += result == TLS_DONE;
	}
	assert_true(done > 0);
}

static void what_is_not_tls_is_said(void **state UNUSED)
{
	cleanup_buffer struct buffer scratch = {0};
	struct tls_hello hello;

	assert_int_equal(tls_hello_parse(span_text("GET / "), &scratch, &hello), TLS_NOT);
	assert_int_equal(tls_hello_parse(span_of("\x16\3\1\0\0", 5), &scratch, &hello), TLS_NOT);
	assert_int_equal(tls_hello_parse(span_of("\x16\3\1\0\4\x0b\0\0\0", 9), &scratch, &hello),
			 TLS_NOT);
	assert_int_equal(
		tls_hello_parse(span_of("\x16\3\1\0\4\1\xff\xff\xff", 9), &scratch, &hello),
		TLS_NOT);
	assert_int_equal(tls_sniff(span_of("\x16\2", 2)), TLS_NOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_hello_is_read_over_records_of_any_size),
		cmocka_unit_test(a_server_hello_is_read),
		cmocka_unit_test(every_truncation_wants_more),
		cmocka_unit_test(a_hello_that_is_cut_inside_is_taken_as_far_as_it_goes),
		cmocka_unit_test(what_is_not_tls_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
