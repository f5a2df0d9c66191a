/* SPDX-License-Identifier: MIT */
#include "vm/box.h"

#include <stdio.h>

static void add(struct box_argv *argv, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		vec_add(&argv->words, words[i]);
}

void box_argv_init(struct box_argv *argv, const struct jail_box *box)
{
	static const char *const common[] = {"bwrap",
					     "--unshare-user",
					     "--unshare-all",
					     "--share-net",
					     "--disable-userns",
					     "--die-with-parent",
					     "--new-session",
					     "--cap-drop",
					     "ALL",
					     "--clearenv",
					     "--setenv",
					     "PATH",
					     "/usr/bin:/bin",
					     "--setenv",
					     "LC_ALL",
					     "C.UTF-8",
					     "--ro-bind",
					     "/usr",
					     "/usr",
					     "--symlink",
					     "usr/bin",
					     "/bin",
					     "--symlink",
					     "usr/lib",
					     "/lib",
					     "--symlink",
					     "usr/lib64",
					     "/lib64",
					     "--ro-bind-try",
					     "/etc/ld.so.cache",
					     "/etc/ld.so.cache",
					     "--dev-bind",
					     "/dev/null",
					     "/dev/null",
					     "--dev-bind",
					     "/dev/urandom",
					     "/dev/urandom",
					     "--dir",
					     "/tmp",
					     "--chdir",
					     "/"};

	*argv = (struct box_argv){0};
	add(argv, common, ARRAY_SIZE(common));
	snprintf(argv->filter_fd, sizeof(argv->filter_fd), "%d", BOX_FD_FILTER);
	const char *const filter[] = {"--seccomp", argv->filter_fd};
	add(argv, filter, ARRAY_SIZE(filter));
	for (size_t i = 0; i < box->bind_count; i++) {
		const struct jail_bind *bind = &box->binds[i];
		const char *verb = bind->is_writable ? "--bind" : "--ro-bind";
		const char *const words[] = {verb, bind->source, bind->target};
		add(argv, words, ARRAY_SIZE(words));
	}
	vec_add(&argv->words, "--");
	for (const char *const *word = box->argv; *word; word++)
		vec_add(&argv->words, *word);
	vec_add(&argv->words, NULL);
}

void box_argv_deinit(struct box_argv *argv)
{
	vec_deinit(&argv->words);
}
