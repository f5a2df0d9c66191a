/* SPDX-License-Identifier: MIT */
#pragma once
/* What functions and system calls let a program do, with ATT&CK techniques. */
#include <stddef.h>

struct capability {
	const char *id;
	const char *title;
	const char *attack;       /* NULL: none */
	const char *const *names; /* functions, any of which shows it; ends with NULL */
	const char *const *also;  /* NULL, or names of which one is needed as well */
};

extern const struct capability capabilities[];
extern const size_t capability_count;
