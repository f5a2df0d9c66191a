/* SPDX-License-Identifier: MIT */
/*
 * flood N: a child makes N pairs of alternating calls, which no run-length folds, while the parent
 * makes N / 1000 files. The record's counts must say exactly as much, lost or not.
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/expect.h"

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 100000;

	pid_t child = fork();
	MUST(child >= 0);
	if (child == 0) {
		for (long i = 0; i < count; i++) {
			syscall(SYS_getppid);
			syscall(SYS_getuid);
		}
		_exit(0);
	}
	for (long i = 0; i < count / 1000; i++) {
		char path[64];
		snprintf(path, sizeof(path), "/tmp/habo-flood-%ld", i);
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		MUST(fd >= 0);
		close(fd);
		MUST(unlink(path) == 0);
	}
	waitpid(child, NULL, 0);
	printf("expect flood %ld %ld\n", 2 * count, count / 1000);
	return 0;
}
