/* SPDX-License-Identifier: MIT */
#include <magic.h>
#include <unistd.h>

#include "base/alloc.h"
#include "static/work.h"

struct file_type {
	magic_t words;
	magic_t mime;
};

/* Never looks into compressed or special files: only at the bytes that it is given. */
enum { FLAGS = MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR };

static struct error *open_one(int flags, magic_t *ret)
{
	magic_t magic = magic_open(flags);

	if (!magic)
		return error_new(ERROR_FAILED, "libmagic does not start");
	if (magic_load(magic, NULL)) {
		struct error *err =
			error_new(ERROR_FAILED, "libmagic's data: %s", magic_error(magic));
		magic_close(magic);
		return err;
	}
	*ret = magic;
	return NULL;
}

struct error *file_type_new(struct file_type **ret)
{
	cleanup_file_type struct file_type *type = xcalloc(1, sizeof(*type));
	struct error *err = open_one(FLAGS, &type->words);
	if (err)
		return err;
	err = open_one(FLAGS | MAGIC_MIME_TYPE, &type->mime);
	if (err)
		return err;
	*ret = steal(&type);
	return NULL;
}

void file_type_free(struct file_type *type)
{
	if (!type)
		return;
	if (type->words)
		magic_close(type->words);
	if (type->mime)
		magic_close(type->mime);
	free(type);
}

const char *file_type_of(struct file_type *type, struct span bytes)
{
	return type ? magic_buffer(type->words, bytes.data, bytes.size) : NULL;
}

const char *file_type_of_fd(struct file_type *type, int fd)
{
	if (!type)
		return NULL;
	/* libmagic reads from the current offset, which the descriptor's other owners see too. */
	off_t before = lseek(fd, 0, SEEK_CUR);
	if (before < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return NULL;
	const char *words = magic_descriptor(type->words, fd);
	(void)lseek(fd, before, SEEK_SET);
	return words;
}

const char *file_type_mime(struct file_type *type, struct span bytes)
{
	return type ? magic_buffer(type->mime, bytes.data, bytes.size) : NULL;
}
