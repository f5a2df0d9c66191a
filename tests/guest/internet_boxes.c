/* SPDX-License-Identifier: MIT */
/*
 * internet_boxes PCAPNG LOG INTERFACE: opens the sockets as the jail does, gives up every capability and runs
 * the internet box and the capture box as two processes until SIGTERM. Prints "ready" when both serve.
 * The ports are those of tests/guest/internet.sh.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file.h"
#include "internet/box.h"
#include "internet/capture.h"

enum { TCP_PORT = 9001, DNS_PORT = 53, UDP_PORT = 9003 };

static void check(bool is_done, const char *what)
{
	if (is_done)
		return;
	perror(what);
	exit(1);
}

static void switch_on(int fd, int level, int option)
{
	int on = 1;

	check(setsockopt(fd, level, option, &on, sizeof(on)) == 0, "setsockopt");
}

/* Dual-stack, as the jail makes them. */
static int open_transparent(int type, uint16_t port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0), off = 0;

	check(fd >= 0, "socket");
	check(setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0, "IPV6_V6ONLY");
	switch_on(fd, SOL_IP, IP_TRANSPARENT);
	switch_on(fd, SOL_IPV6, IPV6_TRANSPARENT);
	if (type == SOCK_DGRAM) {
		switch_on(fd, SOL_IP, IP_RECVORIGDSTADDR);
		switch_on(fd, SOL_IPV6, IPV6_RECVORIGDSTADDR);
	}
	check(bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0, "bind");
	check(type == SOCK_DGRAM || listen(fd, 1024) == 0, "listen");
	return fd;
}

static int open_packets(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ALL),
				      .sll_ifindex = (int)if_nametoindex(interface)};

	check(fd >= 0 && address.sll_ifindex, "packet socket");
	check(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "bind packets");
	return fd;
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	check(syscall(SYS_capset, &header, none) == 0, "capset");
}

static pid_t start(int (*run)(void *context), void *context, int stop_writer)
{
	pid_t pid = fork();

	check(pid >= 0, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(stop_writer);
		_exit(run(context));
	}
	return pid;
}

static int run_internet(void *context)
{
	static const char *const missing[] = {"missing.example"};
	const struct internet_options options = {
		.missing_names = missing, .missing_count = 1, .has_ipv6 = true};

	return internet_box_main(context, &options);
}

static int run_capture(void *context)
{
	const int *fds = context;

	return capture_box_main(fds[0], fds[1], fds[2]);
}

static int wait_for(pid_t pid)
{
	int status;

	check(waitpid(pid, &status, 0) == pid, "waitpid");
	return status;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	int capture_fds[3] = {open_packets(argv[3]),
			      open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
	struct internet_sockets sockets = {
		.tcp_listener = {open_transparent(SOCK_STREAM, TCP_PORT), -1},
		.udp_dns = {open_transparent(SOCK_DGRAM, DNS_PORT), -1},
		.udp_any = {open_transparent(SOCK_DGRAM, UDP_PORT), -1},
		.raw4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW),
		.raw6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW),
	};
	int log_pipe[2], stop_pipe[2];
	sigset_t signals;
	int signal_number;

	check(capture_fds[1] >= 0, argv[1]);
	check(sockets.raw4 >= 0 && sockets.raw6 >= 0, "raw socket");
	check(pipe2(log_pipe, O_CLOEXEC) == 0, "pipe");
	check(pipe2(stop_pipe, O_CLOEXEC) == 0, "pipe");
	sockets.log = log_pipe[1];
	sockets.stop = capture_fds[2] = stop_pipe[0];
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	drop_capabilities();
	pid_t capture = start(run_capture, capture_fds, stop_pipe[1]);
	pid_t internet = start(run_internet, &sockets, stop_pipe[1]);
	close(log_pipe[1]);
	cleanup_close int log_fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	check(log_fd >= 0, argv[2]);
	pid_t copier = fork();
	if (copier == 0) {
		close(stop_pipe[1]);
		struct error *err = file_copy_fd(log_pipe[0], log_fd, NULL);
		_exit(err ? 1 : 0);
	}
	printf("ready %d %d\n", internet, capture);
	fflush(stdout);
	sigwait(&signals, &signal_number);
	close(stop_pipe[1]);
	int internet_status = wait_for(internet), capture_status = wait_for(capture), status;
	check(waitpid(copier, &status, 0) == copier, "waitpid");
	return internet_status || capture_status ? 1 : 0;
}
