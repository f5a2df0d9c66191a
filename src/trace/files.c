/* SPDX-License-Identifier: MIT */
#include "trace/files.h"

#include <string.h>

#include "base/text.h"

static const char *const operation_names[] = {
	"opened", "created", "written", "truncated", "deleted", "renamed",  "replaced",
	"linked", "chmod",   "chown",   "times",     "xattr",   "executed",
};

void files_init(struct files *files, struct store *store, const char *sample_path, uint64_t seed)
{
	*files = (struct files){.store = store, .sample_path = sample_path};
	id_map_init(&files->ids, seed);
}

void files_deinit(struct files *files)
{
	vec_foreach(&files->entries, entry)
		vec_deinit(&entry->processes);
	vec_deinit(&files->entries);
	id_map_deinit(&files->ids);
}

static bool is_known(const struct event_inode *file)
{
	return file->inode || file->device;
}

static uint64_t key_of(const struct event_inode *file, const char *path)
{
	if (is_known(file))
		return id_mix(file->inode, (uint64_t)file->device << 32 | file->generation);
	/* FNV-1a; only for records that name no inode. */
	uint64_t hash = 0xcbf29ce484222325ULL;
	for (const char *c = path ? path : ""; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3ULL;
	return hash;
}

bool files_is_sample(struct files *files, const struct event_inode *file, const char *path)
{
	const struct event_inode *sample = &files->sample;
	bool has_its_path = files->sample_path && text_equal(path, files->sample_path);

	if (!is_known(file))
		return has_its_path;
	if (!is_known(sample)) {
		if (has_its_path)
			files->sample = *file;
		return has_its_path;
	}
	return sample->inode == file->inode && sample->device == file->device &&
	       sample->generation == file->generation;
}

static struct file_entry *find_or_add(struct files *files, const struct event_inode *file,
				      const char *path, const struct event *event)
{
	uint64_t key = key_of(file, path);
	uint32_t index;

	if (id_map_get(&files->ids, key, &index))
		return &files->entries.data[index];
	if (files->entries.count >= FILES_MAX) {
		files->not_kept++;
		return NULL;
	}
	id_map_put(&files->ids, key, (uint32_t)files->entries.count);
	struct file_entry *entry = vec_push(&files->entries);
	entry->activity.path = store_text(files->store, path);
	entry->activity.first_event = event->number;
	entry->activity.inode = file->inode;
	entry->activity.existed_before = true;
	return entry;
}

static void add_process(struct file_entry *entry, const char *id)
{
	if (!id)
		return;
	/* The last one first: events of one process come in rows. */
	for (size_t i = entry->processes.count; i > 0; i--)
		if (entry->processes.data[i - 1] == id)
			return;
	if (entry->processes.count < FILE_PROCESSES_MAX)
		vec_add(&entry->processes, id);
}

void files_touch(struct files *files, const struct event_inode *file, const char *path,
		 enum file_operation operation, const struct event *event)
{
	struct file_entry *entry = find_or_add(files, file, path, event);

	if (!entry)
		return;
	struct file_activity *activity = &entry->activity;
	/* Made by the sample if the first that it did was to make it. */
	if (operation == FILE_CREATED && activity->events == 0)
		activity->existed_before = false;
	activity->events++;
	activity->last_event = event->number;
	activity->is_of_sample |= event->is_of_sample;
	if (event->mode)
		activity->mode = event->mode;
	if (operation == FILE_WRITTEN)
		activity->bytes_written += event->size;
	if (operation == FILE_RENAMED)
		activity->renamed_to = store_text(files->store, event->target);
	if (operation != FILE_OPENED && operation != FILE_EXECUTED)
		activity->is_changed = true;
	if (operation & (FILE_CREATED | FILE_WRITTEN | FILE_TRUNCATED))
		entry->planted = event->number;
	entry->operations |= operation;
	add_process(entry, event->process);
}

uint64_t files_planted(const struct files *files, const struct event_inode *file)
{
	uint32_t index;

	if (!is_known(file) || !id_map_get(&files->ids, key_of(file, NULL), &index))
		return 0;
	return files->entries.data[index].planted;
}

void files_finish(struct files *files, struct trace_summary *ret)
{
	struct arena *arena = files->store->arena;
	const char *names[ARRAY_SIZE(operation_names)];
	size_t count = files->entries.count;

	if (count == 0)
		return;
	ret->files.data = arena_alloc(arena, count * sizeof(struct file_activity));
	ret->files.count = count;
	for (size_t i = 0; i < count; i++) {
		struct file_entry *entry = &files->entries.data[i];
		size_t n = 0;
		for (size_t bit = 0; bit < ARRAY_SIZE(operation_names); bit++)
			if (entry->operations & 1U << bit)
				names[n++] = operation_names[bit];
		list_take(arena, &entry->activity.operations, names, n);
		list_take(arena, &entry->activity.processes, entry->processes.data,
			  entry->processes.count);
		ret->files.data[i] = entry->activity;
	}
}
