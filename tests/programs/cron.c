/* SPDX-License-Identifier: MIT */
/*
 * Plants a script and a cron line that runs it, and ends. What cron then runs belongs to it; the
 * script takes the cron line away, so that nothing is due any more.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "programs/expect.h"

static void write_file(const char *path, const char *text, unsigned mode)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);

	MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

int main(void)
{
	write_file("/tmp/habo-planted",
		   "#!/bin/sh\necho done > /tmp/habo-made-by-cron\n"
		   "rm /etc/cron.d/habo-planted\n",
		   0755);
	write_file("/etc/cron.d/habo-planted", "* * * * * root /tmp/habo-planted\n", 0644);
	puts("expect mark 2");
	puts("expect exec /tmp/habo-planted");
	puts("expect file_create /tmp/habo-made-by-cron");
	puts("expect file_delete /etc/cron.d/habo-planted");
	return 0;
}
