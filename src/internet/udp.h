/* SPDX-License-Identifier: MIT */
#pragma once
/* The UDP side of the internet: what a datagram to some port is answered with. */
#include "internet/dns_server.h"

struct udp_request {
	uint16_t port; /* that the guest asked for */
	struct span payload;
};

/* Appends the answer's payload. The service's name, or NULL when there is no answer. *ret_dns is
 * filled when the name is "dns". */
const char *udp_answer(const struct dns_server *dns, const struct udp_request *request,
		       struct buffer *out, struct dns_answer *ret_dns);
