/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * An arena: many small allocations, freed together. What one file, image or report decodes to lives
 * in one arena. A ceiling turns endless growth from hostile input into NULL from arena_try().
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/span.h"

struct arena;

/* limit: most bytes the arena will hold in all; 0 for none. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena *arena);
DEFINE_CLEANUP(struct arena *, arena_free)
#define cleanup_arena guard(arena_free)

/* Zeroed memory, aligned for any type. Ends the process when memory or the limit is out. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
/* As arena_alloc for count × size; NULL when the limit would be passed or the product wraps. */
void *arena_try(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
/* Copies bytes and puts a NUL behind them. */
char *arena_strndup(struct arena *arena, const void *bytes, size_t size)
	__attribute__((returns_nonnull));
struct span arena_copy(struct arena *arena, struct span bytes);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3)
	__attribute__((returns_nonnull));
/* Bytes given out so far. */
size_t arena_used(const struct arena *arena);

#define arena_new_of(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
