/* SPDX-License-Identifier: MIT */
#pragma once
/* What happened when: programs, packets and noted events in one order of time. */
#include "report/page/page.h"

enum {
	MOMENTS_MAX = 20000, /* that are sorted */
	MOMENTS_SHOWN = 400,
};

enum moment_kind {
	MOMENT_EXEC,
	MOMENT_END,
	MOMENT_EVENT,
	MOMENT_DNS,
	MOMENT_HTTP,
	MOMENT_TLS,
	MOMENT_FLOW,
};

struct moment {
	int64_t time_ns; /* since the sample was let go */
	enum moment_kind kind;
	uint64_t event; /* its number; 0 for none */
	const char *process;
	const void *what; /* the record: struct execution, process_end, event, dns_exchange… */
};

struct moments {
	struct moment *data;
	size_t count;
	size_t total; /* more than count when they are too many */
};

/* In order of time. */
void moments_init(struct moments *moments, const struct page *page);
void moments_deinit(struct moments *moments);
#define cleanup_moments __attribute__((cleanup(moments_deinit)))
void page_moments(struct page *page, const struct moments *moments);
