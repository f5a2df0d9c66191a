/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The little of rtnetlink (rtnetlink(7)) that a jail needs: it sets up `lo` and a tap and reads back
 * what is there. Faster than starting `ip` six times, and the reading half needs no program that
 * could be missing.
 */
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/span.h"

/* A NETLINK_ROUTE socket in the calling process's network namespace. */
MUST_USE struct error *netlink_open(int *ret_fd);

MUST_USE struct error *netlink_link_up(int fd, int link);
/* family: AF_INET with 4 bytes or AF_INET6 with 16; IPv6 addresses are usable at once (no DAD). */
MUST_USE struct error *netlink_address_add(int fd, int link, int family, const void *address,
					   unsigned prefix);
/* Every address is one of ours, but for those with a route of their own. In the table that is asked first,
 * and for the source of answers, too: so the kernel answers for all of them. */
MUST_USE struct error *netlink_route_local(int fd, int family, int lo);
/* In the same table: this address or net is behind `link`. */
MUST_USE struct error *netlink_route_link(int fd, int family, int link, const void *address,
					  unsigned prefix);

/* Calls `each` with the family-specific header and attributes of every object that is there.
 * type: RTM_GETLINK, RTM_GETROUTE, RTM_GETRULE or RTM_GETADDR. */
typedef struct error *netlink_each(void *context, uint16_t type, struct span body);
MUST_USE struct error *netlink_dump(int fd, uint16_t type, int family, netlink_each *each,
				    void *context);
/* The attribute's bytes inside a body whose fixed header is `header` long; empty when missing. */
struct span netlink_attribute(struct span body, size_t header, uint16_t type);
