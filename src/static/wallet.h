/* SPDX-License-Identifier: MIT */
#pragma once
/* Addresses of cryptocurrencies, by their checksums where we can compute them. */
#include "base/span.h"

enum { WALLET_MIN = 26, WALLET_MAX = 95 };

/* "Bitcoin address" and the like; NULL when the word is none. */
const char *wallet_kind(struct span word);
