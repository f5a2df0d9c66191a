/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "behavior/matcher.h"

#define STRINGS(...)                                                                               \
	{                                                                                          \
		.data = (const char *[]){__VA_ARGS__},                                             \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}
#define BY(id) .process = (id), .is_sample = true, .phase = PHASE_RUN, .count = 1

static const struct analysis_facts no_facts = {.package_files = {(const uint8_t *)"", 0}};

/* One rule with this log source and detection over the events; how often it matched. */
static uint64_t count_matches(const char *source, const char *detection, const struct event *events,
			      size_t count)
{
	cleanup_rules struct rules *rules = rules_new();
	cleanup_arena struct arena *arena = arena_new(0);
	char text[4096];
	struct findings findings;

	snprintf(text, sizeof(text), "title: T\nlogsource: {product: linux, %s}\ndetection:\n%s\n",
		 source, detection);
	struct error *err = rules_add(rules, "t.yml", span_text(text));
	if (err)
		fail_msg("%s", error_message(err));
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &no_facts);
	struct event start = {BY("p1"), .type = EVENT_KIND_EXEC, .path = "/root/sample"};
	matcher_event(matcher, &start);
	for (size_t i = 0; i < count; i++)
		matcher_event(matcher, &events[i]);
	matcher_finish(matcher, arena, &findings);
	return findings.count ? findings.data[0].matches : 0;
}

static const struct event family[] = {
	{BY("p1"), .type = EVENT_KIND_FORK, .other_process = "p2"},
	{BY("p2"), .type = EVENT_KIND_EXEC, .path = "/usr/bin/dash", .uid = 0, .cwd = "/tmp",
	 .arguments = STRINGS("sh", "-c", "id; ls")},
	{BY("p2"), .type = EVENT_KIND_FORK, .other_process = "p3"},
	{BY("p3"), .type = EVENT_KIND_FILE_CREATE, .path = "/tmp/x"},
	{BY("p3"), .type = EVENT_KIND_EXEC, .path = "/usr/bin/id", .uid = 33,
	 .arguments = STRINGS("id")},
};

static void fields_are_of_the_process_and_its_parent(void **state UNUSED)
{
	static const struct {
		const char *source, *detection;
		uint64_t matches;
	} rows[] = {
		{"category: process_creation",
		 "  s: {CommandLine: 'sh -c id; ls', User: root, CurrentDirectory: /tmp}\n  "
		 "condition: s",
		 1},
		{"category: process_creation",
		 "  s: {ParentImage: /usr/bin/dash, ParentCommandLine|contains: ' -c ', User: "
		 "www-data}\n"
		 "  condition: s",
		 1},
		{"category: process_creation", "  s: {ParentImage: /root/sample}\n  condition: s",
		 1},
		{"category: file_event", "  s: {Image: /usr/bin/dash}\n  condition: s", 1},
		{"category: file_event", "  s: {ProcessName: dash}\n  condition: s", 1},
		{"category: process_creation", "  s: {NoSuchField: x}\n  condition: not s", 2},
		{"category: process_creation", "  s: {NoSuchField: null}\n  condition: s", 2},
		{"category: process_creation", "  s: {Environment|exists: false}\n  condition: s",
		 2},
		{"category: process_creation", "  s: {Image|fieldref: ParentImage}\n  condition: s",
		 0},
		{"category: process_creation",
		 "  s: {ProcessName|fieldref|contains: CommandLine}\n  condition: s", 1},
		{"category: process_creation", "  s: ['/id', 'nothing']\n  condition: s", 1},
		{"category: process_creation", "  s: {'|all': ['sh', 'id', '-c']}\n  condition: s",
		 1},
		{"service: auditd", "  s: {type: EXECVE, a0: sh, a1: -c}\n  condition: s", 1},
		{"service: auditd", "  s: {type: execve, a1: id}\n  condition: s", 0},
		{"service: auditd", "  s: {type: PATH, name: /tmp/x}\n  condition: s", 1},
		{"service: auditd",
		 "  s: {type: SYSCALL, SYSCALL: execve, exe: /usr/bin/id}\n  condition: s", 1},
		{"service: sshd", "  s: ['id']\n  condition: s", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t matches = count_matches(rows[i].source, rows[i].detection, family,
						 ARRAY_SIZE(family));
		if (matches != rows[i].matches)
			fail_msg("%s: %u matches", rows[i].detection, (unsigned)matches);
	}
}

static const char any_file[] = "  s: {TargetFilename|startswith: /}\n  condition: s";

static void only_the_sample_in_its_run_makes_findings(void **state UNUSED)
{
	static const struct event foreign = {
		.process = "p7", .type = EVENT_KIND_FILE_CREATE, .path = "/x", .phase = PHASE_RUN};
	static const struct event setup = {.process = "p1",
					   .is_sample = true,
					   .type = EVENT_KIND_FILE_CREATE,
					   .path = "/x",
					   .phase = PHASE_SETUP};
	static const struct event failed = {BY("p1"), .type = EVENT_KIND_FILE_CREATE, .path = "/x",
					    .result = -13};
	static const struct event own = {BY("p1"), .type = EVENT_KIND_FILE_CREATE, .path = "/x"};

	assert_int_equal(count_matches("category: file_event", any_file, &foreign, 1), 0);
	assert_int_equal(count_matches("category: file_event", any_file, &setup, 1), 0);
	assert_int_equal(count_matches("category: file_event", any_file, &failed, 1), 0);
	assert_int_equal(count_matches("category: file_event", any_file, &own, 1), 1);
	/* The start of the sample itself is none either. */
	assert_int_equal(count_matches("category: process_creation",
				       "  s: {Image: /root/sample}\n  condition: s", NULL, 0),
			 0);
}

static void a_rule_may_ask_for_the_whole_guest(void **state UNUSED)
{
	static const struct event foreign = {
		.process = "p7", .type = EVENT_KIND_FILE_CREATE, .path = "/x", .phase = PHASE_RUN};
	char detection[200];

	snprintf(detection, sizeof(detection), "%s\nscope: guest", any_file);
	assert_int_equal(count_matches("category: file_event", detection, &foreign, 1), 1);
}

/* 300,000 calls are one row of events; a flood of different ones costs no more than its kinds. */
static void a_call_is_looked_at_once_for_each_program(void **state UNUSED)
{
	struct event events[200];

	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		events[i] = (struct event){BY("p1"), .type = EVENT_KIND_SYSCALL, .abi = "x86_64",
					   .name = i % 2 ? "ptrace" : "getpid",
					   .number_of = i % 2 ? 101 : 39};
	assert_int_equal(count_matches("category: syscall",
				       "  s: {Syscall: ptrace}\n  condition: s", events,
				       ARRAY_SIZE(events)),
			 1);
}

static void a_name_of_dns_is_the_host_of_later_connections(void **state UNUSED)
{
	static const struct event events[] = {
		{BY(NULL), .type = EVENT_KIND_DNS, .name = "c2.example", .address = "198.18.0.7"},
		{BY("p1"), .type = EVENT_KIND_CONNECT, .protocol = "tcp", .address = "198.18.0.7",
		 .port = 21351},
	};

	assert_int_equal(count_matches("category: network_connection",
				       "  s: {DestinationHostname: c2.example, Initiated: 'true'}\n"
				       "  condition: s",
				       events, ARRAY_SIZE(events)),
			 1);
}

static void evidence_is_bounded_and_without_repetition(void **state UNUSED)
{
	cleanup_rules struct rules *rules = rules_new();
	cleanup_arena struct arena *arena = arena_new(0);
	struct findings findings;
	char path[32];

	assert_null(rules_add(rules, "t.yml",
			      span_text("title: T\nlogsource: {category: file_event}\n"
					"detection:\n  s: {TargetFilename|startswith: /}\n"
					"  condition: s\n")));
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &no_facts);
	for (unsigned i = 0; i < 1000; i++) {
		struct event event = {BY("p1"), .type = EVENT_KIND_FILE_CREATE, .path = path,
				      .number = i + 1};
		snprintf(path, sizeof(path), "/tmp/%u", i / 3);
		matcher_event(matcher, &event);
	}
	matcher_finish(matcher, arena, &findings);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.data[0].matches, 1000);
	assert_int_equal(findings.data[0].evidence.count, MATCHER_EVIDENCE_MAX);
	assert_int_equal(findings.data[0].evidence.data[1].event, 4);
	assert_string_equal(findings.data[0].evidence.data[1].text, "file_create /tmp/1");
	assert_string_equal(findings.data[0].process, "p1");
}

/* Linux.BackDoor.Gates as its events look, by tool and without one. */
static const struct event gates[] = {
	{BY("p1"), .type = EVENT_KIND_EXEC, .path = "/root/gates", .is_of_sample = true,
	 .number = 1},
	{BY("p1"), .type = EVENT_KIND_FILE_CREATE, .path = "/etc/init.d/VsystemsshMdt",
	 .number = 2},
	{BY("p1"), .type = EVENT_KIND_FORK, .other_process = "p2", .number = 3},
	{BY("p2"), .type = EVENT_KIND_EXEC, .path = "/usr/bin/dash", .number = 4,
	 .arguments = STRINGS("sh", "-c",
			      "ln -s /etc/init.d/VsystemsshMdt /etc/rc1.d/S97VsystemsshMdt")},
	{BY("p2"), .type = EVENT_KIND_FILE_SYMLINK, .path = "/etc/rc1.d/S97VsystemsshMdt",
	 .target = "/etc/init.d/VsystemsshMdt", .number = 5},
	{BY("p1"), .type = EVENT_KIND_DNS, .name = "www.id666.pw", .address = "198.18.0.5",
	 .number = 0},
	{BY("p1"), .type = EVENT_KIND_CONNECT, .protocol = "tcp", .address = "198.18.0.5",
	 .port = 21351, .result = -115, .number = 7},
	{BY("p3"), .type = EVENT_KIND_EXEC, .path = "/usr/bin/ps", .is_planted = true, .number = 8,
	 .arguments = STRINGS("ps", "aux")},
};

static const struct file_activity gates_files[] = {
	{.path = "/usr/bin/bsd-port/knerl",
	 .operations = STRINGS("created", "written"),
	 .processes = STRINGS("p1"),
	 .sha256 = "5a",
	 .last_event = 6},
	{.path = "/usr/bin/ps",
	 .existed_before = true,
	 .operations = STRINGS("replaced"),
	 .processes = STRINGS("p1"),
	 .last_event = 6},
};

static const struct behavior *find(const struct findings *findings, const char *file)
{
	for (size_t i = 0; i < findings->count; i++)
		if (text_ends_with(findings->data[i].source, file))
			return &findings->data[i];
	return NULL;
}

static void the_backdoor_is_told_from_rules_alone(void **state UNUSED)
{
	static const struct {
		const char *file, *technique, *evidence;
	} rows[] = {
		{"persistence/init_script.yml", "T1037.004",
		 "file_create /etc/init.d/VsystemsshMdt"},
		{"persistence/rc_link.yml", "T1037.004",
		 "file_symlink /etc/rc1.d/S97VsystemsshMdt → /etc/init.d/VsystemsshMdt"},
		{"files/self_copy.yml", "T1036",
		 "/usr/bin/bsd-port/knerl: created, written; SHA-256 5a"},
		{"files/system_program_changed.yml", "T1554", "/usr/bin/ps: replaced"},
		{"network/dns_query.yml", "T1071.004", "dns www.id666.pw → 198.18.0.5"},
		{"network/connection.yml", "T1071", "connect tcp 198.18.0.5:21351"},
		{"network/unusual_port.yml", "T1571", "connect tcp 198.18.0.5:21351"},
		{"process/dropped.yml", "T1204.002", "exec /usr/bin/ps: ps aux"},
		{"process/discovery.yml", "T1082", "exec /usr/bin/ps: ps aux"},
		{"process/shell_command.yml", "T1059.004",
		 "exec /usr/bin/dash: sh -c ln -s /etc/init.d/VsystemsshMdt "
		 "/etc/rc1.d/S97VsystemsshMdt"},
	};
	static const struct analysis_facts facts = {.sample_sha256 = "5a",
						    .package_files = {(const uint8_t *)"", 0}};
	cleanup_rules struct rules *rules = rules_new();
	cleanup_rule_problems struct rule_problems problems = {0};
	cleanup_arena struct arena *arena = arena_new(0);
	struct findings findings;

	assert_null(rules_add_path(rules, SOURCE_ROOT "/rules/sigma", &problems));
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &facts);
	for (size_t i = 0; i < ARRAY_SIZE(gates); i++)
		matcher_event(matcher, &gates[i]);
	for (size_t i = 0; i < ARRAY_SIZE(gates_files); i++)
		matcher_file(matcher, &gates_files[i]);
	matcher_finish(matcher, arena, &findings);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct behavior *found = find(&findings, rows[i].file);
		if (!found) {
			fail_msg("%s did not fire", rows[i].file);
			return;
		}
		assert_string_equal(found->evidence.data[0].text, rows[i].evidence);
		assert_string_equal(found->attack.data[0].id, rows[i].technique);
		assert_non_null(found->attack.data[0].name);
	}
	assert_int_equal(findings.count, ARRAY_SIZE(rows));
	for (size_t i = 1; i < findings.count; i++)
		assert_true(findings.data[i - 1].level >= findings.data[i].level);
}

static void packaged_paths_are_found_in_their_merged_place(void **state UNUSED)
{
	static const char lines[] = "/etc/a\n/usr/bin/ps\n/usr/bin/psx\n/usr/lib/libc.so\n/z";
	const struct analysis_facts facts = {.package_files = span_of(lines, sizeof(lines) - 1)};

	static const char *const owned[] = {"/etc/a",       "/usr/bin/ps",  "/bin/ps",
					    "/usr/bin/psx", "/lib/libc.so", "/z"};
	static const char *const foreign[] = {"/etc", "/etc/aa", "/usr/bin/p",
					      "/zz",  "",        "/usr/bin/psy"};
	for (size_t i = 0; i < ARRAY_SIZE(owned); i++)
		assert_true(path_is_packaged(&facts, owned[i]));
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		assert_false(path_is_packaged(&facts, foreign[i]));
	assert_false(path_is_packaged(&no_facts, "/bin/ps"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_of_the_process_and_its_parent),
		cmocka_unit_test(only_the_sample_in_its_run_makes_findings),
		cmocka_unit_test(a_rule_may_ask_for_the_whole_guest),
		cmocka_unit_test(a_call_is_looked_at_once_for_each_program),
		cmocka_unit_test(a_name_of_dns_is_the_host_of_later_connections),
		cmocka_unit_test(evidence_is_bounded_and_without_repetition),
		cmocka_unit_test(the_backdoor_is_told_from_rules_alone),
		cmocka_unit_test(packaged_paths_are_found_in_their_merged_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
