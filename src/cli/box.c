/* SPDX-License-Identifier: MIT */
/* habo box internet|capture: what the jail starts inside a box, with its descriptors in place. */
#include <fcntl.h>

#include "base/text.h"
#include "cli/verb.h"
#include "internet/box.h"
#include "internet/capture.h"
#include "vm/jail.h"

static int fd_if_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0 ? fd : -1;
}

static int internet_box(void)
{
	const struct internet_sockets sockets = {
		.tcp_listener = {fd_if_open(JAIL_FD_TCP), -1},
		.udp_dns = {fd_if_open(JAIL_FD_DNS), -1},
		.udp_any = {fd_if_open(JAIL_FD_UDP), -1},
		.raw4 = fd_if_open(JAIL_FD_RAW4),
		.raw6 = fd_if_open(JAIL_FD_RAW6),
		.log = JAIL_FD_OUTPUT,
		.stop = JAIL_FD_STOP,
	};
	const struct internet_options options = {.has_ipv6 = true};

	return internet_box_main(&sockets, &options);
}

int cli_box(int argc, char **argv)
{
	if (argc != 2)
		return cli_fail(error_new(ERROR_USAGE, "box is for the jail, not for users"));
	if (text_equal(argv[1], "internet"))
		return internet_box();
	if (text_equal(argv[1], "capture"))
		return capture_box_main(JAIL_FD_PACKET, JAIL_FD_OUTPUT, JAIL_FD_STOP);
	return cli_fail(error_new(ERROR_USAGE, "there is no box '%s'", argv[1]));
}
