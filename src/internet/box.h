/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The internet box: one process and one epoll loop that is every host of the internet towards the
 * guest. It has no capability and opens no socket: the jail opens them while it still may, and steers
 * packets to them with TPROXY:
 *
 *	tcp_listener  listening, IP_TRANSPARENT: every port of every address. getsockname() of a
 *	              connection gives the address that the guest asked for.
 *	udp_dns       IP_TRANSPARENT with IP_RECVORIGDSTADDR (and IPV6_RECVORIGDSTADDR): port 53
 *	udp_any       the same for all other ports
 *	raw4, raw6    SOCK_RAW, IPPROTO_RAW (IP_HDRINCL): UDP answers from whatever address was asked
 *	log           pipe or file: one JSON object a line (internet/log.h). When a pipe's reader is
 *	              gone, the box ends.
 *	stop          at its end of file the box closes all, writes its summary and ends
 *
 * A pair is one socket per family, or one AF_INET6 socket for both and -1; -1 anywhere: not there,
 * and that part of the internet stays silent. Network modes are the jail's rules: for `refuse` it
 * gives no tcp_listener, so that the kernel resets.
 */
#include "base/error.h"
#include "packet/address.h"

struct internet_sockets {
	int tcp_listener[2];
	int udp_dns[2];
	int udp_any[2];
	int raw4;
	int raw6;
	int log;
	int stop;
};

struct internet_options {
	const char *const *missing_names; /* these names, and those below, do not exist */
	size_t missing_count;
	bool has_ipv6; /* the guest has an IPv6 route: AAAA is answered */
	/* Told to a guest that asks for its own address; family 0: 192.0.2.77. */
	struct ip_address public_address;
};

/* Serves until `stop`, SIGTERM, SIGINT or the log's reader is gone. This process must have no capability
 * (ERROR_UNSAFE); once everything is set up it gives up what else it could do (confine's box filter). */
MUST_USE struct error *internet_run(const struct internet_sockets *sockets,
				    const struct internet_options *options);
/* The same as a process: its exit status. Says what is wrong on stderr. */
int internet_box_main(const struct internet_sockets *sockets,
		      const struct internet_options *options);
