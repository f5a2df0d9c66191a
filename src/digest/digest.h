/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Cryptographic digests and CRC-32 of bytes in memory, all wanted ones in one pass so that the
 * bytes are read from memory once.
 */
#include <stdint.h>

#include "base/span.h"

enum digest_kind {
	DIGEST_MD5 = 1 << 0,
	DIGEST_SHA1 = 1 << 1,
	DIGEST_SHA256 = 1 << 2,
	DIGEST_SHA512 = 1 << 3,
	DIGEST_CRC32 = 1 << 4,
	DIGEST_ALL = (1 << 5) - 1,
};

struct digest_set {
	uint8_t md5[16];
	uint8_t sha1[20];
	uint8_t sha256[32];
	uint8_t sha512[64];
	uint32_t crc32; /* as zlib's and gzip's: reflected 0xedb88320, initial and final ~0 */
};

/* kinds: a union of enum digest_kind; the members of others stay zero. */
void digest_compute(struct span bytes, unsigned kinds, struct digest_set *ret);
uint32_t crc32_update(uint32_t crc, struct span bytes);

enum { DIGEST_TEXT_SIZE = 129 };
/* Lower-case hexadecimal of one digest of `size` bytes. */
void digest_text(const uint8_t *digest, size_t size, char out[DIGEST_TEXT_SIZE]);
