/* SPDX-License-Identifier: MIT */
#include "behavior/actors.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

enum { COMMAND_LINE_MAX = 32 * 1024 };

static void program_unref(struct actors *actors, struct program *program)
{
	if (!program || --program->references > 0)
		return;
	actors->bytes -= program->bytes;
	free(program->image);
	free(program->command_line);
	free(program->cwd);
	free(program);
}

void actors_deinit(struct actors *actors)
{
	vec_foreach(&actors->list, actor) {
		program_unref(actors, actor->program);
		free(actor->calls_seen);
	}
	vec_deinit(&actors->list);
	vec_foreach(&actors->names, name)
		free(name->name);
	vec_deinit(&actors->names);
}

/* "p12" → 12; 0 for anything else. */
static uint32_t index_of(const char *id)
{
	uint64_t index;

	if (!id || id[0] != 'p' || !text_to_u64(id + 1, &index) || index >= ACTORS_MAX)
		return 0;
	return (uint32_t)index;
}

struct actor *actors_get(struct actors *actors, const char *id)
{
	uint32_t index = index_of(id);

	if (index == 0)
		return NULL;
	while (actors->list.count <= index)
		(void)vec_push(&actors->list);
	return &actors->list.data[index];
}

const struct actor *actors_find(const struct actors *actors, const char *id)
{
	uint32_t index = index_of(id);

	return index && index < actors->list.count ? &actors->list.data[index] : NULL;
}

const struct actor *actors_parent(const struct actors *actors, const struct actor *actor)
{
	if (!actor || actor->parent == 0 || actor->parent >= actors->list.count)
		return NULL;
	return &actors->list.data[actor->parent];
}

static void set_name(struct actor *actor, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	snprintf(actor->name, sizeof(actor->name), "%s", slash ? slash + 1 : path ? path : "");
}

static struct program *program_of(struct actors *actors, const struct event *event)
{
	struct buffer line = {.limit = COMMAND_LINE_MAX};
	struct program *program = xcalloc(1, sizeof(*program));

	for (size_t i = 0; i < event->arguments.count; i++) {
		if (i)
			buffer_append_char(&line, ' ');
		buffer_append_text(&line, event->arguments.data[i]);
	}
	program->references = 1;
	program->image = xstrdup(event->path ? event->path : "");
	program->cwd = event->cwd ? xstrdup(event->cwd) : NULL;
	program->bytes =
		line.size + strlen(program->image) + (program->cwd ? strlen(program->cwd) : 0);
	program->command_line = buffer_text(&line)[0] ? buffer_steal(&line) : xstrdup("");
	buffer_deinit(&line);
	actors->bytes += program->bytes;
	return program;
}

static void take_exec(struct actors *actors, struct actor *actor, const struct event *event)
{
	program_unref(actors, actor->program);
	actor->program = NULL;
	/* Beyond the ceiling a process has no image: rules that ask for one do not match. */
	if (actors->bytes < ACTORS_BYTES_MAX)
		actor->program = program_of(actors, event);
	set_name(actor, event->requested ? event->requested : event->path);
	free(actor->calls_seen);
	actor->calls_seen = NULL;
	if (event->parent)
		actor->parent = index_of(event->parent);
}

static void take_fork(struct actors *actors, const struct event *event)
{
	uint32_t parent_index = index_of(event->process);
	struct actor *child = actors_get(actors, event->other_process);

	if (!child || text_equal(event->process, event->other_process) || parent_index == 0 ||
	    parent_index >= actors->list.count)
		return;
	const struct actor *parent = &actors->list.data[parent_index];
	child->parent = parent_index;
	child->uid = parent->uid;
	child->is_sample |= parent->is_sample;
	if (child->program || !parent->program)
		return;
	child->program = parent->program;
	child->program->references++;
	memcpy(child->name, parent->name, sizeof(child->name));
}

static void take_dns(struct actors *actors, const struct event *event)
{
	if (!event->address || !event->name || strlen(event->address) >= 46)
		return;
	vec_foreach(&actors->names, known)
		if (text_equal(known->address, event->address)) {
			free(known->name);
			known->name = xstrdup(event->name);
			return;
		}
	if (actors->names.count >= ACTOR_NAMES_MAX)
		return;
	struct address_name *name = vec_push(&actors->names);
	snprintf(name->address, sizeof(name->address), "%s", event->address);
	name->name = xstrdup(event->name);
}

void actors_update(struct actors *actors, const struct event *event)
{
	struct actor *actor = actors_get(actors, event->process);

	if (event->type == EVENT_KIND_DNS)
		take_dns(actors, event);
	if (!actor)
		return;
	actor->is_sample |= event->is_sample;
	actor->uid = event->uid;
	if (event->type == EVENT_KIND_EXEC)
		take_exec(actors, actor, event);
	else if (event->type == EVENT_KIND_FORK)
		take_fork(actors, event);
}

bool actor_call_is_new(struct actor *actor, const char *abi, uint64_t number)
{
	unsigned table = text_equal(abi, "i386") ? 1 : 0;
	size_t bit = table * (size_t)ACTOR_CALLS + (size_t)min_of(number, ACTOR_CALLS - 1ULL);

	if (!actor->calls_seen)
		actor->calls_seen = xcalloc(2 * ACTOR_CALLS / 8, 1);
	if (actor->calls_seen[bit / 8] >> bit % 8 & 1)
		return false;
	actor->calls_seen[bit / 8] |= (uint8_t)(1U << bit % 8);
	return true;
}

const char *actors_name_of(const struct actors *actors, const char *address)
{
	if (!address)
		return NULL;
	for (size_t i = 0; i < actors->names.count; i++)
		if (text_equal(actors->names.data[i].address, address))
			return actors->names.data[i].name;
	return NULL;
}
