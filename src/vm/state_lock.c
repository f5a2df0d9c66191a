/* SPDX-License-Identifier: MIT */
#include "vm/state_lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"

struct error *state_remove(const char *folder)
{
	/* One that is not there, or not ours, is file_remove_tree()'s to judge. */
	int ignored UNUSED = chmod(folder, 0755);

	return file_remove_tree(folder);
}

struct error *state_lock(const char *folder, int *ret_fd)
{
	cleanup_free char *path = xasprintf("%s/.lock", folder);
	cleanup_close int fd = -1;

	struct error *err = file_make_folders(folder, 0755);
	if (!err)
		err = file_open(path, O_RDWR | O_CREAT, 0600, &fd);
	if (err)
		return err;
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return error_os(errno, "lock '%s'", path);
	DIR *list = opendir(folder);
	const struct dirent *entry;
	while (list && (entry = readdir(list))) {
		if (!text_starts_with(entry->d_name, ".new-"))
			continue;
		cleanup_free char *left = xasprintf("%s/%s", folder, entry->d_name);
		error_free(state_remove(left)); /* only room is lost */
	}
	if (list)
		closedir(list);
	*ret_fd = steal(&fd);
	return NULL;
}

struct error *state_protect(const char *folder, const char *const *names)
{
	for (; *names; names++) {
		cleanup_free char *path = xasprintf("%s/%s", folder, *names);
		if ((geteuid() == 0 && lchown(path, 0, 0) != 0) || chmod(path, 0444) != 0)
			return error_os(errno, "protect '%s'", path);
	}
	if ((geteuid() == 0 && chown(folder, 0, 0) != 0) || chmod(folder, 0555) != 0)
		return error_os(errno, "protect '%s'", folder);
	return NULL;
}
