/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Files: whole reads with a ceiling, atomic writes, folders, mapped files. Every descriptor is
 * opened with O_CLOEXEC; paths are named in errors.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/span.h"

/* As open(2), with O_CLOEXEC added. */
MUST_USE struct error *file_open(const char *path, int flags, mode_t mode, int *ret_fd);
/* Reads all of a regular file or pipe. ERROR_LIMIT when it is over `limit` bytes. The result is
 * NUL-terminated behind ret_size bytes and the caller's to free. */
MUST_USE struct error *file_read(const char *path, size_t limit, char **ret, size_t *ret_size);
MUST_USE struct error *file_read_fd(int fd, const char *name, size_t limit, char **ret,
				    size_t *ret_size);
/* Writes all bytes, or gives an error. Retries EINTR and short writes. */
MUST_USE struct error *file_write_fd(int fd, const void *bytes, size_t size);
/* Replaces path by a file of these bytes: temporary name, fsync-free rename. */
MUST_USE struct error *file_write(const char *path, const void *bytes, size_t size, mode_t mode);
/* Copies from the current offsets to the end of `in`; ret_size may be NULL. */
MUST_USE struct error *file_copy_fd(int in, int out, uint64_t *ret_size);
/* mkdir -p. */
MUST_USE struct error *file_make_folders(const char *path, mode_t mode);
/* rm -rf that never follows a link nor leaves the folder. A missing path is no error. */
MUST_USE struct error *file_remove_tree(const char *path);
bool file_exists(const char *path);

/* A private read-only mapping of a regular file. */
struct mapping {
	void *address; /* NULL when the file is empty */
	size_t size;
};
/* Maps a descriptor wholly; ERROR_LIMIT over `limit`. A file that shrinks under the map raises
 * SIGBUS: map only files that nobody else can write (the engine's private copy of a sample). */
MUST_USE struct error *mapping_init(struct mapping *mapping, int fd, uint64_t limit);
void mapping_deinit(struct mapping *mapping);
struct span mapping_span(const struct mapping *mapping);
#define cleanup_mapping __attribute__((cleanup(mapping_deinit)))
