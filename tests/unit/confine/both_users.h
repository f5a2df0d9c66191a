/* SPDX-License-Identifier: MIT */
#pragma once
/* Runs a group of tests as the user who started them and, when that is root, once more as nobody.
 */
#include <grp.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int both_users(int (*run)(void))
{
	int failed = run();

	if (geteuid() != 0)
		return failed;
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return 1;
	if (pid == 0) {
		if (setgroups(0, NULL) != 0 || setresgid(65534, 65534, 65534) != 0 ||
		    setresuid(65534, 65534, 65534) != 0)
			_exit(100);
		failed = run();
		fflush(NULL);
		_exit(failed ? 1 : 0);
	}
	int status;
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	return failed || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}
