/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "unit/cmocka.h"

static void memory_is_zeroed_aligned_and_apart(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	unsigned char *blocks[64];

	for (size_t i = 0; i < 64; i++) {
		blocks[i] = arena_alloc(arena, i + 1);
		assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
		for (size_t k = 0; k <= i; k++)
			assert_int_equal(blocks[i][k], 0);
		memset(blocks[i], (int)i, i + 1);
	}
	for (size_t i = 0; i < 64; i++)
		for (size_t k = 0; k <= i; k++)
			assert_int_equal(blocks[i][k], i);
}

static void a_large_block_leaves_the_room_of_the_chunk_before_it(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	char *first = arena_alloc(arena, 16);
	char *large = arena_alloc(arena, 1 << 20);
	char *second = arena_alloc(arena, 16);

	memset(large, 'x', 1 << 20);
	assert_ptr_equal(second, first + 16);
	assert_int_equal(*second, 0);
}

static void the_limit_holds_for_the_sum(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(1000);

	assert_non_null(arena_try(arena, 10, 50));
	assert_null(arena_try(arena, 1, 600));
	assert_non_null(arena_try(arena, 1, 400));
	assert_null(arena_try(arena, 2, SIZE_MAX / 2 + 2));
	assert_null(arena_try(arena, 1, SIZE_MAX));
	assert_true(arena_used(arena) <= 1000);
}

static void texts_and_bytes_are_copied(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	char text[] = "text";
	char *copy = arena_strdup(arena, text);
	struct span bytes = arena_copy(arena, span_of("a\0b", 3));

	text[0] = 'X';
	assert_string_equal(copy, "text");
	assert_string_equal(arena_strndup(arena, "text", 2), "te");
	assert_string_equal(arena_printf(arena, "%d%%", 50), "50%");
	assert_int_equal(bytes.size, 3);
	assert_memory_equal(bytes.data, "a\0b", 3);
	assert_non_null(arena_copy(arena, span_empty()).data);
}

static void free_takes_null(void **state UNUSED)
{
	arena_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(a_large_block_leaves_the_room_of_the_chunk_before_it),
		cmocka_unit_test(the_limit_holds_for_the_sum),
		cmocka_unit_test(texts_and_bytes_are_copied),
		cmocka_unit_test(free_takes_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
