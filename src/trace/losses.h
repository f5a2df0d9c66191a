/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Recorded + lost = happened, for each class. What happened is the higher of what the agent says at
 * the end and what the sequence numbers in the records show.
 */
#include "model/model.h"
#include "wire/control.h"

struct losses {
	uint64_t recorded[EVENT_CLASS_COUNT];
	uint64_t happened[EVENT_CLASS_COUNT];
	uint64_t forged; /* records with impossible numbers */
};

void losses_record(struct losses *losses, const struct event_header *header);
void losses_counters(struct losses *losses, const struct control_counters *counters);
/* Appends a row for each class that was used. */
void losses_finish(const struct losses *losses, struct counter *rows, size_t *count);
enum { LOSSES_ROWS_MAX = EVENT_CLASS_COUNT };
