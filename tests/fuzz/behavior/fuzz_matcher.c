/* SPDX-License-Identifier: MIT */
/*
 * Events with any content, over rules that use every operation. The bytes are encoded events, each
 * behind its size in two bytes.
 */
#include "behavior/matcher.h"
#include "behavior/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] =
	"title: a\nlogsource: {product: linux}\n"
	"detection: {s: {'|all': [a, 'b*c']}, t: {CommandLine|re: '(a|aa)+$'}, condition: 1 of "
	"them}\n"
	"---\ntitle: b\nlogsource: {service: auditd, product: linux}\n"
	"detection: {s: {a1|contains: x, type: EXECVE}, t: {name|endswith: x}, condition: s or t}\n"
	"---\ntitle: c\nlogsource: {category: network_connection}\n"
	"detection: {s: {DestinationIp|cidr: 10.0.0.0/8, DestinationPort|gt: 5}, condition: not "
	"s}\n"
	"---\ntitle: d\nlogsource: {category: file_event}\n"
	"detection: {s: {TargetFilename|fieldref: Image}, t: {Mode|lt: 7, LinkTargetPackageOwned: "
	"false},"
	" condition: s or not t}\n"
	"---\ntitle: e\nlogsource: {category: syscall}\nscope: guest\n"
	"detection: {s: {Syscall: '*'}, condition: s}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char packages[] = "/bin/a\n/etc/b\n/usr/bin/ps";
	const struct analysis_facts facts = {.package_files =
						     span_of(packages, sizeof(packages) - 1)};
	cleanup_rules struct rules *rules = rules_new();
	cleanup_arena struct arena *arena = arena_new(64 << 20);
	struct reader reader = reader_of(span_of(data, size), BYTE_ORDER_LITTLE);
	struct findings findings;
	struct verdict verdict;

	if (rules_add(rules, "text", span_of(text, sizeof(text) - 1)))
		abort();
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &facts);
	while (reader_left(&reader) >= 2) {
		struct span bytes = reader_bytes(&reader, reader_u16(&reader));
		struct event event = {0};
		cleanup_error struct error *err = model_decode(bytes, &record_event, arena, &event);
		if (!err)
			matcher_event(matcher, &event);
	}
	matcher_finish(matcher, arena, &findings);
	verdict_of(findings.data, findings.count, true, arena, &verdict);
	return 0;
}
