/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Allocation for our own bookkeeping: never fails; when memory is out the process says so and ends
 * with ALLOC_EXIT_STATUS, by which a parent tells it from a crash. A size that comes from input is
 * checked against a ceiling by the caller first.
 */
#include <stdarg.h>
#include <stddef.h>

#include "base/macro.h"

enum { ALLOC_EXIT_STATUS = 90 };

/* Ends the process: memory, or a ceiling that stands for it, is out. */
_Noreturn void alloc_fail(void);
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc_array(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *text, size_t size) __attribute__((malloc, returns_nonnull));
void *xmemdup(const void *bytes, size_t size) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((returns_nonnull));
char *xvasprintf(const char *format, va_list args) PRINTF_LIKE(1, 0)
	__attribute__((returns_nonnull));
