/* SPDX-License-Identifier: MIT */
#include "static/wallet.h"

#include <string.h>

#include "base/macro.h"
#include "digest/digest.h"

enum { BASE58_BYTES = 25, CHECKSUM = 4 };

/* Base58 without 0, O, I, l; a number of 25 bytes, of which the last four check the others. */
static bool is_base58_check(struct span word)
{
	static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	uint8_t number[BASE58_BYTES] = {0};

	for (size_t i = 0; i < word.size; i++) {
		const char *digit = memchr(digits, word.data[i], sizeof(digits) - 1);
		if (!digit)
			return false;
		unsigned carry = (unsigned)(digit - digits);
		for (size_t j = BASE58_BYTES; j-- > 0;) {
			carry += number[j] * 58u;
			number[j] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry)
			return false;
	}
	struct digest_set once;
	struct digest_set twice;
	digest_compute(span_of(number, BASE58_BYTES - CHECKSUM), DIGEST_SHA256, &once);
	digest_compute(span_of(once.sha256, sizeof(once.sha256)), DIGEST_SHA256, &twice);
	return memcmp(twice.sha256, number + BASE58_BYTES - CHECKSUM, CHECKSUM) == 0;
}

/* BIP 173 and BIP 350: a BCH code over 5-bit groups, with constant 1 or 0x2bc830a3. */
static bool is_bech32(struct span word)
{
	static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
					     0x2a1462b3};
	/* The prefix "bc": its high bits, zero, its low bits. */
	static const uint8_t prefix[] = {3, 3, 0, 2, 3};
	uint32_t sum = 1;

	for (size_t i = 0; i < ARRAY_SIZE(prefix) + word.size - 3; i++) {
		uint32_t value;
		if (i < ARRAY_SIZE(prefix)) {
			value = prefix[i];
		} else {
			const char *digit = memchr(digits, word.data[i - ARRAY_SIZE(prefix) + 3],
						   sizeof(digits) - 1);
			if (!digit)
				return false;
			value = (uint32_t)(digit - digits);
		}
		uint32_t top = sum >> 25;
		sum = (sum & 0x1ffffff) << 5 ^ value;
		for (unsigned bit = 0; bit < ARRAY_SIZE(generator); bit++)
			sum ^= top >> bit & 1 ? generator[bit] : 0;
	}
	return sum == 1 || sum == 0x2bc830a3;
}

const char *wallet_kind(struct span word)
{
	uint8_t first = word.data[0];

	if (span_starts_with(word, "bc1") && word.size >= 42 && word.size <= 62)
		return is_bech32(word) ? "Bitcoin address" : NULL;
	if ((first == '1' || first == '3') && word.size <= 35)
		return is_base58_check(word) ? "Bitcoin address" : NULL;
	if ((first != '4' && first != '8') || word.size != WALLET_MAX)
		return NULL;
	for (size_t i = 0; i < word.size; i++) {
		if (strchr("0OIl", word.data[i]))
			return NULL;
	}
	return "Monero address (by its shape)";
}
