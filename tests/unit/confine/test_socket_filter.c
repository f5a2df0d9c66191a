/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "confine/confine.h"

/* Puts the program on this process, as bubblewrap does. */
static bool load(int fd)
{
	cleanup_free char *code = NULL;
	size_t size;
	struct error *err = file_read_fd(fd, "filter", 1 << 20, &code, &size);
	if (err) {
		error_free(err);
		return false;
	}
	struct sock_fprog program = {.len = (unsigned short)(size / sizeof(struct sock_filter)),
				     .filter = (struct sock_filter *)(void *)code};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool is_refused(int family)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 && errno == EAFNOSUPPORT;
}

static void only_unix_sockets_can_be_made(void **state UNUSED)
{
	cleanup_close int fd = -1;
	int status;

	assert_null(confine_make_socket_filter(&fd));
	pid_t pid = fork();
	if (pid == 0) {
		if (!load(fd))
			_exit(2);
		bool is_right = is_refused(AF_INET) && is_refused(AF_INET6) &&
				is_refused(AF_VSOCK) && is_refused(AF_NETLINK) &&
				socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
		_exit(is_right ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_unix_sockets_can_be_made),
	};
	return cmocka_run_group_tests_name("confine/socket_filter", tests, NULL, NULL);
}
