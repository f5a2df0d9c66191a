/* SPDX-License-Identifier: MIT */
/*
 * TLSH. A window of five bytes slides over the input; six of its triplets are hashed (Pearson, a
 * salt each) into 256 buckets, of which the first 128 count. The body says for every bucket in
 * which quarter of all counts it lies (2 bits); the head has a checksum, the length on a
 * logarithmic scale and two ratios of the quartiles. Text: T1, checksum, length, ratios (nibbles
 * swapped), body from the last byte to the first.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/macro.h"
#include "base/text.h"
#include "digest/fuzzy_hash.h"

enum {
	WINDOW = 5,
	BUCKETS = 128,
	BODY = BUCKETS / 4,
	DIGEST_SIZE = 3 + BODY,
	MIN_INPUT = 50,
};

/* The permutation of Pearson, "Fast hashing of variable-length text strings", CACM 33 (1990). */
static const uint8_t pearson[256] = {
	1,   87,  49,  12,  176, 178, 102, 166, 121, 193, 6,   84,  249, 230, 44,  163, 14,  197,
	213, 181, 161, 85,  218, 80,  64,  239, 24,  226, 236, 142, 38,  200, 110, 177, 104, 103,
	141, 253, 255, 50,  77,  101, 81,  18,  45,  96,  31,  222, 25,  107, 190, 70,  86,  237,
	240, 34,  72,  242, 20,  214, 244, 227, 149, 235, 97,  234, 57,  22,  60,  250, 82,  175,
	208, 5,   127, 199, 111, 62,  135, 248, 174, 169, 211, 58,  66,  154, 106, 195, 245, 171,
	17,  187, 182, 179, 0,   243, 132, 56,  148, 75,  128, 133, 158, 100, 130, 126, 91,  13,
	153, 246, 216, 219, 119, 68,  223, 78,  83,  88,  201, 99,  122, 11,  92,  32,  136, 114,
	52,  10,  138, 30,  48,  183, 156, 35,  61,  26,  143, 74,  251, 94,  129, 162, 63,  152,
	170, 7,   115, 167, 241, 206, 3,   150, 55,  59,  151, 220, 90,  53,  23,  131, 125, 173,
	15,  238, 79,  95,  89,  16,  105, 137, 225, 224, 217, 160, 37,  123, 118, 73,  2,   157,
	46,  116, 9,   145, 134, 228, 207, 212, 202, 215, 69,  229, 27,  188, 67,  124, 168, 252,
	42,  4,   29,  108, 21,  247, 19,  205, 39,  203, 233, 40,  186, 147, 198, 192, 155, 33,
	164, 191, 98,  204, 165, 180, 117, 76,  140, 36,  210, 172, 41,  54,  159, 8,   185, 232,
	113, 196, 231, 47,  146, 120, 51,  65,  28,  144, 254, 221, 93,  189, 194, 139, 112, 43,
	71,  109, 184, 209};

/* pearson[0], [2], [3], [5], [7], [11], [13]: the salts' first step. */
enum {
	SALT_CHECKSUM = 1,
	SALT_2 = 49,
	SALT_3 = 12,
	SALT_5 = 178,
	SALT_7 = 166,
	SALT_11 = 84,
	SALT_13 = 230,
};

/* Hashes of the windows that end at 64 neighbouring bytes: six triplets each, and what is mixed into
 * the checksum there. */
enum { BLOCK = 64, TRIPLETS = 6, ROWS = TRIPLETS + 1 };
struct hashes {
	uint8_t rows[ROWS][BLOCK];
};

static const struct {
	uint8_t salt;
	uint8_t back[2]; /* the second and third byte: so many before the last */
} triplets[TRIPLETS] = {
	{SALT_2, {1, 2}}, {SALT_3, {1, 3}},  {SALT_5, {2, 3}},
	{SALT_7, {2, 4}}, {SALT_11, {1, 4}}, {SALT_13, {3, 4}},
};

static void hash_windows(const uint8_t *last, size_t count, struct hashes *ret)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *p = last + i;
		for (size_t row = 0; row < TRIPLETS; row++) {
			uint8_t hash = pearson[triplets[row].salt ^ p[0]];
			hash = pearson[hash ^ p[-triplets[row].back[0]]];
			ret->rows[row][i] = pearson[hash ^ p[-triplets[row].back[1]]];
		}
		ret->rows[TRIPLETS][i] = pearson[pearson[SALT_CHECKSUM ^ p[0]] ^ p[-1]];
	}
}

#ifdef __x86_64__
#define WITH_VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

/* 64 lookups in a table of 256 bytes: two permutations of 128, chosen by the index's high bit. */
WITH_VBMI static inline __m512i look_up(const __m512i table[4], __m512i index)
{
	__m512i low = _mm512_permutex2var_epi8(table[0], index, table[1]);
	__m512i high = _mm512_permutex2var_epi8(table[2], index, table[3]);

	return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

WITH_VBMI static void hash_windows_vbmi(const uint8_t *last, struct hashes *ret)
{
	__m512i table[4];
	__m512i bytes[WINDOW];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		table[i] = _mm512_loadu_si512(pearson + i * BLOCK);
	for (size_t i = 0; i < WINDOW; i++)
		bytes[i] = _mm512_loadu_si512(last - i);
	for (size_t row = 0; row < TRIPLETS; row++) {
		__m512i salt = _mm512_set1_epi8((char)triplets[row].salt);
		__m512i hash = look_up(table, _mm512_xor_si512(salt, bytes[0]));
		hash = look_up(table, _mm512_xor_si512(hash, bytes[triplets[row].back[0]]));
		hash = look_up(table, _mm512_xor_si512(hash, bytes[triplets[row].back[1]]));
		_mm512_storeu_si512(ret->rows[row], hash);
	}
	__m512i sum = _mm512_xor_si512(_mm512_set1_epi8(SALT_CHECKSUM), bytes[0]);
	sum = look_up(table, _mm512_xor_si512(look_up(table, sum), bytes[1]));
	_mm512_storeu_si512(ret->rows[TRIPLETS], sum);
}

static bool has_vbmi(void)
{
	return __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw");
}
#else
static void hash_windows_vbmi(const uint8_t *last, struct hashes *ret)
{
	hash_windows(last, BLOCK, ret);
}

static bool has_vbmi(void)
{
	return false;
}
#endif

static uint8_t count_triplets(struct span bytes, uint32_t buckets[256])
{
	uint8_t checksum = 0;
	/* Neighbours often fall into one bucket: a table a row keeps them from waiting. */
	uint32_t counts[TRIPLETS][256] = {0};
	bool is_wide = has_vbmi();
	struct hashes hashes;

	for (size_t at = WINDOW - 1; at < bytes.size; at += BLOCK) {
		size_t count = min_of(bytes.size - at, (size_t)BLOCK);
		if (is_wide && count == BLOCK)
			hash_windows_vbmi(bytes.data + at, &hashes);
		else
			hash_windows(bytes.data + at, count, &hashes);
		for (size_t i = 0; i < count; i++) {
			for (size_t row = 0; row < TRIPLETS; row++)
				counts[row][hashes.rows[row][i]]++;
			checksum = pearson[hashes.rows[TRIPLETS][i] ^ checksum];
		}
	}
	for (size_t i = 0; i < 256; i++) {
		buckets[i] = 0;
		for (size_t row = 0; row < TRIPLETS; row++)
			buckets[i] += counts[row][i];
	}
	return checksum;
}

static int compare_counts(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The paper's three-part logarithm of the length. */
static uint8_t length_code(size_t size)
{
	double log_size = log((double)(float)size);

	if (size <= 656)
		return (uint8_t)(int)floor(log_size / 0.4054651);
	if (size <= 3199)
		return (uint8_t)(int)floor(log_size / 0.26236426 - 8.72777);
	return (uint8_t)(int)floor(log_size / 0.095310180 - 62.5472);
}

static uint8_t swap_nibbles(uint8_t byte)
{
	return (uint8_t)(byte << 4 | byte >> 4);
}

bool tlsh_compute(struct span bytes, char out[TLSH_TEXT_SIZE])
{
	uint32_t buckets[256];
	uint32_t sorted[BUCKETS];
	uint8_t digest[DIGEST_SIZE] = {0};
	unsigned used = 0;

	if (bytes.size < MIN_INPUT || bytes.size > UINT32_MAX)
		return false;
	uint8_t checksum = count_triplets(bytes, buckets);
	for (size_t i = 0; i < BUCKETS; i++)
		used += buckets[i] > 0;
	memcpy(sorted, buckets, sizeof(sorted));
	qsort(sorted, BUCKETS, sizeof(sorted[0]), compare_counts);
	uint32_t q1 = sorted[BUCKETS / 4 - 1];
	uint32_t q2 = sorted[BUCKETS / 2 - 1];
	uint32_t q3 = sorted[BUCKETS - BUCKETS / 4 - 1];
	if (used <= BUCKETS / 2 || q3 == 0)
		return false;
	digest[0] = swap_nibbles(checksum);
	digest[1] = swap_nibbles(length_code(bytes.size));
	/* Single precision, wrapping products and all, as the reference computes it. */
	unsigned ratio1 = (unsigned)((float)(q1 * 100) / (float)q3) % 16;
	unsigned ratio2 = (unsigned)((float)(q2 * 100) / (float)q3) % 16;
	digest[2] = (uint8_t)(ratio1 << 4 | ratio2);
	for (size_t i = 0; i < BODY; i++) {
		unsigned code = 0;
		for (size_t j = 0; j < 4; j++) {
			uint32_t count = buckets[4 * i + j];
			unsigned quarter = count > q3 ? 3 : count > q2 ? 2 : count > q1 ? 1 : 0;
			code |= quarter << 2 * j;
		}
		digest[DIGEST_SIZE - 1 - i] = (uint8_t)code;
	}
	out[0] = 'T';
	out[1] = '1';
	text_hex(digest, sizeof(digest), out + 2);
	for (char *c = out + 2; *c; c++) {
		if (*c >= 'a')
			*c = (char)(*c - 'a' + 'A');
	}
	return true;
}

/* Distance on a ring of `range` values. */
static int ring_distance(int a, int b, int range)
{
	int direct = abs(a - b);

	return min_of(direct, range - direct);
}

static int penalised(int distance)
{
	return distance <= 1 ? distance : (distance - 1) * 12;
}

static bool parse(const char *text, uint8_t digest[DIGEST_SIZE])
{
	if (text_starts_with(text, "T1"))
		text += 2;
	return strlen(text) == (size_t)2 * DIGEST_SIZE && text_unhex(text, digest, DIGEST_SIZE);
}

int tlsh_distance(const char *a, const char *b)
{
	uint8_t x[DIGEST_SIZE];
	uint8_t y[DIGEST_SIZE];

	if (!parse(a, x) || !parse(b, y))
		return -1;
	int length = ring_distance(swap_nibbles(x[1]), swap_nibbles(y[1]), 256);
	int distance = length <= 1 ? length : length * 12;
	distance += penalised(ring_distance(x[2] >> 4, y[2] >> 4, 16));
	distance += penalised(ring_distance(x[2] & 15, y[2] & 15, 16));
	distance += x[0] != y[0];
	for (size_t i = 3; i < DIGEST_SIZE; i++) {
		for (unsigned shift = 0; shift < 8; shift += 2) {
			int d = abs((x[i] >> shift & 3) - (y[i] >> shift & 3));
			distance += d == 3 ? 6 : d;
		}
	}
	return distance;
}
