/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "base/macro.h"
#include "static/host.h"

static void host_names_are_told_from_file_names_and_identifiers(void **state UNUSED)
{
	static const char *const good[] = {"evil.com", "cnc.changeme.ru", "A.EXAMPLE.NET",
					   "update.aaa.co.uk", "x-1.badhost.top"};
	static const char *const bad[] = {
		"libc.so", "main.rs",  "setup.py",    "java.lang.String",
		"a..com",  "-a.com",   "a.nosuchtld", "readme.md",
		"foo.c",   "sys.path", "this.is",     "x.com",
		"a_b.com", ".com",     "1.2.3.4",     "",
	};
	char name[HOST_NAME_MAX_SIZE + 1];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(host_is_domain(span_text(good[i]), HOST_BARE, name));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(host_is_domain(span_text(bad[i]), HOST_BARE, name));
	assert_true(host_is_domain(span_text("A.Example.NET"), HOST_NAMED, name));
	assert_string_equal(name, "a.example.net");
	assert_true(host_is_domain(span_text("evil.sh"), HOST_NAMED, name));
}

static void onion_names_have_the_right_length(void **state UNUSED)
{
	char name[HOST_NAME_MAX_SIZE + 1];

	assert_true(host_is_domain(
		span_text("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"),
		HOST_BARE, name));
	assert_false(host_is_domain(span_text("short.onion"), HOST_BARE, name));
}

static void addresses_are_exact_dotted_quads(void **state UNUSED)
{
	uint8_t address[4];

	assert_true(host_is_ipv4(span_text("203.0.113.255"), address));
	assert_int_equal(address[3], 255);
	static const char *const bad[] = {"1.2.3",    "1.2.3.4.5", "256.1.1.1", "01.2.3.4",
					  "1.2.3.4 ", "1..3.4",    "",          "1.2.3."};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(host_is_ipv4(span_text(bad[i]), address));
}

static void versions_and_identifiers_are_common_addresses(void **state UNUSED)
{
	static const uint8_t version[] = {1, 2, 11, 4}, oid[] = {2, 5, 4, 3},
			     host[] = {45, 9, 20, 1}, resolver[] = {1, 1, 1, 1},
			     private[] = {192, 168, 0, 1};

	assert_true(ipv4_is_common(version));
	assert_true(ipv4_is_common(oid));
	assert_false(ipv4_is_common(host));
	assert_false(ipv4_is_common(resolver));
	assert_string_equal(ipv4_note(private), "private address");
	assert_null(ipv4_note(host));
}

static void hosts_of_libraries_are_common(void **state UNUSED)
{
	assert_true(host_is_common("www.gnu.org"));
	assert_true(host_is_common("gnu.org"));
	assert_false(host_is_common("notgnu.org"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_names_are_told_from_file_names_and_identifiers),
		cmocka_unit_test(onion_names_have_the_right_length),
		cmocka_unit_test(addresses_are_exact_dotted_quads),
		cmocka_unit_test(versions_and_identifiers_are_common_addresses),
		cmocka_unit_test(hosts_of_libraries_are_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
