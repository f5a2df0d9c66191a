/* SPDX-License-Identifier: MIT */
#include "base/span.h"

#include <string.h>

#include "base/macro.h"
#include "unit/cmocka.h"
#include "unit/guard.h"

static void an_empty_span_is_never_null(void **state UNUSED)
{
	assert_non_null(span_empty().data);
	assert_non_null(span_of(NULL, 0).data);
	assert_int_equal(span_of(NULL, 7).size, 0);
	assert_non_null(span_clip(span_text("abc"), 9, 1).data);
}

static void a_slice_lies_wholly_inside(void **state UNUSED)
{
	static const struct {
		uint64_t offset, size;
		bool fits;
	} rows[] = {
		{0, 4, true},           {4, 0, true},           {1, 3, true},
		{0, 5, false},          {5, 0, false},          {4, 1, false},
		{UINT64_MAX, 1, false}, {1, UINT64_MAX, false}, {2, UINT64_MAX - 1, false},
	};
	struct span span = span_text("abcd"), slice;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		slice = span_empty();
		assert_int_equal(span_slice(span, rows[i].offset, rows[i].size, &slice),
				 rows[i].fits);
		assert_int_equal(slice.size, rows[i].fits ? rows[i].size : 0);
	}
}

static void clipping_gives_what_is_there(void **state UNUSED)
{
	struct span span = span_text("abcd");

	assert_true(span_equal_text(span_clip(span, 1, 2), "bc"));
	assert_true(span_equal_text(span_clip(span, 2, UINT64_MAX), "cd"));
	assert_int_equal(span_clip(span, 4, 1).size, 0);
	assert_int_equal(span_clip(span, UINT64_MAX, UINT64_MAX).size, 0);
}

static void a_string_ends_at_its_nul_or_is_none(void **state UNUSED)
{
	cleanup_guard struct guarded bytes = guard_copy("ab\0cd", 5);
	struct span text;

	assert_true(span_string(guard_span(&bytes), 0, &text));
	assert_true(span_equal_text(text, "ab"));
	assert_true(span_string(guard_span(&bytes), 2, &text));
	assert_int_equal(text.size, 0);
	assert_false(span_string(guard_span(&bytes), 3, &text));
	assert_false(span_string(guard_span(&bytes), 5, &text));
	assert_false(span_string(guard_span(&bytes), UINT64_MAX, &text));
}

static void finding_stays_inside(void **state UNUSED)
{
	cleanup_guard struct guarded bytes = guard_copy("abcabc", 6);
	struct span span = guard_span(&bytes);

	assert_int_equal(span_find(span, span_text("bc"), 0), 1);
	assert_int_equal(span_find(span, span_text("bc"), 2), 4);
	assert_int_equal(span_find(span, span_text("bc"), 5), SIZE_MAX);
	assert_int_equal(span_find(span, span_text("cab"), 6), SIZE_MAX);
	assert_int_equal(span_find(span, span_text("a"), SIZE_MAX), SIZE_MAX);
	assert_int_equal(span_find(span, span_empty(), 0), SIZE_MAX);
	assert_true(span_starts_with(span, "abca"));
	assert_false(span_starts_with(span, "abcabca"));
}

static void numbers_have_the_order_asked_for(void **state UNUSED)
{
	cleanup_guard struct guarded bytes = guard_copy("\x01\x02\x03\x04\x05\x06\x07\x08", 8);
	struct span span = guard_span(&bytes);

	assert_int_equal(span_u8(span, 7), 8);
	assert_int_equal(span_u16(span, 6, BYTE_ORDER_LITTLE), 0x0807);
	assert_int_equal(span_u16(span, 6, BYTE_ORDER_BIG), 0x0708);
	assert_int_equal(span_u32(span, 4, BYTE_ORDER_LITTLE), 0x08070605);
	assert_int_equal(span_u32(span, 4, BYTE_ORDER_BIG), 0x05060708);
	assert_int_equal(span_u64(span, 0, BYTE_ORDER_LITTLE), 0x0807060504030201);
	assert_int_equal(span_u64(span, 0, BYTE_ORDER_BIG), 0x0102030405060708);
	assert_int_equal(span_u64(span, 1, BYTE_ORDER_BIG), 0);
	assert_int_equal(span_u8(span, UINT64_MAX), 0);
}

static void a_reader_fails_for_good_at_the_first_read_that_does_not_fit(void **state UNUSED)
{
	cleanup_guard struct guarded bytes = guard_copy("\x01\x02\x03", 3);
	struct reader reader = reader_of(guard_span(&bytes), BYTE_ORDER_LITTLE);

	assert_int_equal(reader_u16(&reader), 0x0201);
	assert_int_equal(reader_left(&reader), 1);
	assert_int_equal(reader_u16(&reader), 0);
	assert_false(reader_ok(&reader));
	assert_int_equal(reader_u8(&reader), 0);
	assert_int_equal(reader_left(&reader), 0);
	assert_int_equal(reader_bytes(&reader, 1).size, 0);
}

static void every_truncation_of_a_record_is_refused(void **state UNUSED)
{
	static const char record[] = "\x01\x02\x03\x04\x05\x06\x07\x08name\0\x7f";

	for (size_t size = 0; size <= sizeof(record) - 1; size++) {
		cleanup_guard struct guarded bytes = guard_copy(record, size);
		struct reader reader = reader_of(guard_span(&bytes), BYTE_ORDER_BIG);
		reader_word(&reader, false);
		reader_skip(&reader, 4);
		struct span name = reader_string(&reader);
		uint64_t number = reader_uleb128(&reader);
		assert_int_equal(reader_ok(&reader), size == sizeof(record) - 1);
		if (reader_ok(&reader)) {
			assert_true(span_equal_text(name, "name"));
			assert_int_equal(number, 0x7f);
		}
	}
}

static void alignment_counts_from_the_start(void **state UNUSED)
{
	struct reader reader = reader_of(span_text("0123456789"), BYTE_ORDER_LITTLE);

	reader_align(&reader, 4);
	assert_int_equal(reader.offset, 0);
	reader_skip(&reader, 5);
	reader_align(&reader, 4);
	assert_int_equal(reader.offset, 8);
	reader_skip(&reader, 1);
	reader_align(&reader, 4);
	assert_false(reader_ok(&reader));
}

static void leb128_has_at_most_64_bits(void **state UNUSED)
{
	static const struct {
		const char *bytes;
		size_t size;
		bool is_good;
		uint64_t value;
	} rows[] = {
		{"\x00", 1, true, 0},
		{"\xe5\x8e\x26", 3, true, 624485},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, true, UINT64_MAX},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, false, 0},
		{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11, false, 0},
		{"\x80", 1, false, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_guard struct guarded bytes = guard_copy(rows[i].bytes, rows[i].size);
		struct reader reader = reader_of(guard_span(&bytes), BYTE_ORDER_LITTLE);
		assert_int_equal(reader_uleb128(&reader), rows[i].value);
		assert_int_equal(reader_ok(&reader), rows[i].is_good);
	}
}

static void signed_leb128_extends_its_sign(void **state UNUSED)
{
	static const struct {
		const char *bytes;
		size_t size;
		int64_t value;
	} rows[] = {
		{"\x02", 1, 2},
		{"\x7e", 1, -2},
		{"\xff\x00", 2, 127},
		{"\x80\x7f", 2, -128},
		{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", 10, INT64_MIN},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 10, INT64_MAX},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct reader reader =
			reader_of(span_of(rows[i].bytes, rows[i].size), BYTE_ORDER_LITTLE);
		assert_true(reader_sleb128(&reader) == rows[i].value);
		assert_true(reader_ok(&reader));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_span_is_never_null),
		cmocka_unit_test(a_slice_lies_wholly_inside),
		cmocka_unit_test(clipping_gives_what_is_there),
		cmocka_unit_test(a_string_ends_at_its_nul_or_is_none),
		cmocka_unit_test(finding_stays_inside),
		cmocka_unit_test(numbers_have_the_order_asked_for),
		cmocka_unit_test(a_reader_fails_for_good_at_the_first_read_that_does_not_fit),
		cmocka_unit_test(every_truncation_of_a_record_is_refused),
		cmocka_unit_test(alignment_counts_from_the_start),
		cmocka_unit_test(leb128_has_at_most_64_bits),
		cmocka_unit_test(signed_leb128_extends_its_sign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
