/* SPDX-License-Identifier: MIT */
#include "vm/process_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

uint64_t process_time_ms(pid_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%d/stat", pid);
	cleanup_free char *text = NULL;
	uint64_t user = 0, system = 0;
	size_t size;

	struct error *err = file_read(path, 4096, &text, &size);
	if (err) {
		error_free(err);
		return 0;
	}
	/* Fields 14 and 15, counted behind the name in parentheses (proc(5)). */
	const char *rest = strrchr(text, ')');
	if (!rest ||
	    sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
		   &user, &system) != 2)
		return 0;
	return (user + system) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}
