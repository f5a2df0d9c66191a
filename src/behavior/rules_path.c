/* SPDX-License-Identifier: MIT */
/* Rules from files. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "behavior/rules.h"
#include "behavior/yaml_tree.h"

enum { FOLDER_DEPTH_MAX = 8 };

static const char technique_file[] = "attack-linux.tsv";

void rule_problems_deinit(struct rule_problems *problems)
{
	vec_foreach(&problems->list, problem) {
		free(problem->path);
		error_free(problem->err);
	}
	vec_deinit(&problems->list);
}

/* A folder that is named twice is read once. */
static bool is_loaded(const struct rules *rules, const char *path)
{
	for (size_t i = 0; i < rules_count(rules); i++)
		if (text_equal(rules_at(rules, i)->source, path))
			return true;
	return false;
}

static void add_file(struct rules *rules, const char *path, bool is_techniques,
		     struct rule_problems *problems)
{
	cleanup_free char *text = NULL;
	size_t size;

	if (is_loaded(rules, path))
		return;
	struct error *err = file_read(path, YAML_SIZE_MAX, &text, &size);

	if (!err)
		err = is_techniques ? rules_add_techniques(rules, span_of(text, size))
				    : rules_add(rules, path, span_of(text, size));
	if (!err)
		return;
	struct rule_problem *problem = vec_push(&problems->list);
	problem->path = xstrdup(path);
	problem->err = err;
}

static int wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static struct error *add_folder(struct rules *rules, const char *path, unsigned depth,
				struct rule_problems *problems)
{
	struct dirent **entries;
	struct error *err = NULL;
	int count = scandir(path, &entries, wanted, alphasort);

	if (count < 0)
		return error_os(errno, "read the folder '%s'", path);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		cleanup_free char *inner = xasprintf("%s/%s", path, name);
		struct stat status;
		if (err || stat(inner, &status) < 0)
			;
		else if (S_ISDIR(status.st_mode) && depth < FOLDER_DEPTH_MAX)
			err = add_folder(rules, inner, depth + 1, problems);
		else if (S_ISREG(status.st_mode) && text_equal(name, technique_file))
			add_file(rules, inner, true, problems);
		else if (S_ISREG(status.st_mode) &&
			 (text_ends_with(name, ".yml") || text_ends_with(name, ".yaml")))
			add_file(rules, inner, false, problems);
		free(entries[i]);
	}
	free(entries);
	return err;
}

struct error *rules_add_path(struct rules *rules, const char *path, struct rule_problems *problems)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return error_os(errno, "read the rules '%s'", path);
	if (S_ISDIR(status.st_mode))
		return add_folder(rules, path, 0, problems);
	add_file(rules, path, false, problems);
	return NULL;
}
