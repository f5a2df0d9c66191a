/* SPDX-License-Identifier: MIT */
#include "guest/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "guest/schedule.h"

void changes_init(struct changes *changes)
{
	*changes = (struct changes){.capacity = 256};
	changes->slots = xcalloc(changes->capacity, sizeof(*changes->slots));
}

void changes_deinit(struct changes *changes)
{
	for (size_t i = 0; i < changes->capacity; i++)
		free(changes->slots[i].path);
	free(changes->slots);
	for (size_t i = 0; i < changes->scheduled_count; i++)
		free(changes->scheduled[i]);
	*changes = (struct changes){0};
}

static size_t hash_path(const char *path)
{
	/* FNV-1a; a sample that makes it collide slows only its own run. */
	uint64_t hash = 0xcbf29ce484222325;

	for (; *path; path++)
		hash = (hash ^ (uint8_t)*path) * 0x100000001b3;
	return (size_t)hash;
}

static struct change *find_slot(struct changes *changes, const char *path)
{
	size_t at = hash_path(path) & (changes->capacity - 1);

	while (changes->slots[at].path && !text_equal(changes->slots[at].path, path))
		at = (at + 1) & (changes->capacity - 1);
	return &changes->slots[at];
}

static void grow(struct changes *changes)
{
	struct changes larger = {.capacity = changes->capacity * 2};

	larger.slots = xcalloc(larger.capacity, sizeof(*larger.slots));
	for (size_t i = 0; i < changes->capacity; i++) {
		if (changes->slots[i].path)
			*find_slot(&larger, changes->slots[i].path) = changes->slots[i];
	}
	free(changes->slots);
	changes->slots = larger.slots;
	changes->capacity = larger.capacity;
}

static void add(struct changes *changes, struct span text, uint64_t writer)
{
	char path[EVENT_PATH_TEXT_SIZE];
	bool complete;

	event_path(text, path, &complete);
	/* What has no name is looked for among the descriptors of frozen processes. */
	if (!complete || text_starts_with(path, "/memfd:"))
		return;
	if (changes->count >= changes->capacity / 2)
		grow(changes);
	struct change *slot = find_slot(changes, path);
	if (!slot->path) {
		size_t size = strlen(path);
		if (changes->count == CHANGES_MAX ||
		    changes->path_bytes + size > CHANGES_BYTES_MAX) {
			changes->overflow++;
			return;
		}
		slot->path = xstrdup(path);
		changes->path_bytes += size;
		changes->count++;
		if (schedule_of(path) != SCHEDULE_NONE && changes->scheduled_count < SCHEDULED_MAX)
			changes->scheduled[changes->scheduled_count++] = xstrdup(path);
	}
	slot->writer = writer;
}

void changes_note(struct changes *changes, const struct event_record *record)
{
	uint64_t writer = record->header.process;

	if (record->header.type == EVENT_FILE_WRITTEN) {
		if (record->written.marked && event_has_text(record, EVENT_TEXT_PATH))
			add(changes, record->texts[EVENT_TEXT_PATH],
			    record->written.writer_process);
		return;
	}
	if (!(record->header.flags & EVENT_MARKED) || record->file.result != 0)
		return;
	if (record->header.type == EVENT_FILE_OPEN || record->header.type == EVENT_FILE_TRUNCATE)
		add(changes, record->texts[EVENT_TEXT_PATH], writer);
	if (record->header.type == EVENT_FILE_RENAME || record->header.type == EVENT_FILE_LINK)
		add(changes, record->texts[EVENT_TEXT_PATH2], writer);
}

bool changes_due(const struct changes *changes)
{
	for (size_t i = 0; i < changes->scheduled_count; i++) {
		if (schedule_file_due(changes->scheduled[i]))
			return true;
	}
	/* More than we look at: somebody plants in earnest. */
	return changes->scheduled_count == SCHEDULED_MAX;
}
