/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec now = {0};

	if (clock_gettime(id, &now) != 0)
		abort();
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_realtime_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

void clock_text(uint64_t realtime_ns, char out[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(realtime_ns / 1000000000U);
	unsigned micros = (unsigned)(realtime_ns % 1000000000U / 1000U);
	struct tm utc;

	if (!gmtime_r(&seconds, &utc))
		utc = (struct tm){.tm_mday = 1, .tm_year = 70};
	char day[24];
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out, CLOCK_TEXT_SIZE, "%.20s.%06uZ", day, micros);
}
