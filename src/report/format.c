/* SPDX-License-Identifier: MIT */
#include "report/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"

const char *format_count(uint64_t value, char out[FORMAT_SIZE])
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	size_t at = 0;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

const char *format_bytes(uint64_t value, char out[FORMAT_SIZE])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double scaled = (double)value;
	size_t unit = 0;

	while (scaled >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		scaled /= 1024;
		unit++;
	}
	snprintf(out, FORMAT_SIZE, unit && scaled < 100 ? "%.1f %s" : "%.0f %s", scaled,
		 units[unit]);
	return out;
}

const char *format_time(int64_t ns, char out[FORMAT_SIZE])
{
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	/* What rounds to zero is not before it. */
	snprintf(out, FORMAT_SIZE, "%c%" PRIu64 ".%03" PRIu64 " s",
		 ns < 0 && size >= 1000000 ? '-' : '+', size / 1000000000, size / 1000000 % 1000);
	return out;
}

const char *format_span_us(uint64_t us, char out[FORMAT_SIZE])
{
	if (us < 1000)
		snprintf(out, FORMAT_SIZE, "%" PRIu64 " µs", us);
	else if (us < 1000000)
		snprintf(out, FORMAT_SIZE, "%.1f ms", (double)us / 1e3);
	else if (us < 120000000)
		snprintf(out, FORMAT_SIZE, "%.2f s", (double)us / 1e6);
	else
		snprintf(out, FORMAT_SIZE, "%" PRIu64 " min %" PRIu64 " s", us / 60000000,
			 us / 1000000 % 60);
	return out;
}

const char *format_mode(uint64_t mode, char out[FORMAT_SIZE])
{
	snprintf(out, FORMAT_SIZE, "%04" PRIo64, mode & 07777);
	return out;
}
