/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "internet/names.h"

#include <stdio.h>
#include <string.h>

static void a_name_keeps_its_address_in_any_case(void **state UNUSED)
{
	cleanup_names struct names *names = names_new();
	cleanup_names struct names *other = names_new();

	struct ip_address first = names_address(names, "Bei.Game918.me");
	struct ip_address again = names_address(names, "bei.game918.ME");
	assert_true(ip_address_equal(&first, &again));
	assert_int_equal(names_count(names), 1);
	assert_string_equal(names_find(names, &first), "bei.game918.me");
	(void)names_address(other, "something.else");
	again = names_address(other, "bei.game918.me"); /* in another run */
	assert_true(ip_address_equal(&first, &again));
}

static void both_families_name_the_same_host(void **state UNUSED)
{
	cleanup_names struct names *names = names_new();
	struct ip_address v6 = names_address_v6(names, "six.example");
	struct ip_address v4 = names_address(names, "six.example");
	char text[IP_ADDRESS_TEXT_SIZE];

	ip_address_text(&v6, text);
	assert_memory_equal(text, "2001:db8:0:1::", 14);
	assert_memory_equal(v6.bytes + 12, v4.bytes, 4);
	assert_string_equal(names_find(names, &v6), "six.example");
	assert_int_equal(names_count(names), 1);
}

/* As a domain generator asks. */
static void no_two_names_share_an_address(void **state UNUSED)
{
	enum { COUNT = 20000 };
	cleanup_names struct names *names = names_new();
	char name[32];
	size_t small = 0;

	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "host%d.example", i);
		struct ip_address address = names_address(names, name);
		assert_string_equal(names_find(names, &address), name);
		assert_true(address.bytes[3] != 0 && address.bytes[3] != 255);
		small += address.bytes[0] != 198 || address.bytes[1] != 18;
	}
	for (int i = 0; i < COUNT; i++) { /* and all are still what they were */
		snprintf(name, sizeof(name), "host%d.example", i);
		struct ip_address address = names_address(names, name);
		assert_string_equal(names_find(names, &address), name);
	}
	assert_true(small >= 300);
	assert_int_equal(names_count(names), COUNT);
	assert_int_equal(names_shared_count(names), 0);
}

static void beyond_the_ceiling_addresses_are_shared(void **state UNUSED)
{
	cleanup_names struct names *names = names_new();
	char name[32];

	for (int i = 0; i < NAMES_MAX + 1000; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		struct ip_address address = names_address(names, name);
		assert_int_equal(address.family, 4);
	}
	assert_true(names_shared_count(names) > 0);
	assert_true(names_count(names) <= NAMES_MAX + 508);
}

static void addresses_outside_the_pools_have_no_name(void **state UNUSED)
{
	static const char *const rows[] = {"8.8.8.8",       "198.51.100.0", "198.51.100.255",
					   "198.20.0.1",    "2001:db8::1",  "203.0.114.1",
					   "198.17.255.254"};
	cleanup_names struct names *names = names_new();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ip_address address;
		assert_true(ip_address_parse(rows[i], &address));
		assert_null(names_find(names, &address));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_keeps_its_address_in_any_case),
		cmocka_unit_test(both_families_name_the_same_host),
		cmocka_unit_test(no_two_names_share_an_address),
		cmocka_unit_test(beyond_the_ceiling_addresses_are_shared),
		cmocka_unit_test(addresses_outside_the_pools_have_no_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
