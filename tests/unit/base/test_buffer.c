/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <string.h>

#include "unit/cmocka.h"

static void an_empty_buffer_reads_as_empty_text(void **state UNUSED)
{
	struct buffer buffer = {0};

	assert_string_equal(buffer_text(&buffer), "");
	assert_int_equal(buffer_span(&buffer).size, 0);
	assert_non_null(buffer_span(&buffer).data);
	cleanup_free char *stolen = buffer_steal(&buffer);
	assert_string_equal(stolen, "");
}

static void what_is_appended_stands_in_order_and_ends_with_nul(void **state UNUSED)
{
	cleanup_buffer struct buffer buffer = {0};

	buffer_append_text(&buffer, "ab");
	buffer_append_char(&buffer, 'c');
	buffer_printf(&buffer, "%03d", 7);
	buffer_append(&buffer, "\0x", 2);
	assert_int_equal(buffer.size, 8);
	assert_memory_equal(buffer.data, "abc007\0x", 9);
}

static void numbers_are_little_endian(void **state UNUSED)
{
	static const uint8_t expected[] = {1,    3,    2,    7,    6,    5,    4,
					   0x0f, 0x0e, 0x0d, 0x0c, 0x0b, 0x0a, 0x09,
					   0x08, 0xe5, 0x8e, 0x26, 0x7f};
	cleanup_buffer struct buffer buffer = {0};

	buffer_append_u8(&buffer, 1);
	buffer_append_u16(&buffer, 0x0203);
	buffer_append_u32(&buffer, 0x04050607);
	buffer_append_u64(&buffer, 0x08090a0b0c0d0e0f);
	buffer_append_uleb128(&buffer, 624485);
	buffer_append_uleb128(&buffer, 127);
	assert_int_equal(buffer.size, sizeof(expected));
	assert_memory_equal(buffer.data, expected, sizeof(expected));
}

static void leb128_of_every_width_reads_back(void **state UNUSED)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		cleanup_buffer struct buffer buffer = {0};
		uint64_t value = (1ULL << bit) | 1;
		buffer_append_uleb128(&buffer, value);
		struct reader reader = reader_of(buffer_span(&buffer), BYTE_ORDER_LITTLE);
		assert_int_equal(reader_uleb128(&reader), value);
		assert_int_equal(reader_left(&reader), 0);
		assert_true(reader_ok(&reader));
	}
}

static void what_would_pass_the_limit_is_dropped_and_said(void **state UNUSED)
{
	cleanup_buffer struct buffer buffer = {.limit = 4};

	buffer_append_text(&buffer, "abcd");
	assert_false(buffer.overflow);
	buffer_append_char(&buffer, 'e');
	assert_true(buffer.overflow);
	assert_string_equal(buffer_text(&buffer), "abcd");
	buffer_clear(&buffer);
	assert_false(buffer.overflow);
	buffer_append_text(&buffer, "abcde");
	assert_true(buffer.overflow);
	assert_string_equal(buffer_text(&buffer), "");
}

static void consuming_takes_from_the_front(void **state UNUSED)
{
	cleanup_buffer struct buffer buffer = {0};

	buffer_append_text(&buffer, "abcdef");
	buffer_consume(&buffer, 2);
	assert_string_equal(buffer_text(&buffer), "cdef");
	buffer_consume(&buffer, 100);
	assert_string_equal(buffer_text(&buffer), "");
	buffer_consume(&buffer, 1);
}

static void stealing_leaves_an_empty_buffer_with_its_limit(void **state UNUSED)
{
	cleanup_buffer struct buffer buffer = {.limit = 8};

	buffer_append_text(&buffer, "text");
	cleanup_free char *text = buffer_steal(&buffer);
	assert_string_equal(text, "text");
	assert_int_equal(buffer.size, 0);
	assert_int_equal(buffer.limit, 8);
	buffer_append_text(&buffer, "again");
	assert_string_equal(buffer_text(&buffer), "again");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_reads_as_empty_text),
		cmocka_unit_test(what_is_appended_stands_in_order_and_ends_with_nul),
		cmocka_unit_test(numbers_are_little_endian),
		cmocka_unit_test(leb128_of_every_width_reads_back),
		cmocka_unit_test(what_would_pass_the_limit_is_dropped_and_said),
		cmocka_unit_test(consuming_takes_from_the_front),
		cmocka_unit_test(stealing_leaves_an_empty_buffer_with_its_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
