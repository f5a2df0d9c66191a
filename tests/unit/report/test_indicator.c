/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/indicator_set.h"
#include "report/report.h"

static const struct indicator *find(const struct report *report, enum indicator_type type,
				    const char *value)
{
	const struct indicator *found = NULL;

	list_foreach(&report->indicators, indicator)
		if (indicator->type == type && text_equal(indicator->value, value)) {
			assert_null(found);
			found = indicator;
		}
	return found;
}

static void assert_sources(const struct indicator *indicator, const char *expected)
{
	cleanup_buffer struct buffer text = {0};

	assert_non_null(indicator);
	for (size_t i = 0; i < indicator->sources.count; i++) {
		buffer_append_text(&text, i ? " " : "");
		buffer_append_text(&text, indicator->sources.data[i]);
	}
	assert_string_equal(buffer_text(&text), expected);
}

static void a_name_seen_twice_is_one_indicator_with_both_sources(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct static_indicator finds[] = {
		{.type = FIND_DOMAIN,
		 .value = "bei.game918.me",
		 .port = 21351,
		 .layer = "xor 0x1f"},
		{.type = FIND_WALLET, .value = "1abc"},
		{.type = FIND_URL, .value = "http://a.b/", .is_common = true}};
	struct static_report static_report = {0};
	struct dns_exchange dns[] = {{.name = "bei.game918.me"}, {.name = "bei.game918.me"}};
	struct network_flow flow = {.domain = "bei.game918.me",
				    .target = "8.9.8.9",
				    .target_port = 21351,
				    .is_from_guest = true};
	struct network_report network = {0};
	struct report report = {.static_ = &static_report, .network = &network};

	static_report.indicators.data = finds;
	static_report.indicators.count = ARRAY_SIZE(finds);
	network.dns.data = dns;
	network.dns.count = ARRAY_SIZE(dns);
	network.flows.data = &flow;
	network.flows.count = 1;
	report_indicators(arena, &report);
	assert_sources(find(&report, INDICATOR_DOMAIN, "bei.game918.me"), "dns static");
	assert_sources(find(&report, INDICATOR_ENDPOINT, "bei.game918.me:21351"), "flow static");
	assert_null(find(&report, INDICATOR_IPV4, "8.9.8.9"));
	assert_true(indicator_is_noise(find(&report, INDICATOR_URL, "http://a.b/")));
	assert_int_equal(report.indicators.count, 3);
}

static void addresses_of_the_simulated_internet_are_left_out(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct analysis_machine machine = {.network = "simulated"};
	struct analysis analysis = {.machine = &machine};
	struct dns_record_value answer = {.type = "A", .value = "44.1.2.3"};
	struct dns_exchange dns = {.name = "c2.example-not.me"};
	struct network_report network = {0};
	struct report report = {.analysis = &analysis, .network = &network};

	dns.answers.data = &answer;
	dns.answers.count = 1;
	network.dns.data = &dns;
	network.dns.count = 1;
	report_indicators(arena, &report);
	assert_null(find(&report, INDICATOR_IPV4, "44.1.2.3"));
	machine.network = "none";
	report_indicators(arena, &report);
	assert_non_null(find(&report, INDICATOR_IPV4, "44.1.2.3"));
}

static void files_that_were_only_opened_are_none(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct file_activity files[] = {
		{.path = "/etc/passwd"},
		{.path = "/etc/cron.d/x", .is_changed = true, .sha256 = "aa"},
		{.path = "/dev/null", .is_changed = true},
		{.path = "/x/__pycache__/a.pyc", .is_changed = true, .sha256 = "bb"}};
	struct report report = {0};

	report.files.data = files;
	report.files.count = ARRAY_SIZE(files);
	report_indicators(arena, &report);
	assert_null(find(&report, INDICATOR_PATH, "/etc/passwd"));
	assert_false(indicator_is_noise(find(&report, INDICATOR_PATH, "/etc/cron.d/x")));
	assert_string_equal(find(&report, INDICATOR_SHA256, "aa")->context, "/etc/cron.d/x");
	assert_true(indicator_is_noise(find(&report, INDICATOR_PATH, "/dev/null")));
	assert_true(indicator_is_noise(find(&report, INDICATOR_SHA256, "bb")));
}

static void special_addresses_and_reserved_names_are_noise(void **state UNUSED)
{
	static const struct {
		enum indicator_type type;
		const char *value;
		const char *noise; /* NULL: none */
	} rows[] = {
		{INDICATOR_IPV4, "127.0.0.1", "noise: loopback"},
		{INDICATOR_IPV4, "10.1.2.3", "noise: private network"},
		{INDICATOR_IPV4, "172.31.0.1", "noise: private network"},
		{INDICATOR_IPV4, "172.32.0.1", NULL},
		{INDICATOR_IPV4, "198.51.100.9", "noise: documentation"},
		{INDICATOR_IPV4, "8.8.8.8", NULL},
		{INDICATOR_IPV4, "not an address", NULL},
		{INDICATOR_IPV6, "::1", "noise: loopback"},
		{INDICATOR_IPV6, "2001:db8::1", "noise: documentation"},
		{INDICATOR_IPV6, "fd00::1", "noise: private network"},
		{INDICATOR_IPV6, "2606:4700::1111", NULL},
		{INDICATOR_DOMAIN, "www.Example.com.", "noise: documentation"},
		{INDICATOR_DOMAIN, "notexample.com", NULL},
		{INDICATOR_DOMAIN, "", NULL},
		{INDICATOR_ENDPOINT, "127.0.0.1:80", "noise: loopback"},
		{INDICATOR_ENDPOINT, "[::1]:80", "noise: loopback"},
		{INDICATOR_ENDPOINT, "bei.game918.me:21351", NULL},
		{INDICATOR_URL, "http://user@localhost:8080/x", "noise: loopback"},
		{INDICATOR_URL, "http://[::1]/x", "noise: loopback"},
		{INDICATOR_URL, "http://evil.me/?u=http://localhost/", NULL},
		{INDICATOR_EMAIL, "a@example.org", "noise: documentation"},
		{INDICATOR_PATH, "/proc/self/exe", "noise: part of every system"},
		{INDICATOR_PATH, "/etc/cron.d/x", NULL},
		{INDICATOR_PATH, "/usr/lib/python3/__pycache__/a.pyc",
		 "noise: made by an interpreter"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *noise = indicator_noise(rows[i].type, rows[i].value, false);
		if (!text_equal(noise, rows[i].noise))
			fail_msg("%s: %s", rows[i].value, noise ? noise : "no noise");
	}
}

static void what_the_sample_talked_to_is_its_own(void **state UNUSED)
{
	assert_null(indicator_noise(INDICATOR_DOMAIN, "c2.example", true));
	assert_null(indicator_noise(INDICATOR_IPV4, "198.51.100.9", true));
	assert_non_null(indicator_noise(INDICATOR_IPV4, "127.0.0.1", true));
}

static void a_flood_of_values_stops_at_the_ceiling(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct indicator_set set;
	char value[32];

	indicator_set_init(&set, arena);
	for (unsigned i = 0; i < INDICATORS_MAX + 500; i++) {
		snprintf(value, sizeof(value), "v%u", i);
		indicator_set_add(&set, INDICATOR_PATH, value, "file", NULL);
	}
	assert_int_equal(set.count, INDICATORS_MAX);
	assert_int_equal(set.refused, 500);
	indicator_set_deinit(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_seen_twice_is_one_indicator_with_both_sources),
		cmocka_unit_test(addresses_of_the_simulated_internet_are_left_out),
		cmocka_unit_test(files_that_were_only_opened_are_none),
		cmocka_unit_test(special_addresses_and_reserved_names_are_noise),
		cmocka_unit_test(what_the_sample_talked_to_is_its_own),
		cmocka_unit_test(a_flood_of_values_stops_at_the_ceiling),
	};
	return cmocka_run_group_tests_name("report/indicator", tests, NULL, NULL);
}
