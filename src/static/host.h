/* SPDX-License-Identifier: MIT */
#pragma once
/* Host names and addresses in text. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { HOST_NAME_MAX_SIZE = 253 };

/* How sure one has to be that dotted words are a host name. */
enum host_context {
	HOST_BARE,  /* words in text: file names and identifiers look like it */
	HOST_NAMED, /* behind "://" or "@" */
};

/* name: without port. Writes it in lower case with a NUL. */
bool host_is_domain(struct span name, enum host_context context, char out[HOST_NAME_MAX_SIZE + 1]);
/* A domain of standards, compilers and libraries, as gnu.org; lower case. */
bool host_is_common(const char *domain);
/* A whole dotted quad without leading zeros. */
bool host_is_ipv4(struct span text, uint8_t ret[4]);
/* What the address is for ("private address"…), or NULL for an ordinary one. */
const char *ipv4_note(const uint8_t address[4]);
/* True for the loopback, "any", netmasks, and quads that are rather versions or OIDs. */
bool ipv4_is_common(const uint8_t address[4]);
bool tld_is_known(const char *lower);
