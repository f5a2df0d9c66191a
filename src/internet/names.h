/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Which address a domain name has in the simulated internet. A name keeps its address for the whole
 * run, and as long as it is free also between runs: the place comes from a hash of the name. No two
 * names share an address, so that a packet's address tells the name that was asked for.
 *
 * Pools: 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737); when those are nearly full (a domain
 * generator), 198.18.0.0/15 (RFC 2544). AAAA: 2001:db8:0:1::/64 with the IPv4 address at its end.
 */
#include "packet/address.h"

enum { NAMES_MAX = 65536 };

struct names;

struct names *names_new(void);
void names_free(struct names *names);
DEFINE_CLEANUP(struct names *, names_free)
#define cleanup_names guard(names_free)

/* Case does not matter. Beyond NAMES_MAX names, addresses are shared and names_find() does not know
 * them. */
struct ip_address names_address(struct names *names, const char *name);
struct ip_address names_address_v6(struct names *names, const char *name);
/* The name that was given this address, in lower case, or NULL. */
const char *names_find(const struct names *names, const struct ip_address *address);
uint64_t names_count(const struct names *names);
/* Names that had to share an address. */
uint64_t names_shared_count(const struct names *names);
