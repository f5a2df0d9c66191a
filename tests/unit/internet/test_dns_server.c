/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "internet/dns_server.h"

#include <stdio.h>
#include <string.h>

static const char *const missing[] = {"missing.example"};

struct fixture {
	struct names *names;
	struct dns_server server;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->names = names_new();
	fixture->server = (struct dns_server){.names = fixture->names,
					      .missing_names = missing,
					      .missing_count = ARRAY_SIZE(missing),
					      .has_ipv6 = true};
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	names_free(fixture->names);
	free(fixture);
	return 0;
}

static void append_query(struct buffer *out, const char *name, uint16_t type, bool has_edns)
{
	append_be32(out, 0xabcd0100);
	append_be32(out, 0x00010000);
	append_be32(out, has_edns);
	while (*name) {
		size_t size = strcspn(name, ".");
		buffer_append_u8(out, (uint8_t)size);
		buffer_append(out, name, size);
		name += size + (name[size] == '.');
	}
	buffer_append_u8(out, 0);
	append_be16(out, type);
	append_be16(out, 1);
	if (has_edns)
		buffer_append(out, "\0\0\x29\x04\xd0\0\0\0\0\0\0", 11);
}

/* Asks, and reads the answer with the decoder: its header, first record and that record's text. */
static struct dns_header ask(const struct fixture *fixture, const char *name, uint16_t type,
			     struct dns_record *ret, struct buffer *ret_text)
{
	cleanup_buffer struct buffer query = {0}, response = {0};
	struct dns_parser parser;
	struct dns_question question;
	struct dns_answer answer;

	append_query(&query, name, type, false);
	assert_true(dns_server_answer(&fixture->server, buffer_span(&query), &response, &answer));
	assert_true(dns_parser_init(&parser, buffer_span(&response)));
	assert_true(dns_parser_question(&parser, &question));
	assert_string_equal(question.name, name);
	assert_int_equal(parser.header.id, 0xabcd);
	assert_true(dns_parser_record(&parser, ret));
	buffer_clear(ret_text);
	dns_record_text(&parser, ret, ret_text);
	for (unsigned i = 1; i < parser.header.answer_count + parser.header.authority_count; i++) {
		struct dns_record record;
		assert_true(dns_parser_record(&parser, &record));
	}
	assert_int_equal(reader_left(&parser.reader), 0);
	return parser.header;
}

static void every_type_has_its_answer(void **state)
{
	static const struct {
		const char *name;
		uint16_t type;
		uint16_t answers;
		const char *start;
	} rows[] = {
		{"a.example", DNS_TYPE_A, 1, ""},
		{"a.example", DNS_TYPE_AAAA, 1, "2001:db8:0:1:"},
		{"a.example", DNS_TYPE_MX, 1, "10 mail.a.example"},
		{"a.example", DNS_TYPE_NS, 2, "ns1.a.example"},
		{"a.example", DNS_TYPE_TXT, 1, "\"v=spf1 mx ~all\""},
		{"a.example", DNS_TYPE_SOA, 1, "ns1.a.example"},
		{"_x._tcp.a.example", DNS_TYPE_SRV, 1, "10 5 443 srv._x._tcp.a.example"},
		{"a.example", DNS_TYPE_ANY, 5, ""},
		{"4.3.2.1.in-addr.arpa", DNS_TYPE_PTR, 1, "static-1-2-3-4.example.net"},
	};
	cleanup_buffer struct buffer text = {0};
	struct dns_record record;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct dns_header header = ask(*state, rows[i].name, rows[i].type, &record, &text);
		assert_int_equal(header.flags, 0x8180);
		assert_int_equal(header.answer_count, rows[i].answers);
		assert_string_equal(record.name, rows[i].name);
		assert_memory_equal(buffer_text(&text), rows[i].start, strlen(rows[i].start));
	}
}

static void a_pointer_leads_back_to_the_name(void **state)
{
	cleanup_buffer struct buffer text = {0};
	struct dns_record record;
	char reverse[64];

	ask(*state, "back.example", DNS_TYPE_A, &record, &text);
	unsigned a, b, c, d;
	assert_int_equal(sscanf(buffer_text(&text), "%u.%u.%u.%u", &a, &b, &c, &d), 4);
	snprintf(reverse, sizeof(reverse), "%u.%u.%u.%u.in-addr.arpa", d, c, b, a);
	ask(*state, reverse, DNS_TYPE_PTR, &record, &text);
	assert_string_equal(buffer_text(&text), "back.example");
	ask(*state, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	    DNS_TYPE_PTR, &record, &text);
	assert_string_equal(buffer_text(&text), "static-2001-db8--1.example.net");
}

static void what_has_no_data_says_so_with_an_soa(void **state)
{
	cleanup_buffer struct buffer text = {0};
	struct dns_record record;
	struct fixture *fixture = *state;

	struct dns_header header = ask(fixture, "a.example", DNS_TYPE_HTTPS, &record, &text);
	assert_int_equal(header.answer_count, 0);
	assert_int_equal(header.authority_count, 1);
	assert_int_equal(record.type, DNS_TYPE_SOA);
	fixture->server.has_ipv6 = false;
	header = ask(fixture, "a.example", DNS_TYPE_AAAA, &record, &text);
	assert_int_equal(header.answer_count, 0);
	assert_int_equal(dns_flags_result(header.flags), 0);
}

static void listed_names_and_those_below_do_not_exist(void **state)
{
	cleanup_buffer struct buffer text = {0};
	struct dns_record record;

	assert_int_equal(dns_flags_result(ask(*state, "missing.example", 1, &record, &text).flags),
			 3);
	assert_int_equal(
		dns_flags_result(ask(*state, "a.MISSING.example", 1, &record, &text).flags), 3);
	assert_int_equal(
		dns_flags_result(ask(*state, "notmissing.example", 1, &record, &text).flags), 0);
}

static void edns_is_answered_with_edns(void **state)
{
	struct fixture *fixture = *state;
	cleanup_buffer struct buffer query = {0}, response = {0};
	struct dns_answer answer;

	append_query(&query, "a.example", 1, true);
	assert_true(dns_server_answer(&fixture->server, buffer_span(&query), &response, &answer));
	assert_int_equal(span_u16(buffer_span(&response), 10, BYTE_ORDER_BIG), 1);
	assert_int_equal(span_u16(buffer_span(&response), response.size - 10, BYTE_ORDER_BIG),
			 DNS_TYPE_OPT);
	assert_true(response.size <= 512);
}

static void every_truncation_gets_a_short_answer_or_none(void **state)
{
	struct fixture *fixture = *state;
	cleanup_buffer struct buffer query = {0};
	struct dns_answer answer;

	append_query(&query, "a.example", 1, false);
	for (size_t size = 0; size < query.size; size++) {
		cleanup_buffer struct buffer response = {0};
		struct span cut = span_clip(buffer_span(&query), 0, size);
		bool is_answered = dns_server_answer(&fixture->server, cut, &response, &answer);
		assert_int_equal(is_answered, size >= DNS_HEADER_SIZE);
		assert_int_equal(response.size, is_answered ? DNS_HEADER_SIZE : 0);
		assert_int_equal(answer.result, is_answered ? 1 : 0);
	}
}

static void other_operations_and_responses_are_turned_away(void **state)
{
	struct fixture *fixture = *state;
	cleanup_buffer struct buffer query = {0}, response = {0};
	struct dns_answer answer;

	append_query(&query, "a.example", 1, false);
	query.data[2] = 0x28; /* UPDATE */
	assert_true(dns_server_answer(&fixture->server, buffer_span(&query), &response, &answer));
	assert_int_equal(answer.result, 4);
	query.data[2] = (char)0x81;
	assert_false(dns_server_answer(&fixture->server, buffer_span(&query), &response, &answer));
}

static void a_question_with_a_pointer_is_refused(void **state)
{
	static const char query[] = "\0\0\1\0\0\1\0\0\0\0\0\0\1a\xc0\0\0\1\0\1";
	struct fixture *fixture = *state;
	cleanup_buffer struct buffer response = {0};
	struct dns_answer answer;

	assert_true(dns_server_answer(&fixture->server, span_of(query, sizeof(query) - 1),
				      &response, &answer));
	assert_int_equal(answer.result, 1);
	assert_int_equal(response.size, DNS_HEADER_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_type_has_its_answer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pointer_leads_back_to_the_name, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_has_no_data_says_so_with_an_soa, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(listed_names_and_those_below_do_not_exist, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(edns_is_answered_with_edns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_truncation_gets_a_short_answer_or_none,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_operations_and_responses_are_turned_away,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_question_with_a_pointer_is_refused, set_up,
						tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
