/* SPDX-License-Identifier: MIT */
#include "vm/fingerprint.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include "digest/digest.h"

#define FILE_MAX ((uint64_t)64 << 30)

static void hash(struct span bytes, char out[FINGERPRINT_SIZE])
{
	struct digest_set set;

	digest_compute(bytes, DIGEST_SHA256, &set);
	text_hex(set.sha256, sizeof(set.sha256), out);
}

struct error *fingerprint_file(const char *path, char out[FINGERPRINT_SIZE])
{
	cleanup_mapping struct mapping mapping = {0};
	cleanup_close int fd = -1;

	struct error *err = file_open(path, O_RDONLY, 0, &fd);
	if (!err)
		err = mapping_init(&mapping, fd, FILE_MAX);
	if (err)
		return error_wrap(err, "hash '%s'", path);
	hash(mapping_span(&mapping), out);
	return NULL;
}

void fingerprint_text(const struct buffer *text, char out[FINGERPRINT_SIZE])
{
	hash(buffer_span(text), out);
}

struct error *fingerprint_add(struct buffer *list, const char *folder, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name);
	char digest[FINGERPRINT_SIZE];

	struct error *err = fingerprint_file(path, digest);
	if (!err)
		buffer_printf(list, "%s %s\n", digest, name);
	return err;
}
