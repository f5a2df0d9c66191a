/* SPDX-License-Identifier: MIT */
/*
 * The check that keeps a run from starting when there is a way out, in network namespaces of our own.
 * Each case is a child that leaves root, where root starts the tests, makes user and network
 * namespaces, adds something by ip(8), and says whether the check refuses.
 */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "vm/jail_net.h"
#include "vm/netcheck.h"

enum { CASE_PASSES = 0, CASE_REFUSES = 1, CASE_BROKEN = 2, CASE_NO_NAMESPACE = 77 };

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

static bool enter(void)
{
	if (geteuid() == 0 &&
	    (setgid(65534) != 0 || setuid(65534) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0))
		return false;
	cleanup_free char *uid_map = xasprintf("0 %d 1", (int)geteuid());
	cleanup_free char *gid_map = xasprintf("0 %d 1", (int)getegid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 &&
	       write_text("/proc/self/setgroups", "deny") &&
	       write_text("/proc/self/uid_map", uid_map) &&
	       write_text("/proc/self/gid_map", gid_map);
}

static int run_case(bool with_jail, const char *const *ip, bool expects_tap)
{
	struct jail_sockets sockets;

	memset(sockets.fds, 0xff, sizeof(sockets.fds));
	if (!enter())
		return CASE_NO_NAMESPACE;
	struct error *err = with_jail ? jail_net_links(&sockets) : NULL;
	for (; !err && ip && *ip; ip++) {
		const char *words[16] = {"ip"};
		cleanup_free char *line = xstrdup(*ip);
		size_t count = 1;
		for (char *word, *rest = line; (word = strsep(&rest, " ")) && count < 15;)
			words[count++] = word;
		err = subprocess_run(words, 4096, NULL);
	}
	if (err) {
		fprintf(stderr, "%s\n", error_message(err));
		return CASE_BROKEN;
	}
	err = netcheck_no_uplink(expects_tap ? JAIL_TAP : NULL);
	if (!err)
		return CASE_PASSES;
	return error_code(err) == ERROR_UNSAFE ? CASE_REFUSES : CASE_BROKEN;
}

static int outcome(bool with_jail, const char *const *ip, bool expects_tap)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run_case(with_jail, ip, expects_tap));
	assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (WEXITSTATUS(status) == CASE_NO_NAMESPACE)
		skip();
	return WEXITSTATUS(status);
}

static bool has_tun(void)
{
	struct stat facts;

	return stat("/dev/net/tun", &facts) == 0 && (facts.st_mode & 0006) == 0006;
}

static void an_empty_namespace_passes(void **state)
{
	(void)state;
	assert_int_equal(outcome(false, NULL, false), CASE_PASSES);
}

static void a_jail_passes(void **state)
{
	(void)state;
	if (!has_tun())
		skip();
	assert_int_equal(outcome(true, NULL, true), CASE_PASSES);
}

static void a_jail_without_its_tap_is_refused(void **state)
{
	(void)state;
	assert_int_equal(outcome(false, NULL, true), CASE_REFUSES);
}

static void an_uplink_is_refused(void **state)
{
	static const char *const uplinks[][3] = {
		{"link add up0 type veth peer name up1", NULL},
		{"link add up0 type dummy", "link set up0 up", NULL},
		{"link add up0 type bridge", NULL},
		{"tuntap add up0 mode tap", NULL},
		{"tuntap add up0 mode tun", "link set up0 up", NULL},
	};
	int refused = 0;

	(void)state;
	if (!has_tun())
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(uplinks); i++) {
		int result = outcome(true, uplinks[i], true);
		/* Kernels without one kind of device have another; a tap always. */
		assert_int_not_equal(result, CASE_PASSES);
		refused += result == CASE_REFUSES;
	}
	assert_true(refused >= 2);
}

static void a_route_over_a_gateway_is_refused(void **state)
{
	static const char *const over4[] = {"route add default via 10.0.0.2 dev tap0", NULL};
	static const char *const over6[] = {"-6 route add default via fe80::2 dev tap0", NULL};
	static const char *const in_table[] = {"route add default via 10.0.0.2 dev tap0 table 200",
					       NULL};

	(void)state;
	if (!has_tun())
		skip();
	assert_int_equal(outcome(true, over4, true), CASE_REFUSES);
	assert_int_equal(outcome(true, over6, true), CASE_REFUSES);
	assert_int_equal(outcome(true, in_table, true), CASE_REFUSES);
}

static void a_rule_that_is_no_look_up_is_refused(void **state)
{
	static const char *const jump[] = {"rule add pref 500 goto 32766", NULL};

	(void)state;
	if (!has_tun())
		skip();
	assert_int_equal(outcome(true, jump, true), CASE_REFUSES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_namespace_passes),
		cmocka_unit_test(a_jail_passes),
		cmocka_unit_test(a_jail_without_its_tap_is_refused),
		cmocka_unit_test(an_uplink_is_refused),
		cmocka_unit_test(a_route_over_a_gateway_is_refused),
		cmocka_unit_test(a_rule_that_is_no_look_up_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
