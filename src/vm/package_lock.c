/* SPDX-License-Identifier: MIT */
#include "vm/package_lock.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"

enum { LIST_MAX = 1024 * 1024 };

void package_list_deinit(struct package_list *list)
{
	vec_foreach(&list->entries, package) {
		free(package->name);
		free(package->architecture);
		free(package->version);
	}
	vec_deinit(&list->entries);
}

static struct error *add_line(struct package_list *list, char *line, const char *path)
{
	if (!*line || *line == '#')
		return NULL;
	const char *name = strsep(&line, " ");
	const char *architecture = strsep(&line, " ");
	const char *version = strsep(&line, " ");
	if (!version || line)
		return error_new(ERROR_FORMAT, "'%s': a line is not \"name architecture version\"",
				 path);
	*vec_push(&list->entries) =
		(struct package){xstrdup(name), xstrdup(architecture), xstrdup(version)};
	return NULL;
}

struct error *package_list_load(struct package_list *list, const char *path)
{
	cleanup_free char *text = NULL;
	size_t size;

	struct error *err = file_read(path, LIST_MAX, &text, &size);
	for (char *line, *rest = text; !err && (line = strsep(&rest, "\n"));)
		err = add_line(list, line, path);
	return err;
}

struct error *package_list_save(const struct package_list *list, const char *path)
{
	cleanup_buffer struct buffer text = {0};

	buffer_append_text(&text,
			   "# The versions that the image is made of while mirrors serve them: "
			   "name architecture version.\n# Written by `habo image build "
			   "--update-lock`.\n");
	vec_foreach(&list->entries, package)
		buffer_printf(&text, "%s %s %s\n", package->name, package->architecture,
			      package->version);
	return file_write(path, text.data, text.size, 0644);
}

static const struct package *find(const struct package_list *list, const struct package *wanted)
{
	vec_foreach(&list->entries, package)
		if (strcmp(package->name, wanted->name) == 0 &&
		    strcmp(package->architecture, wanted->architecture) == 0)
			return package;
	return NULL;
}

size_t package_list_compare(const struct package_list *locked, const struct package_list *got,
			    struct buffer *out)
{
	size_t moved = 0;

	vec_foreach(&locked->entries, old) {
		const struct package *now = find(got, old);
		if (now && strcmp(now->version, old->version) == 0)
			continue;
		buffer_printf(out, "  %s:%s %s -> %s\n", old->name, old->architecture, old->version,
			      now ? now->version : "gone");
		moved++;
	}
	vec_foreach(&got->entries, new) {
		if (find(locked, new))
			continue;
		buffer_printf(out, "  %s:%s new: %s\n", new->name, new->architecture, new->version);
		moved++;
	}
	return moved;
}

void package_list_write(const struct package_list *list, struct json_writer *json)
{
	json_key(json, "packages");
	json_array_begin(json);
	vec_foreach(&list->entries, package) {
		cleanup_free char *text = xasprintf("%s:%s=%s", package->name,
						    package->architecture, package->version);
		json_put_text(json, text);
	}
	json_array_end(json);
}
