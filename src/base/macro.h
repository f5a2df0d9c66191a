/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Compiler attributes and scope guards that every folder uses.
 *
 * An owning local is declared with a guard and an empty value and leaves its function only through
 * steal():  cleanup_free char *name = NULL;  …  *ret = steal(&name);
 */
#include <stdlib.h>
#include <unistd.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define UNUSED __attribute__((unused))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Moves a pointer or descriptor out of its guarded variable. */
#define steal(pointer)                                                                             \
	({                                                                                         \
		__typeof__(pointer) steal_from_ = (pointer);                                       \
		__typeof__(*steal_from_) steal_value_ = *steal_from_;                              \
		*steal_from_ = (__typeof__(*steal_from_))STEAL_EMPTY(*steal_from_);                \
		steal_value_;                                                                      \
	})
#define STEAL_EMPTY(value) _Generic((value), int : -1, default : 0)

/* Defines cleanup_<name>-style guard functions: DEFINE_CLEANUP(struct vec *, vec_free) */
#define DEFINE_CLEANUP(type, function)                                                             \
	static inline void function##_cleanup(type *value)                                         \
	{                                                                                          \
		if (*value)                                                                        \
			function(*value);                                                          \
	}
#define guard(function) __attribute__((__cleanup__(function##_cleanup)))

static inline void free_cleanup_(void *pointer)
{
	free(*(void **)pointer);
}

static inline void close_cleanup_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define cleanup_free __attribute__((__cleanup__(free_cleanup_)))
#define cleanup_close __attribute__((__cleanup__(close_cleanup_)))

#define min_of(a, b)                                                                               \
	({                                                                                         \
		__typeof__(a) min_a_ = (a);                                                        \
		__typeof__(b) min_b_ = (b);                                                        \
		min_a_ < min_b_ ? min_a_ : min_b_;                                                 \
	})
#define max_of(a, b)                                                                               \
	({                                                                                         \
		__typeof__(a) max_a_ = (a);                                                        \
		__typeof__(b) max_b_ = (b);                                                        \
		max_a_ > max_b_ ? max_a_ : max_b_;                                                 \
	})
