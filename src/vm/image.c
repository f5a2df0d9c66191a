/* SPDX-License-Identifier: MIT */
#include "vm/image.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json_reader.h"
#include "base/text.h"
#include "vm/image_build.h"
#include "vm/place.h"

enum { MANIFEST_MAX = 4 * 1024 * 1024 };

void vm_image_deinit(struct vm_image *image)
{
	free(image->name);
	free(image->key);
	free(image->folder);
	free(image->release);
	free(image->disk_uuid);
	*image = (struct vm_image){0};
}

struct error *image_load(const char *folder, struct vm_image *ret)
{
	cleanup_free char *path = xasprintf("%s/manifest.json", folder);
	cleanup_json struct json_document *manifest = NULL;

	struct error *err = json_document_load(path, MANIFEST_MAX, &manifest);
	if (err)
		return error_wrap(err, "the image's manifest");
	const struct json_value *root = json_root(manifest);
	const char *name = json_get_text(json_get(root, "name"), NULL);
	const char *key = json_get_text(json_get(root, "key"), NULL);
	const char *release = json_get_text(json_get(root, "kernel_release"), NULL);
	const char *uuid = json_get_text(json_get(root, "disk_uuid"), NULL);
	if (!name || !key || !release || !uuid)
		return error_new(ERROR_FORMAT, "'%s' lacks a member", path);
	*ret = (struct vm_image){.name = xstrdup(name),
				 .key = xstrdup(key),
				 .folder = xstrdup(folder),
				 .release = xstrdup(release),
				 .disk_uuid = xstrdup(uuid)};
	return NULL;
}

struct error *vm_image_find(const char *state, const char *name, struct vm_image *ret)
{
	cleanup_free char *place = place_state(state);
	const char *wanted = name ? name : IMAGE_DEFAULT;
	cleanup_free char *current = xasprintf("%s/images/%s/current", place, wanted);
	cleanup_free char *folder = realpath(current, NULL);

	if (!folder)
		return error_new(ERROR_NOT_FOUND,
				 "there is no guest image '%s' in '%s': run `habo image build`",
				 wanted, place);
	return image_load(folder, ret);
}

struct error *vm_image_build(const struct image_options *options, struct vm_image *ret)
{
	cleanup_image_build struct image_build build = {0};

	struct error *err = image_build_init(&build, options);
	if (err)
		return err;
	if (!file_exists(build.manifest)) {
		err = image_build_run(&build);
		if (err)
			return error_wrap(err, "build the guest image '%s'", build.name);
	}
	err = image_build_publish(&build);
	return err ? err : image_load(build.folder, ret);
}
