/* SPDX-License-Identifier: MIT */
/* Copies itself into a memfd and executes that; the copy says so and sleeps, still open. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "programs/expect.h"

int main(int argc, char **argv)
{
	char bytes[4096];
	char *again[] = {argv[0], "again", NULL};
	ssize_t size;

	if (argc > 1) {
		puts("expect exec memfd:payload");
		fflush(stdout);
		sleep(1000);
		return 0;
	}
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = memfd_create("payload", MFD_CLOEXEC);
	MUST(from >= 0 && to >= 0);
	while ((size = read(from, bytes, sizeof(bytes))) > 0)
		MUST(write(to, bytes, (size_t)size) == size);
	fexecve(to, again, environ);
	perror("fexecve");
	return 1;
}
