/* SPDX-License-Identifier: MIT */
#include "vm/image_build.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "base/vec.h"
#include "vm/disk_times.h"
#include "vm/fingerprint.h"
#include "vm/package_lock.h"
#include "vm/place.h"
#include "vm/state_lock.h"

enum { TICK_MS = 5000, RECIPE_MAX = 65536 };

static void progress(const struct image_build *build, const char *format, ...) PRINTF_LIKE(2, 3);
static void progress(const struct image_build *build, const char *format, ...)
{
	va_list args;

	if (!build->options->progress)
		return;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	build->options->progress(build->options->progress_context, text);
}

static char *key_of(const struct buffer *inputs)
{
	char digest[FINGERPRINT_SIZE];

	fingerprint_text(inputs, digest);
	return xstrndup(digest, FINGERPRINT_KEY_DIGITS);
}

/* What the unpacked packages depend on, and nothing else of the recipe. */
static const char *const root_inputs[] = {"recipe", "packages", "packages.lock"};

static int is_further_input(const struct dirent *entry)
{
	for (size_t i = 0; i < ARRAY_SIZE(root_inputs); i++)
		if (strcmp(entry->d_name, root_inputs[i]) == 0)
			return 0;
	return entry->d_name[0] != '.' && entry->d_type != DT_DIR;
}

static struct error *hash_recipe(struct image_build *build)
{
	struct dirent **entries;
	int count = scandir(build->recipe, &entries, is_further_input, alphasort);
	struct error *err = NULL;

	if (count < 0)
		return error_os(errno, "there is no guest recipe '%s'", build->recipe);
	for (int i = 0; i < count; i++) {
		if (!err)
			err = fingerprint_add(&build->inputs, build->recipe, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (!err)
		err = fingerprint_add(&build->inputs, build->scripts, "compose.sh");
	if (!err)
		err = fingerprint_add(&build->inputs, build->scripts, "init");
	return err;
}

struct error *image_build_init(struct image_build *build, const struct image_options *options)
{
	const char *mirror = getenv("HABO_MIRROR");

	build->options = options;
	build->name = xstrdup(options->name ? options->name : IMAGE_DEFAULT);
	if (strchr(build->name, '/') || build->name[0] == '.')
		return error_new(ERROR_USAGE, "'%s' is no name for an image", build->name);
	build->state = place_state(options->state);
	struct error *err = place_recipes(&build->scripts);
	if (err)
		return err;
	build->recipe = xasprintf("%s/%s", build->scripts, build->name);
	if (mirror)
		buffer_printf(&build->inputs, "mirror %s\n", mirror);
	err = fingerprint_add(&build->inputs, build->scripts, "bootstrap.sh");
	for (size_t i = 0; !err && i < ARRAY_SIZE(root_inputs); i++)
		err = fingerprint_add(&build->inputs, build->recipe, root_inputs[i]);
	if (err)
		return err;
	build->root_key = key_of(&build->inputs);
	err = hash_recipe(build);
	if (err)
		return err;
	build->key = key_of(&build->inputs);
	build->tar = xasprintf("%s/cache/%s.tar", build->state, build->root_key);
	build->folder = xasprintf("%s/images/%s/%s", build->state, build->name, build->key);
	build->manifest = xasprintf("%s/manifest.json", build->folder);
	return NULL;
}

void image_build_deinit(struct image_build *build)
{
	free(build->name);
	free(build->state);
	free(build->scripts);
	free(build->recipe);
	buffer_deinit(&build->inputs);
	free(build->root_key);
	free(build->key);
	free(build->tar);
	free(build->folder);
	free(build->manifest);
}

/* Runs a script to its end and says every few seconds that it still does. Its messages are the
 * user's to read. */
static struct error *run_script(const struct image_build *build, const char *what,
				const char *const *argv)
{
	const struct subprocess_options options = {.argv = argv};
	struct subprocess process = {.pidfd = -1};
	uint64_t start = clock_monotonic_ns();
	int status = 0;

	progress(build, "%s", what);
	struct error *err = subprocess_start(&options, &process);
	if (err)
		return err;
	for (;;) {
		err = subprocess_wait(&process, TICK_MS, &status);
		if (!err || error_code(err) != ERROR_TIMEOUT)
			break;
		error_free(err);
		progress(build, "%s: %d s", what,
			 (int)((clock_monotonic_ns() - start) / 1000000000));
	}
	if (!err && status != 0)
		err = error_new(ERROR_FAILED, "%s: did not work (status %d)", what, status);
	return err;
}

static struct error *bootstrap(const struct image_build *build)
{
	cleanup_free char *script = xasprintf("%s/bootstrap.sh", build->scripts);
	cleanup_free char *cache = xasprintf("%s/cache", build->state);
	cleanup_free char *early = xasprintf("%s.new", build->tar);
	const char *const argv[] = {script, build->recipe, early, NULL};

	if (file_exists(build->tar))
		return NULL;
	struct error *err = file_make_folders(cache, 0755);
	if (!err)
		err = run_script(build, "download and unpack the guest's packages", argv);
	if (!err && rename(early, build->tar) != 0)
		err = error_os(errno, "rename '%s'", early);
	return err;
}

/* An ordinary user does it as root of a user namespace with a range of ids (/etc/subuid). */
static struct error *compose(const struct image_build *build, const char *folder)
{
	cleanup_free char *script = xasprintf("%s/compose.sh", build->scripts);
	const char *const plain[] = {script, build->recipe, build->tar, folder, NULL};
	const char *const mapped[] = {"unshare", "--map-auto",  "--map-root-user",
				      script,    build->recipe, build->tar,
				      folder,    NULL};

	return run_script(build, "make the guest's disk", geteuid() == 0 ? plain : mapped);
}

/* The value of a line NAME=value in the recipe. */
static struct error *recipe_value(const struct image_build *build, const char *name, char **ret)
{
	cleanup_free char *path = xasprintf("%s/recipe", build->recipe);
	cleanup_free char *text = NULL;
	size_t size;

	struct error *err = file_read(path, RECIPE_MAX, &text, &size);
	if (err)
		return err;
	for (char *line, *rest = text; (line = strsep(&rest, "\n"));) {
		size_t length = strlen(name);
		if (strncmp(line, name, length) == 0 && line[length] == '=') {
			*ret = xstrdup(line + length + 1);
			return NULL;
		}
	}
	return error_new(ERROR_FORMAT, "'%s' has no %s", path, name);
}

static struct error *kernel_release(const char *folder, char **ret)
{
	cleanup_free char *path = xasprintf("%s/release", folder);
	size_t size;

	struct error *err = file_read(path, 256, ret, &size);
	if (!err)
		(*ret)[strcspn(*ret, "\n")] = '\0';
	return err;
}

static struct error *write_files(struct json_writer *json, const char *folder)
{
	static const char *const names[] = {"disk.raw", "vmlinuz", "initrd", "packages"};
	struct error *err = NULL;

	json_key(json, "files");
	json_object_begin(json);
	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++) {
		cleanup_free char *path = xasprintf("%s/%s", folder, names[i]);
		char digest[FINGERPRINT_SIZE];
		err = fingerprint_file(path, digest);
		if (!err)
			json_member_text(json, names[i], digest);
	}
	json_object_end(json);
	return err;
}

static void write_inputs(struct json_writer *json, const struct image_build *build)
{
	cleanup_free char *text = xstrdup(buffer_text(&build->inputs));

	json_key(json, "inputs");
	json_object_begin(json);
	for (char *line, *rest = text; (line = strsep(&rest, "\n"));) {
		char *name = strchr(line, ' ');
		if (!name)
			continue;
		*name = '\0';
		json_member_text(json, name + 1, line);
	}
	json_object_end(json);
}

static struct error *write_manifest(const struct image_build *build, const char *folder,
				    const struct package_list *packages)
{
	cleanup_free char *path = xasprintf("%s/manifest.json", folder);
	cleanup_free char *release = NULL;
	cleanup_free char *uuid = NULL;
	cleanup_buffer struct buffer text = {0};
	struct json_writer json;

	struct error *err = kernel_release(folder, &release);
	if (!err)
		err = recipe_value(build, "DISK_UUID", &uuid);
	if (err)
		return err;
	json_writer_init_buffer(&json, &text, true);
	json_object_begin(&json);
	json_member_text(&json, "name", build->name);
	json_member_text(&json, "key", build->key);
	json_member_text(&json, "kernel_release", release);
	json_member_text(&json, "disk_uuid", uuid);
	write_inputs(&json, build);
	err = write_files(&json, folder);
	package_list_write(packages, &json);
	json_object_end(&json);
	struct error *not_written = json_writer_finish(&json);
	if (err) {
		error_free(not_written);
		return err;
	}
	return not_written ? not_written : file_write(path, text.data, text.size, 0444);
}

static void report_moves(const struct image_build *build, const struct package_list *locked,
			 const struct package_list *got)
{
	cleanup_buffer struct buffer text = {0};

	if (!locked->entries.count)
		return;
	size_t moved = package_list_compare(locked, got, &text);
	if (moved)
		progress(build, "%zu packages are not those of packages.lock:\n%s", moved,
			 buffer_text(&text));
}

static struct error *finish(const struct image_build *build, const char *folder)
{
	cleanup_free char *disk = xasprintf("%s/disk.raw", folder);
	cleanup_free char *list = xasprintf("%s/packages", folder);
	cleanup_free char *lock = xasprintf("%s/packages.lock", build->recipe);
	cleanup_package_list struct package_list got = {0}, locked = {0};
	cleanup_free char *epoch = NULL;
	uint64_t seconds = 0;

	struct error *err = recipe_value(build, "EPOCH", &epoch);
	if (!err && !text_to_u64(epoch, &seconds))
		err = error_new(ERROR_FORMAT, "the recipe's EPOCH is no number");
	if (!err)
		err = disk_times_settle(disk, IMAGE_DISK_OFFSET, seconds);
	if (!err)
		err = package_list_load(&got, list);
	if (!err)
		err = package_list_load(&locked, lock);
	if (err)
		return err;
	report_moves(build, &locked, &got);
	if (build->options->update_lock)
		err = package_list_save(&got, lock);
	progress(build, "hash the image");
	return err ? err : write_manifest(build, folder, &got);
}

struct error *image_build_run(struct image_build *build)
{
	static const char *const names[] = {"disk.raw", "vmlinuz",       "initrd", "packages",
					    "release",  "manifest.json", NULL};
	cleanup_free char *parent = xasprintf("%s/images/%s", build->state, build->name);
	cleanup_free char *early = xasprintf("%s/.new-XXXXXX", parent);
	cleanup_close int lock = -1;

	struct error *err = state_lock(parent, &lock);
	if (err || file_exists(build->manifest)) /* another one made it meanwhile */
		return err;
	err = bootstrap(build);
	if (err)
		return err;
	if (!mkdtemp(early))
		return error_os(errno, "make a folder in '%s'", parent);
	err = compose(build, early);
	if (!err)
		err = finish(build, early);
	if (!err)
		err = state_protect(early, names);
	if (!err && rename(early, build->folder) != 0)
		err = error_os(errno, "rename '%s'", early);
	if (err)
		error_free(state_remove(early));
	return err;
}

struct error *image_build_publish(const struct image_build *build)
{
	cleanup_free char *current = xasprintf("%s/images/%s/current", build->state, build->name);
	cleanup_free char *early = xasprintf("%s.new", current);
	char target[256];
	ssize_t size = readlink(current, target, sizeof(target) - 1);

	if (size > 0 && (size_t)size == strlen(build->key) &&
	    memcmp(target, build->key, (size_t)size) == 0)
		return NULL;
	unlink(early);
	if (symlink(build->key, early) != 0 || rename(early, current) != 0)
		return error_os(errno, "make '%s' the current image", build->key);
	return NULL;
}
