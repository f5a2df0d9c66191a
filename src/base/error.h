/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * An error is an object that must be consumed: returned to the caller, wrapped with what the caller
 * knew, or freed. NULL means done. Errors are for our own failures; what is wrong with a sample is
 * data (an anomaly) and never an error.
 *
 *	err = file_read(path, limit, &bytes);
 *	if (err)
 *		return error_wrap(err, "load the template");
 *
 * reads  load the template: open '/var/lib/habo/x': No such file or directory
 */
#include <stdarg.h>

#include "base/macro.h"

enum error_code {
	ERROR_FAILED,      /* an operation did not work */
	ERROR_USAGE,       /* the user's words are off */
	ERROR_NOT_FOUND,   /* a named thing is not there */
	ERROR_LIMIT,       /* a size from input is over its ceiling */
	ERROR_FORMAT,      /* bytes that a peer of ours wrote are not what was agreed */
	ERROR_PERMISSION,  /* this user may not */
	ERROR_TIMEOUT,     /* a deadline passed */
	ERROR_UNSUPPORTED, /* this machine or this build cannot */
	ERROR_UNSAFE,      /* going on would break a safety rule */
};

struct error;

/* Makes an error with a message. Out of memory ends the process: each analysis is its own. */
MUST_USE struct error *error_new(enum error_code code, const char *format, ...) PRINTF_LIKE(2, 3);
/* As error_new, with strerror(errnum) behind the message and a code that fits errnum. */
MUST_USE struct error *error_os(int errnum, const char *format, ...) PRINTF_LIKE(2, 3);
/* Puts "message: " before err's message. Takes err, returns it; NULL stays NULL. */
MUST_USE struct error *error_wrap(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);
void error_free(struct error *err);
DEFINE_CLEANUP(struct error *, error_free)
#define cleanup_error guard(error_free)

enum error_code error_code(const struct error *err);
/* The errno that error_os() was given, else 0. */
int error_errnum(const struct error *err);
/* The whole message, without a line feed. Valid as long as err. It may hold bytes of hostile
 * origin: print it through term_text(). */
const char *error_message(const struct error *err) __asm__(
	"habo_error_message"); /* libcom_err, under libext2fs, has an error_message() too */
/* "failed", "usage"…: the code's name in JSON. */
const char *error_code_name(enum error_code code);
