/* SPDX-License-Identifier: MIT */
#pragma once
/* How a confined child ends when it ends by itself. ALLOC_EXIT_STATUS means that memory is out. */
enum {
	CONFINE_EXIT_OK = 0,
	CONFINE_EXIT_FAILED = 80,    /* the function gave an error: it is in the note */
	CONFINE_EXIT_SETUP = 81,     /* it could not be confined and ran nothing */
	CONFINE_EXIT_VIOLATION = 82, /* SIGSYS: the number is in the note */
	CONFINE_EXIT_ABORTED = 83,   /* abort(), whose signal to itself is not let through */
};
