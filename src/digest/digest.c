/* SPDX-License-Identifier: MIT */
#include "digest/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/text.h"

/* Small enough to stay in the first-level cache while every digest goes over it. */
enum { CHUNK = 16 * 1024 };

static const struct algorithm {
	enum digest_kind kind;
	const EVP_MD *(*evp)(void);
	size_t offset; /* of the result in struct digest_set */
} algorithms[] = {
	{DIGEST_MD5, EVP_md5, offsetof(struct digest_set, md5)},
	{DIGEST_SHA1, EVP_sha1, offsetof(struct digest_set, sha1)},
	{DIGEST_SHA256, EVP_sha256, offsetof(struct digest_set, sha256)},
	{DIGEST_SHA512, EVP_sha512, offsetof(struct digest_set, sha512)},
};

/* libcrypto's digests fail only when memory is out or the library is broken. */
static void must(int ok)
{
	if (ok != 1)
		abort();
}

void digest_compute(struct span bytes, unsigned kinds, struct digest_set *ret)
{
	EVP_MD_CTX *contexts[ARRAY_SIZE(algorithms)] = {0};

	*ret = (struct digest_set){0};
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		if (!(kinds & algorithms[i].kind))
			continue;
		contexts[i] = EVP_MD_CTX_new();
		must(contexts[i] && EVP_DigestInit_ex(contexts[i], algorithms[i].evp(), NULL));
	}
	for (size_t at = 0; at < bytes.size; at += CHUNK) {
		struct span chunk = span_clip(bytes, at, CHUNK);
		for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
			if (contexts[i])
				must(EVP_DigestUpdate(contexts[i], chunk.data, chunk.size));
		}
		if (kinds & DIGEST_CRC32)
			ret->crc32 = crc32_update(ret->crc32, chunk);
	}
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		if (!contexts[i])
			continue;
		uint8_t *out = (uint8_t *)ret + algorithms[i].offset;
		must(EVP_DigestFinal_ex(contexts[i], out, NULL));
		EVP_MD_CTX_free(contexts[i]);
	}
}

void digest_text(const uint8_t *digest, size_t size, char out[DIGEST_TEXT_SIZE])
{
	text_hex(digest, size, out);
}
