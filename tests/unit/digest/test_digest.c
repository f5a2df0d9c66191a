/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/alloc.h"
#include "digest/digest.h"
#include "digest/entropy.h"

static const char *hex(const uint8_t *digest, size_t size)
{
	static char text[DIGEST_TEXT_SIZE];

	digest_text(digest, size, text);
	return text;
}

static void digests_of_abc_are_those_of_the_standards(void **state UNUSED)
{
	struct digest_set set;

	digest_compute(span_text("abc"), DIGEST_ALL, &set);
	assert_string_equal(hex(set.md5, 16), "900150983cd24fb0d6963f7d28e17f72");
	assert_string_equal(hex(set.sha1, 20), "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_string_equal(hex(set.sha256, 32),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(hex(set.sha512, 64),
			    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
	assert_int_equal(set.crc32, 0x352441c2);
}

static void only_what_is_asked_for_is_computed(void **state UNUSED)
{
	struct digest_set set;
	static const uint8_t zeros[64];

	digest_compute(span_text("abc"), DIGEST_MD5, &set);
	assert_memory_equal(set.sha256, zeros, 32);
	assert_string_equal(hex(set.md5, 16), "900150983cd24fb0d6963f7d28e17f72");
}

static void crc_in_pieces_is_crc_of_the_whole(void **state UNUSED)
{
	uint8_t bytes[100];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	uint32_t whole = crc32_update(0, span_of(bytes, sizeof(bytes)));

	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		uint32_t crc = crc32_update(0, span_of(bytes, cut));
		crc = crc32_update(crc, span_of(bytes + cut, sizeof(bytes) - cut));
		assert_int_equal(crc, whole);
	}
	assert_int_equal(crc32_update(0, span_text("123456789")), 0xcbf43926);
}

static void entropy_is_0_for_one_value_and_8_for_all(void **state UNUSED)
{
	uint8_t bytes[1024];

	memset(bytes, 7, sizeof(bytes));
	assert_true(entropy_of(span_of(bytes, sizeof(bytes))) == 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	assert_true(entropy_of(span_of(bytes, sizeof(bytes))) == 8);
	assert_true(entropy_of(span_empty()) == 0);
	assert_true(entropy_of(span_text("ab")) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_of_abc_are_those_of_the_standards),
		cmocka_unit_test(only_what_is_asked_for_is_computed),
		cmocka_unit_test(crc_in_pieces_is_crc_of_the_whole),
		cmocka_unit_test(entropy_is_0_for_one_value_and_8_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
