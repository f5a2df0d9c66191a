/* SPDX-License-Identifier: MIT */
#pragma once
/* Joins between the parts of a report; each works on plain records, so that the confined child that
 * matches rules can use them too. Private to engine. */
#include "engine/collector.h"
#include "model/model.h"

/* Notes on files of the trace what was brought out of them. */
void join_collected(struct trace_summary *trace, const struct collector *collector,
		    struct arena *arena);
/* Notes on flows, DNS, HTTP and TLS which process they belong to. */
void join_flows(const struct trace_summary *trace, struct network_report *network);
