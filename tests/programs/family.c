/* SPDX-License-Identifier: MIT */
/* A daemon by double fork and setsid, a failed exec, a child that another kills. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/expect.h"

static void fail_to_exec(void)
{
	MUST(execl("/tmp/habo-no-such-program", "no", (char *)NULL) < 0 && errno == ENOENT);
	puts("expect exec_failed /tmp/habo-no-such-program 2");
}

static void kill_child(void)
{
	pid_t child = fork();

	MUST(child >= 0);
	if (child == 0) {
		pause();
		_exit(0);
	}
	MUST(kill(child, SIGTERM) == 0);
	MUST(waitpid(child, NULL, 0) == child);
	printf("expect signal_sent %d 15\n", (int)child);
}

static void make_daemon(void)
{
	pid_t child = fork();

	MUST(child >= 0);
	if (child > 0) {
		waitpid(child, NULL, 0);
		return;
	}
	setsid();
	child = fork();
	if (child > 0)
		_exit(0);
	usleep(300000);
	execl("/bin/sh", "sh", "-c", "exec sleep 0.2", (char *)NULL);
	_exit(1);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	fail_to_exec();
	kill_child();
	puts("expect exec /bin/sh");
	make_daemon();
	return 3;
}
