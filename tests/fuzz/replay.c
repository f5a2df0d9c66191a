/* SPDX-License-Identifier: MIT */
/*
 * Replays a corpus folder through a fuzz target as an ordinary test: every file as it is, and every
 * truncation of the first kilobyte of it. Prints how many inputs ran; no input at all is a failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CORPUS_FILE_LIMIT = 16 * 1024 * 1024, TRUNCATIONS = 1024 };

/* Runs on an exact-size copy, so that a read behind the end is seen by the sanitizers. */
static void run_copy(const char *bytes, size_t size)
{
	cleanup_free uint8_t *copy = xmemdup(bytes, size);

	(void)LLVMFuzzerTestOneInput(copy, size);
}

static size_t replay(const char *path)
{
	cleanup_free char *bytes = NULL;
	size_t size;
	cleanup_error struct error *err = file_read(path, CORPUS_FILE_LIMIT, &bytes, &size);
	if (err) {
		fprintf(stderr, "%s\n", error_message(err));
		exit(1);
	}
	run_copy(bytes, size);
	for (size_t cut = 0; cut < min_of(size, (size_t)TRUNCATIONS); cut++)
		run_copy(bytes, cut);
	return 1 + min_of(size, (size_t)TRUNCATIONS);
}

int main(int argc, char **argv)
{
	size_t runs = 0;

	if (argc != 2)
		return 2;
	DIR *folder = opendir(argv[1]);
	if (!folder) {
		perror(argv[1]);
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		cleanup_free char *path = xasprintf("%s/%s", argv[1], entry->d_name);
		runs += replay(path);
	}
	closedir(folder);
	printf("%zu inputs\n", runs);
	return runs ? 0 : 1;
}
