/* SPDX-License-Identifier: MIT */
#pragma once
/* Paths and files, as the kernel's dentries and mounts give them. Texts live in the kernel's arena. */
#include "memory/kernel.h"

enum { PATH_DEPTH_MAX = 256, PATH_SIZE_MAX = 4096 };

/* The path of a dentry on a vfsmount, up to the root of all mounts; NULL when there is no dentry. A
 * file that never had a name in a folder (memfd) gets "/name". */
char *path_of(struct kernel *kernel, uint64_t vfsmount, uint64_t dentry);

struct file_facts {
	char *path; /* NULL: unknown */
	uint64_t inode, number, links, mode, size;
	bool is_deleted; /* no name is left */
	bool is_memfd;
};
/* What a struct file is; false for no file. */
bool path_file(struct kernel *kernel, uint64_t file, struct file_facts *ret);
