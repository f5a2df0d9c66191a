/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { ARENA_CHUNK = 64 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct arena_chunk *head;
	size_t limit;
	size_t used;
};

struct arena *arena_new(size_t limit)
{
	struct arena *arena = xcalloc(1, sizeof(*arena));

	arena->limit = limit;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct arena_chunk *chunk = arena->head, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

void *arena_try(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (arena->limit && (bytes > arena->limit || arena->used > arena->limit - bytes))
		return NULL;
	struct arena_chunk *chunk = arena->head;
	if (!chunk || chunk->size - chunk->used < bytes) {
		size_t room = max_of(bytes, (size_t)ARENA_CHUNK);
		chunk = xcalloc(1, sizeof(*chunk) + room);
		chunk->size = room;
		/* A large block goes behind the head so that the head's room is not lost. */
		if (arena->head && bytes > ARENA_CHUNK / 2) {
			chunk->next = arena->head->next;
			arena->head->next = chunk;
		} else {
			chunk->next = arena->head;
			arena->head = chunk;
		}
	}
	void *memory = chunk->data + chunk->used;
	chunk->used += bytes;
	arena->used += bytes;
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *memory = arena_try(arena, 1, size);

	if (!memory)
		alloc_fail();
	return memory;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const void *bytes, size_t size)
{
	char *copy = arena_alloc(arena, size + 1);

	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

struct span arena_copy(struct arena *arena, struct span bytes)
{
	return span_of(arena_strndup(arena, bytes.data, bytes.size), bytes.size);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	return arena_strdup(arena, text);
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
