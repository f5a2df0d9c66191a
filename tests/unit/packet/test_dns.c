/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "packet/dns.h"
#include "unit/packet/frames.h"

static bool read_at(struct span message, size_t offset, char out[DNS_NAME_TEXT_SIZE],
		    size_t *ret_end)
{
	struct reader reader = reader_of(message, BYTE_ORDER_BIG);

	reader_skip(&reader, offset);
	bool is_done = dns_name_read(&reader, out);
	*ret_end = reader.offset;
	return is_done;
}

static void names_are_followed_through_pointers(void **state UNUSED)
{
	static const char bytes[] = "\3com\0\7example\xc0\0\3www\xc0\5!";
	struct span message = span_of(bytes, sizeof(bytes) - 1);
	char name[DNS_NAME_TEXT_SIZE];
	size_t end;

	assert_true(read_at(message, 15, name, &end));
	assert_string_equal(name, "www.example.com");
	assert_int_equal(end, 21);
	assert_true(read_at(message, 4, name, &end));
	assert_string_equal(name, ".");
}

static void pointers_that_do_not_go_back_are_refused(void **state UNUSED)
{
	static const struct {
		const char *bytes;
		size_t size;
	} rows[] = {
		{"\xc0\0", 2},             /* to itself */
		{"\1a\xc0\4\1b\xc0\0", 8}, /* forward */
		{"\1a\xc0\0", 4},          /* to its own start */
		{"\xc0", 1},               /* cut */
		{"\1", 1},                 /* cut label */
		{"\1a", 2},                /* no end */
		{"\x40"
		 "aaaaaaaaaaaaaaaa",
		 17}, /* a reserved label kind */
	};
	char name[DNS_NAME_TEXT_SIZE];
	size_t end;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_false(read_at(span_of(rows[i].bytes, rows[i].size), 0, name, &end));
}

static void odd_bytes_are_escaped(void **state UNUSED)
{
	static const char bytes[] = "\6a.b\0\xff \3com";
	char name[DNS_NAME_TEXT_SIZE];
	size_t end;

	assert_true(read_at(span_of(bytes, sizeof(bytes)), 0, name, &end));
	assert_string_equal(name, "a\\046b\\000\\255\\032.com");
}

static void the_longest_name_fits(void **state UNUSED)
{
	cleanup_buffer struct buffer message = {0};
	char name[DNS_NAME_TEXT_SIZE];
	size_t end;

	for (int label = 0; label < 3; label++) {
		buffer_append_u8(&message, 63);
		for (int i = 0; i < 63; i++)
			buffer_append_u8(&message, 0xff);
	}
	buffer_append_u8(&message, 61);
	for (int i = 0; i < 61; i++)
		buffer_append_u8(&message, 0xff);
	buffer_append_u8(&message, 0);
	assert_int_equal(message.size, 255);
	assert_true(read_at(buffer_span(&message), 0, name, &end));
	assert_int_equal(strlen(name), 4 * (63 * 3 + 61) + 3);
	message.data[192] = 62;
	message.data[254] = (char)0xff;
	buffer_append_u8(&message, 0);
	assert_false(read_at(buffer_span(&message), 0, name, &end));
}

static void records_become_text(void **state UNUSED)
{
	static const struct {
		uint16_t type;
		const char *data;
		size_t size;
		const char *text;
	} rows[] = {
		{DNS_TYPE_A, "\xc6\x33\x64\x7f", 4, "198.51.100.127"},
		{DNS_TYPE_A, "\xc6\x33\x64", 3, "c63364"},
		{DNS_TYPE_AAAA, " \x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16, "2001:db8::1"},
		{DNS_TYPE_MX, "\0\x0a\4mail\xc0\x0c", 9, "10 mail.x"},
		{DNS_TYPE_SRV, "\0\1\0\2\1\xbb\1s\xc0\x0c", 10, "1 2 443 s.x"},
		{DNS_TYPE_TXT, "\2ab\1c", 5, "\"ab\" \"c\""},
		{DNS_TYPE_CNAME, "\1y\xc0\x0c", 4, "y.x"},
		{DNS_TYPE_CNAME, "\xc0\x60", 2, "?"},
		{999, "\1\2", 2, "0102"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buffer struct buffer message = {0}, text = {0};
		struct dns_parser parser;
		struct dns_question question;
		struct dns_record record;
		append_dns_query(&message, "\1x", 3, 1);
		message.data[7] = 1;
		append_be16(&message, 0xc00c);
		append_be16(&message, rows[i].type);
		append_be16(&message, 1);
		append_be32(&message, 60);
		append_be16(&message, (uint16_t)rows[i].size);
		buffer_append(&message, rows[i].data, rows[i].size);
		assert_true(dns_parser_init(&parser, buffer_span(&message)));
		assert_true(dns_parser_question(&parser, &question));
		assert_true(dns_parser_record(&parser, &record));
		assert_string_equal(record.name, "x");
		assert_int_equal(record.ttl, 60);
		dns_record_text(&parser, &record, &text);
		assert_string_equal(buffer_text(&text), rows[i].text);
		assert_false(dns_parser_record(&parser, &record));
	}
}

static void every_truncation_is_refused(void **state UNUSED)
{
	cleanup_buffer struct buffer message = {0};
	struct dns_parser parser;
	struct dns_question question;

	append_dns_query(&message, "\3bei\7game918\2me", 16, DNS_TYPE_A);
	for (size_t size = 0; size < message.size; size++) {
		struct guarded cut = guarded_copy(span_clip(buffer_span(&message), 0, size));
		assert_false(dns_parser_init(&parser, cut.span) &&
			     dns_parser_question(&parser, &question));
		guarded_free(&cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_followed_through_pointers),
		cmocka_unit_test(pointers_that_do_not_go_back_are_refused),
		cmocka_unit_test(odd_bytes_are_escaped),
		cmocka_unit_test(the_longest_name_fits),
		cmocka_unit_test(records_become_text),
		cmocka_unit_test(every_truncation_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
