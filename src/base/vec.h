/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A growable array of any type: vec(struct process) processes = {0};
 *
 *	struct process *process = vec_push(&processes);     a zeroed new element
 *	vec_foreach(&processes, p) …                        p points at each
 *	vec_deinit(&processes);
 *
 * The caller caps the count where it comes from input. Pointers to elements last until a push.
 */
#include <string.h>

#include "base/alloc.h"

#define vec(type)                                                                                  \
	struct {                                                                                   \
		type *data;                                                                        \
		size_t count;                                                                      \
		size_t capacity;                                                                   \
	}

#define vec_reserve(v, wanted)                                                                     \
	((v)->data = (__typeof__((v)->data))vec_grow_((v)->data, &(v)->capacity, (wanted),         \
						      sizeof(*(v)->data)))
#define vec_push(v)                                                                                \
	(vec_reserve(v, (v)->count + 1), memset(&(v)->data[(v)->count], 0, sizeof(*(v)->data)),    \
	 &(v)->data[(v)->count++])
#define vec_add(v, value) (vec_reserve(v, (v)->count + 1), (v)->data[(v)->count++] = (value))
#define vec_foreach(v, item)                                                                       \
	for (__typeof__(*(v)->data) *item = (v)->data; item && item < (v)->data + (v)->count;      \
	     item++)
#define vec_clear(v) ((v)->count = 0)
#define vec_deinit(v) (free((v)->data), (v)->data = NULL, (v)->count = (v)->capacity = 0)

static inline void *vec_grow_(void *data, size_t *capacity, size_t wanted, size_t size)
{
	if (wanted <= *capacity)
		return data;
	size_t grown = max_of(wanted, *capacity + *capacity / 2 + 8);
	data = xrealloc_array(data, grown, size);
	*capacity = grown;
	return data;
}
