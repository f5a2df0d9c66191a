/* SPDX-License-Identifier: MIT */
#include "trace/losses.h"

static const char *const class_names[EVENT_CLASS_COUNT] = {
	[EVENT_CLASS_PROCESS] = "process", [EVENT_CLASS_NETWORK] = "network",
	[EVENT_CLASS_SYSTEM] = "system",   [EVENT_CLASS_FILE] = "file",
	[EVENT_CLASS_ACCESS] = "access",   [EVENT_CLASS_SYSCALL] = "syscall_records",
};

/* No class of one run has more events than this; what claims more is forged. */
static const uint64_t sequence_max = 1ULL << 44;

void losses_record(struct losses *losses, const struct event_header *header)
{
	if (header->class >= EVENT_CLASS_COUNT)
		return;
	losses->recorded[header->class]++;
	if (header->sequence >= sequence_max)
		losses->forged++;
	else if (header->sequence >= losses->happened[header->class])
		losses->happened[header->class] = header->sequence + 1;
}

void losses_counters(struct losses *losses, const struct control_counters *counters)
{
	for (size_t i = 0; i < EVENT_CLASS_COUNT; i++)
		if (counters->happened[i] > losses->happened[i] &&
		    counters->happened[i] <= sequence_max)
			losses->happened[i] = counters->happened[i];
}

void losses_finish(const struct losses *losses, struct counter *rows, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < EVENT_CLASS_COUNT; i++) {
		uint64_t recorded = losses->recorded[i];
		uint64_t happened = losses->happened[i];
		if (recorded == 0 && happened == 0)
			continue;
		rows[(*count)++] = (struct counter){
			.name = class_names[i],
			.recorded = recorded,
			.lost = happened > recorded ? happened - recorded : 0,
		};
	}
}
