/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct error {
	enum error_code code;
	int errnum;
	char *message;
};

static struct error *error_make(enum error_code code, int errnum, char *message)
{
	struct error *err = xcalloc(1, sizeof(*err));

	err->code = code;
	err->errnum = errnum;
	err->message = message;
	return err;
}

struct error *error_new(enum error_code code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *message = xvasprintf(format, args);
	va_end(args);
	return error_make(code, 0, message);
}

static enum error_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ESRCH:
		return ERROR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERROR_PERMISSION;
	case ETIMEDOUT:
		return ERROR_TIMEOUT;
	case ENOSYS:
	case EOPNOTSUPP:
		return ERROR_UNSUPPORTED;
	case EFBIG:
	case E2BIG:
		return ERROR_LIMIT;
	default:
		return ERROR_FAILED;
	}
}

struct error *error_os(int errnum, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	cleanup_free char *what = xvasprintf(format, args);
	va_end(args);
	return error_make(code_of_errno(errnum), errnum,
			  xasprintf("%s: %s", what, strerror(errnum)));
}

struct error *error_wrap(struct error *err, const char *format, ...)
{
	if (!err)
		return NULL;
	va_list args;
	va_start(args, format);
	cleanup_free char *what = xvasprintf(format, args);
	va_end(args);
	char *message = xasprintf("%s: %s", what, err->message);
	free(err->message);
	err->message = message;
	return err;
}

void error_free(struct error *err)
{
	if (!err)
		return;
	free(err->message);
	free(err);
}

enum error_code error_code(const struct error *err)
{
	return err->code;
}

int error_errnum(const struct error *err)
{
	return err->errnum;
}

const char *error_message(const struct error *err)
{
	return err->message;
}

const char *error_code_name(enum error_code code)
{
	static const char *const names[] = {
		[ERROR_FAILED] = "failed",       [ERROR_USAGE] = "usage",
		[ERROR_NOT_FOUND] = "not_found", [ERROR_LIMIT] = "limit",
		[ERROR_FORMAT] = "format",       [ERROR_PERMISSION] = "permission",
		[ERROR_TIMEOUT] = "timeout",     [ERROR_UNSUPPORTED] = "unsupported",
		[ERROR_UNSAFE] = "unsafe",
	};
	return names[code];
}
