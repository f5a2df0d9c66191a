/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buffer.h"

struct error *file_open(const char *path, int flags, mode_t mode, int *ret_fd)
{
	int fd = open(path, flags | O_CLOEXEC, mode);

	if (fd < 0)
		return error_os(errno, "open '%s'", path);
	*ret_fd = fd;
	return NULL;
}

struct error *file_read_fd(int fd, const char *name, size_t limit, char **ret, size_t *ret_size)
{
	cleanup_buffer struct buffer bytes = {0};
	char chunk[16384];

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_os(errno, "read '%s'", name);
		if (got == 0)
			break;
		if ((size_t)got > limit - min_of(limit, bytes.size))
			return error_new(ERROR_LIMIT, "'%s' is larger than %zu bytes", name, limit);
		buffer_append(&bytes, chunk, (size_t)got);
	}
	if (ret_size)
		*ret_size = bytes.size;
	*ret = buffer_steal(&bytes);
	return NULL;
}

struct error *file_read(const char *path, size_t limit, char **ret, size_t *ret_size)
{
	cleanup_close int fd = -1;
	struct error *err = file_open(path, O_RDONLY, 0, &fd);
	if (err)
		return err;
	return file_read_fd(fd, path, limit, ret, ret_size);
}

struct error *file_write_fd(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size) {
		ssize_t put = write(fd, at, size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return error_os(errno, "write");
		at += put;
		size -= (size_t)put;
	}
	return NULL;
}

struct error *file_write(const char *path, const void *bytes, size_t size, mode_t mode)
{
	cleanup_free char *temporary = xasprintf("%s.new.%ld", path, (long)getpid());
	cleanup_close int fd = -1;
	struct error *err =
		file_open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode, &fd);
	if (err)
		return err;
	err = file_write_fd(fd, bytes, size);
	if (!err && rename(temporary, path) != 0)
		err = error_os(errno, "rename to '%s'", path);
	if (err) {
		unlink(temporary);
		return error_wrap(err, "write '%s'", path);
	}
	return NULL;
}

struct error *file_copy_fd(int in, int out, uint64_t *ret_size)
{
	enum { COPY_CHUNK = 256 * 1024 };
	cleanup_free char *chunk = xmalloc(COPY_CHUNK);
	uint64_t total = 0;

	for (;;) {
		ssize_t got = read(in, chunk, COPY_CHUNK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_os(errno, "read");
		if (got == 0)
			break;
		struct error *err = file_write_fd(out, chunk, (size_t)got);
		if (err)
			return err;
		total += (uint64_t)got;
	}
	if (ret_size)
		*ret_size = total;
	return NULL;
}

struct error *file_make_folders(const char *path, mode_t mode)
{
	cleanup_free char *copy = xstrdup(path);

	for (char *slash = copy + 1; *copy; slash++) {
		char c = *slash;
		if (c != '/' && c != '\0')
			continue;
		*slash = '\0';
		if (mkdir(copy, mode) != 0 && errno != EEXIST)
			return error_os(errno, "make folder '%s'", copy);
		if (c == '\0')
			break;
		*slash = c;
	}
	return NULL;
}

/* Removes what stands in the folder `fd`, which it takes. depth bounds recursion. */
static struct error *remove_inside(int fd, unsigned depth)
{
	DIR *folder = fdopendir(fd);
	struct error *err = NULL;

	if (!folder) {
		err = error_os(errno, "read folder");
		close(fd);
		return err;
	}
	for (struct dirent *entry; !err && (entry = readdir(folder));) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (unlinkat(dirfd(folder), name, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM) {
			err = error_os(errno, "remove '%s'", name);
			break;
		}
		int inner = openat(dirfd(folder), name,
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner < 0)
			err = error_os(errno, "remove '%s'", name);
		else if (depth == 0) {
			close(inner);
			err = error_new(ERROR_LIMIT, "'%s': folders are nested too deep", name);
		} else
			err = remove_inside(inner, depth - 1);
		if (!err && unlinkat(dirfd(folder), name, AT_REMOVEDIR) != 0)
			err = error_os(errno, "remove folder '%s'", name);
	}
	closedir(folder);
	return err;
}

struct error *file_remove_tree(const char *path)
{
	enum { MAX_DEPTH = 128 };

	if (unlink(path) == 0 || errno == ENOENT)
		return NULL;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_os(errno, "remove '%s'", path);
	struct error *err = remove_inside(fd, MAX_DEPTH);
	if (!err && rmdir(path) != 0)
		err = error_os(errno, "remove folder");
	return error_wrap(err, "remove '%s'", path);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

struct error *mapping_init(struct mapping *mapping, int fd, uint64_t limit)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return error_os(errno, "fstat");
	uint64_t size = (uint64_t)status.st_size;
	if (size > limit || size > SIZE_MAX)
		return error_new(ERROR_LIMIT, "the file has %llu bytes, more than %llu",
				 (unsigned long long)size, (unsigned long long)limit);
	*mapping = (struct mapping){.size = (size_t)size};
	if (size == 0)
		return NULL;
	void *address = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (address == MAP_FAILED)
		return error_os(errno, "mmap");
	mapping->address = address;
	return NULL;
}

void mapping_deinit(struct mapping *mapping)
{
	if (mapping->address)
		munmap(mapping->address, mapping->size);
	*mapping = (struct mapping){0};
}

struct span mapping_span(const struct mapping *mapping)
{
	return span_of(mapping->address, mapping->size);
}
