/* SPDX-License-Identifier: MIT */
#pragma once
/* What the programs share: they print what they expect, and end when something does not work. */
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when a call that must work does not. */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			perror(#condition);                                                        \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)
