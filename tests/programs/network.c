/* SPDX-License-Identifier: MIT */
/* Sockets of each kind; nothing needs to answer. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "programs/expect.h"

static struct sockaddr_in address_of(const char *text, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	MUST(inet_pton(AF_INET, text, &address.sin_addr) == 1);
	return address;
}

static void connect_tcp(void)
{
	struct sockaddr_in to = address_of("192.0.2.10", 8080);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	MUST(fd >= 0);
	(void)!connect(fd, (struct sockaddr *)&to, sizeof(to));
	puts("expect connect 192.0.2.10:8080");
	close(fd);
}

static void send_udp(void)
{
	struct sockaddr_in to = address_of("198.51.100.7", 5353);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	MUST(fd >= 0);
	for (int i = 0; i < 5; i++)
		(void)!sendto(fd, "datagram", 8, 0, (struct sockaddr *)&to, sizeof(to));
	puts("expect send 198.51.100.7:5353");
	close(fd);
}

static void serve(void)
{
	struct sockaddr_in here = address_of("127.0.0.1", 45454);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	MUST(fd >= 0);
	MUST(bind(fd, (struct sockaddr *)&here, sizeof(here)) == 0);
	puts("expect bind 127.0.0.1:45454");
	MUST(listen(fd, 7) == 0);
	puts("expect listen 127.0.0.1:45454");
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(client >= 0 && connect(client, (struct sockaddr *)&here, sizeof(here)) == 0);
	puts("expect connect 127.0.0.1:45454");
	int served = accept(fd, NULL, NULL);
	MUST(served >= 0);
	puts("expect accept 127.0.0.1:45454");
	close(served);
	close(client);
	close(fd);
}

static void connect_six(void)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(443)};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	MUST(inet_pton(AF_INET6, "2001:db8::1", &to.sin6_addr) == 1);
	(void)!connect(fd, (struct sockaddr *)&to, sizeof(to));
	puts("expect connect [2001:db8::1]:443");
	close(fd);
}

static void connect_local(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/tmp/habo-no-such-socket"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	MUST(fd >= 0);
	MUST(connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0);
	puts("expect connect unix:/tmp/habo-no-such-socket");
	close(fd);
}

int main(void)
{
	connect_tcp();
	send_udp();
	serve();
	connect_six();
	connect_local();
	return 0;
}
