/* SPDX-License-Identifier: MIT */
#include "vm/run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"

#define PREFIX "habo-run-"
enum { UNLOCKED_AGE_S = 3600 };

/* $TMPDIR, but not where root keeps others out: the boxes are another user's. */
static const char *base_folder(void)
{
	const char *environment = getenv("TMPDIR");
	struct stat facts;

	if (!environment || *environment != '/' || stat(environment, &facts) != 0)
		return "/tmp";
	if (geteuid() == 0 && (facts.st_mode & S_IXOTH) == 0)
		return "/tmp";
	return environment;
}

/* Has nobody the lock? A folder that has no lock yet is being made, unless it is old. */
static bool is_left_behind(const char *path, const struct stat *facts)
{
	cleanup_free char *name = xasprintf("%s/lock", path);
	cleanup_close int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT && time(NULL) - facts->st_mtime > UNLOCKED_AGE_S;
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

void run_folder_clean(const struct jail_user *user)
{
	DIR *base = opendir(base_folder());
	const struct dirent *item;

	while (base && (item = readdir(base))) {
		struct stat facts;
		if (!text_starts_with(item->d_name, PREFIX))
			continue;
		cleanup_free char *path = xasprintf("%s/%s", base_folder(), item->d_name);
		if (lstat(path, &facts) != 0 || !S_ISDIR(facts.st_mode) ||
		    (facts.st_uid != user->uid && facts.st_uid != geteuid()))
			continue;
		if (is_left_behind(path, &facts))
			error_free(file_remove_tree(path)); /* the next start tries again */
	}
	if (base)
		closedir(base);
}

struct error *run_folder_init(struct run_folder *folder, const struct jail_user *user)
{
	cleanup_free char *path = xasprintf("%s/" PREFIX "XXXXXX", base_folder());
	cleanup_close int fd = -1;

	run_folder_clean(user);
	if (!mkdtemp(path))
		return error_os(errno, "make a folder in '%s'", base_folder());
	cleanup_free char *early = xasprintf("%s/lock.new", path);
	cleanup_free char *lock = xasprintf("%s/lock", path);
	struct error *err = file_open(early, O_RDWR | O_CREAT | O_EXCL, 0600, &fd);
	if (!err && flock(fd, LOCK_EX | LOCK_NB) != 0)
		err = error_os(errno, "lock '%s'", early);
	if (!err && rename(early, lock) != 0)
		err = error_os(errno, "rename '%s'", early);
	if (!err && geteuid() == 0 && chown(path, user->uid, user->gid) != 0)
		err = error_os(errno, "chown '%s'", path);
	if (err) {
		error_free(file_remove_tree(path));
		return err;
	}
	*folder = (struct run_folder){.path = steal(&path), .lock_fd = steal(&fd)};
	return NULL;
}

void run_folder_deinit(struct run_folder *folder)
{
	if (folder->path)
		error_free(file_remove_tree(folder->path));
	free(steal(&folder->path));
	if (folder->lock_fd >= 0)
		close(steal(&folder->lock_fd));
}
