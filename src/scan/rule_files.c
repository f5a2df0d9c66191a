/* SPDX-License-Identifier: MIT */
#include "scan/rule_files.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "scan/scanner.h"

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_rule_file(const FTSENT *entry)
{
	return entry->fts_info == FTS_F && (text_ends_with(entry->fts_name, ".yar") ||
					    text_ends_with(entry->fts_name, ".yara"));
}

static void add(struct rule_files *files, const char *path, const char *name)
{
	if (files->list.count == SCAN_MAX_FILES)
		return;
	vec_add(&files->list, ((struct rule_file){.path = xstrdup(path), .name = xstrdup(name)}));
}

struct error *rule_files_add(struct rule_files *files, const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return error_os(errno, "rules '%s'", path);
	if (!S_ISDIR(status.st_mode)) {
		const char *slash = strrchr(path, '/');
		add(files, path, slash ? slash + 1 : path);
		return NULL;
	}
	cleanup_free char *root = xstrdup(path);
	char *const roots[] = {root, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
	if (!walk)
		return error_os(errno, "read the rules in '%s'", path);
	size_t prefix = strlen(path);
	for (FTSENT *entry; (entry = fts_read(walk));) {
		if (!is_rule_file(entry))
			continue;
		const char *name = entry->fts_path + min_of(prefix, (size_t)entry->fts_pathlen);
		while (*name == '/')
			name++;
		add(files, entry->fts_path, name);
	}
	fts_close(walk);
	return NULL;
}

void rule_files_deinit(struct rule_files *files)
{
	vec_foreach(&files->list, file) {
		free(file->path);
		free(file->name);
	}
	vec_deinit(&files->list);
}
