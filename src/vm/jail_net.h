/* SPDX-License-Identifier: MIT */
#pragma once
/* The jail's network: made by its init, which still holds CAP_NET_ADMIN. Private to vm. */
#include "vm/jail.h"

/* Descriptors by enum jail_fd; those that were not made are -1. */
struct jail_sockets {
	int fds[JAIL_FD_END];
	uint16_t tcp_port, udp_port;
};

void jail_sockets_deinit(struct jail_sockets *sockets);
/* Brings lo and the tap up, and makes every address one of ours. */
MUST_USE struct error *jail_net_links(struct jail_sockets *sockets);
/* Opens the sockets named by the set of JAIL_SOCKET() bits. */
MUST_USE struct error *jail_net_sockets(unsigned wanted, struct jail_sockets *sockets);
/* Starts `nft` with the rules of the mode; it ends by itself. */
MUST_USE struct error *jail_net_rules(enum jail_network network, const struct jail_sockets *sockets,
				      pid_t *ret);
