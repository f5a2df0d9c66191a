/* SPDX-License-Identifier: MIT */
#include "behavior/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

enum {
	VALUES_MAX = 9000,      /* arguments and environment of one exec, and a few */
	BYTES_MAX = 256 * 1024, /* of their texts; what is beyond is not seen */
};

struct slot {
	bool is_loaded;
	unsigned first;
	unsigned count;
};

struct values {
	struct values_source source;
	struct slot slots[FIELD_COUNT];
	unsigned argument; /* which one FIELD_AUDIT_ARGUMENT's slot holds */
	unsigned count;
	size_t used;
	struct value values[VALUES_MAX];
	uint8_t bytes[BYTES_MAX];
};

struct values *values_new(void)
{
	return xcalloc(1, sizeof(struct values));
}

void values_free(struct values *values)
{
	free(values);
}

void values_begin(struct values *values, const struct values_source *source)
{
	values->source = *source;
	memset(values->slots, 0, sizeof(values->slots));
	values->count = 0;
	values->used = 0;
}

static void add_span(struct values *values, struct span text)
{
	if (values->count >= VALUES_MAX || text.size > BYTES_MAX - values->used)
		return;
	uint8_t *lower = values->bytes + values->used;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		lower[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
	}
	values->used += text.size;
	values->values[values->count++] =
		(struct value){.text = text, .lower = span_of(lower, text.size)};
}

static void add(struct values *values, const char *text)
{
	if (text)
		add_span(values, span_text(text));
}

static void add_bool(struct values *values, bool is_true)
{
	add(values, is_true ? "true" : "false");
}

/* Numbers have no text of their own: it goes into the same bytes. */
PRINTF_LIKE(2, 3) static void add_number(struct values *values, const char *format, ...)
{
	char text[32];
	va_list args;

	va_start(args, format);
	int size = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= sizeof(text) || (size_t)size > BYTES_MAX - values->used)
		return;
	uint8_t *kept = values->bytes + values->used;
	memcpy(kept, text, (size_t)size);
	values->used += (size_t)size;
	add_span(values, span_of(kept, (size_t)size));
}

bool path_is_packaged(const struct analysis_facts *facts, const char *path)
{
	struct span lines = facts->package_files;
	char merged[4096];

	if (!path || lines.size == 0)
		return false;
	if (text_starts_with(path, "/bin/") || text_starts_with(path, "/sbin/") ||
	    text_starts_with(path, "/lib"))
		snprintf(merged, sizeof(merged), "/usr%s", path);
	else
		snprintf(merged, sizeof(merged), "%s", path);
	struct span wanted = span_text(merged);
	size_t low = 0, high = lines.size;
	while (low < high) {
		size_t start = low + (high - low) / 2;
		while (start > low && lines.data[start - 1] != '\n')
			start--;
		const uint8_t *end = memchr(lines.data + start, '\n', lines.size - start);
		size_t size = end ? (size_t)(end - (lines.data + start)) : lines.size - start;
		size_t common = min_of(size, wanted.size);
		int order = memcmp(wanted.data, lines.data + start, common);
		if (order == 0 && size == wanted.size)
			return true;
		if (order < 0 || (order == 0 && wanted.size < size))
			high = start;
		else
			low = min_of(start + size + 1, lines.size);
	}
	return false;
}

/* The file that the event is about, in this view. */
static const char *target_filename(const struct values_source *source)
{
	const struct event *event = source->event;

	if (source->view == VIEW_FILE_SUMMARY)
		return source->file_name;
	if (event->type == EVENT_KIND_FILE_RENAME || event->type == EVENT_KIND_FILE_LINK)
		return event->target;
	return event->type == EVENT_KIND_EXEC ? NULL : event->path;
}

/* Ids that Debian's base-passwd gives to everyone. */
static const char *user_name(uint64_t uid)
{
	static const struct {
		uint64_t uid;
		const char *name;
	} users[] = {
		{0, "root"}, {1, "daemon"},    {2, "bin"},
		{8, "mail"}, {33, "www-data"}, {65534, "nobody"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(users); i++)
		if (users[i].uid == uid)
			return users[i].name;
	return NULL;
}

static const char *image_of(const struct actor *actor)
{
	return actor && actor->program ? actor->program->image : NULL;
}

static const char *command_line_of(const struct actor *actor)
{
	return actor && actor->program ? actor->program->command_line : NULL;
}

static void load_process(struct values *values, enum rule_field field)
{
	const struct values_source *source = &values->source;
	const struct event *event = source->event;

	switch ((int)field) {
	case FIELD_IMAGE:
		add(values, image_of(source->actor));
		break;
	case FIELD_COMMAND_LINE:
		add(values, command_line_of(source->actor));
		break;
	case FIELD_PARENT_IMAGE:
		add(values, image_of(source->parent));
		break;
	case FIELD_PARENT_COMMAND_LINE:
		add(values, command_line_of(source->parent));
		break;
	case FIELD_CURRENT_DIRECTORY:
		if (source->actor && source->actor->program)
			add(values, source->actor->program->cwd);
		break;
	case FIELD_USER:
		if (event && user_name(event->uid))
			add(values, user_name(event->uid));
		else if (event)
			add_number(values, "%" PRIu64, event->uid);
		break;
	case FIELD_USER_ID:
		if (event)
			add_number(values, "%" PRIu64, event->uid);
		break;
	case FIELD_PROCESS_NAME:
		if (source->actor && source->actor->name[0])
			add(values, source->actor->name);
		break;
	case FIELD_PROCESS_ID:
		add(values, event ? event->process : NULL);
		break;
	case FIELD_REQUESTED_IMAGE:
		add(values, event ? event->requested : NULL);
		break;
	case FIELD_ENVIRONMENT:
		for (size_t i = 0; event && i < event->environment.count; i++)
			add(values, event->environment.data[i]);
		break;
	case FIELD_SAMPLE_PROCESS:
		add_bool(values, !event || event->is_sample);
		break;
	case FIELD_TARGET_IMAGE:
		add(values, image_of(source->other));
		break;
	case FIELD_TARGET_SAMPLE_PROCESS:
		if (source->other)
			add_bool(values, source->other->is_sample);
		break;
	default:
		break;
	}
}

/* A link's target as a path from the root: relative ones are taken from the link's folder. */
static bool link_target_is_packaged(const struct values_source *source)
{
	const struct event *event = source->event;
	char path[8200];

	if (!event || !event->target || event->type != EVENT_KIND_FILE_SYMLINK)
		return false;
	if (event->target[0] == '/' || !event->path)
		return path_is_packaged(source->facts, event->target);
	const char *rest = event->target;
	size_t size = strlen(event->path);
	do {
		while (size > 0 && event->path[size - 1] != '/')
			size--;
		size -= size > 0;
		if (strncmp(rest, "../", 3) != 0)
			break;
		rest += 3;
	} while (size > 0);
	snprintf(path, sizeof(path), "%.*s/%s", (int)size, event->path, rest);
	return path_is_packaged(source->facts, path);
}

static void load_file(struct values *values, enum rule_field field)
{
	const struct values_source *source = &values->source;
	const struct event *event = source->event;
	const struct file_activity *file = source->file;

	switch ((int)field) {
	case FIELD_TARGET_FILENAME:
		add(values, target_filename(source));
		break;
	case FIELD_SOURCE_FILENAME:
		add(values, event ? event->path : file->path);
		break;
	case FIELD_LINK_TARGET:
		add(values, event ? event->target : NULL);
		break;
	case FIELD_MODE:
		add_number(values, "%04" PRIo64, (event ? event->mode : file->mode) & 07777);
		break;
	case FIELD_SIZE:
		add_number(values, "%" PRIu64, event ? event->size : file->bytes_written);
		break;
	case FIELD_ATTRIBUTE:
		add(values, event ? event->name : NULL);
		break;
	case FIELD_TARGET_IS_SAMPLE:
		add_bool(values, event ? event->is_of_sample : file->is_of_sample);
		break;
	case FIELD_COPY_OF_SAMPLE:
		add_bool(values, file && file->sha256 && !file->is_of_sample &&
					 text_equal(file->sha256, source->facts->sample_sha256));
		break;
	case FIELD_CONTENT_SHA256:
		add(values, file ? file->sha256 : NULL);
		break;
	case FIELD_PACKAGE_OWNED:
		add_bool(values, path_is_packaged(source->facts, target_filename(source)));
		break;
	case FIELD_LINK_TARGET_PACKAGE_OWNED:
		add_bool(values, link_target_is_packaged(source));
		break;
	case FIELD_WRITTEN_BY_SAMPLE:
		add_bool(values, event ? event->is_planted : file->bytes_written > 0);
		break;
	case FIELD_IS_MEMFD:
		add_bool(values, event && event->is_memfd);
		break;
	case FIELD_IS_WRITABLE:
		add_bool(values, event && event->is_writable);
		break;
	case FIELD_IS_REPLACING:
		add_bool(values, event && event->is_replacing);
		break;
	case FIELD_EXISTED:
		if (file)
			add_bool(values, file->existed_before);
		break;
	case FIELD_EXISTS:
		if (file)
			add_bool(values, file->exists_at_end);
		break;
	case FIELD_OPERATIONS:
		for (size_t i = 0; file && i < file->operations.count; i++)
			add(values, file->operations.data[i]);
		break;
	default:
		break;
	}
}

static void load_network(struct values *values, enum rule_field field)
{
	const struct event *event = values->source.event;
	bool is_incoming = event && event->type == EVENT_KIND_ACCEPT;

	if (!event)
		return;
	const char *remote = event->address, *local = event->local_address;
	switch ((int)field) {
	case FIELD_DESTINATION_IP:
		add(values, is_incoming ? local : remote);
		break;
	case FIELD_DESTINATION_PORT:
		if (event->type == EVENT_KIND_BIND || event->type == EVENT_KIND_LISTEN)
			break;
		add_number(values, "%" PRIu64, is_incoming ? event->local_port : event->port);
		break;
	case FIELD_DESTINATION_HOSTNAME:
		add(values, actors_name_of(values->source.actors, remote));
		break;
	case FIELD_SOURCE_IP:
		add(values, is_incoming ? remote : local);
		break;
	case FIELD_SOURCE_PORT:
		add_number(values, "%" PRIu64, is_incoming ? event->port : event->local_port);
		break;
	case FIELD_PROTOCOL:
		add(values, event->protocol);
		break;
	case FIELD_INITIATED:
		add_bool(values, !is_incoming);
		break;
	case FIELD_QUERY_NAME:
		add(values, event->type == EVENT_KIND_DNS ? event->name : NULL);
		break;
	case FIELD_QUERY_RESULTS:
		add(values, event->type == EVENT_KIND_DNS ? event->address : NULL);
		break;
	default:
		break;
	}
}

static const char *audit_type(enum view view)
{
	if (view == VIEW_AUDIT_EXECVE)
		return "EXECVE";
	if (view == VIEW_AUDIT_PATH)
		return "PATH";
	return view == VIEW_AUDIT_SYSCALL ? "SYSCALL" : NULL;
}

static void load_record(struct values *values, struct field_name name)
{
	const struct values_source *source = &values->source;
	const struct event *event = source->event;

	if (!event)
		return;
	bool is_exec = event->type == EVENT_KIND_EXEC;
	switch ((int)name.field) {
	case FIELD_AUDIT_TYPE:
		add(values, audit_type(source->view));
		break;
	case FIELD_AUDIT_ARGUMENT:
		if (source->view == VIEW_AUDIT_EXECVE && name.index < event->arguments.count)
			add(values, event->arguments.data[name.index]);
		break;
	case FIELD_AUDIT_NAME:
		if (source->view == VIEW_AUDIT_PATH)
			add(values, target_filename(source));
		break;
	case FIELD_SYSCALL:
		add(values, is_exec ? "execve" : event->name);
		break;
	case FIELD_SYSCALL_NUMBER:
		if (!is_exec)
			add_number(values, "%" PRIu64, event->number_of);
		break;
	case FIELD_ABI:
		add(values, event->abi);
		break;
	case FIELD_COUNT_OF:
		add_number(values, "%" PRIu64, event->count);
		break;
	case FIELD_NUMBER:
		add_number(values, "%" PRIu64, event->number_of);
		break;
	case FIELD_RESULT:
		add_number(values, "%" PRId64, event->result);
		break;
	case FIELD_SUCCESS:
		add(values, event->result < 0 ? "no" : "yes");
		break;
	case FIELD_EVENT_TYPE:
		add(values, model_value_name(&values_event_kind, event->type));
		break;
	case FIELD_IMAGE_LOADED:
		add(values, event->path);
		break;
	case FIELD_MODULE_NAME:
	case FIELD_SIGNAL:
		add(values, event->name);
		break;
	default:
		break;
	}
}

/* Keywords look at every text that a log line about the event would hold. */
static void load_any(struct values *values)
{
	const struct event *event = values->source.event;

	if (!event) {
		add(values, values->source.file_name);
		return;
	}
	if (event->type == EVENT_KIND_EXEC) {
		add(values, command_line_of(values->source.actor));
		add(values, event->path);
		return;
	}
	add(values, event->path);
	add(values, event->target);
	add(values, event->name);
	add(values, event->address);
}

static void load(struct values *values, struct field_name name)
{
	if (name.field == FIELD_ANY)
		load_any(values);
	load_process(values, name.field);
	if (name.field >= FIELD_AUDIT_TYPE || name.field == FIELD_IMAGE_LOADED ||
	    name.field == FIELD_MODULE_NAME || name.field == FIELD_SIGNAL)
		load_record(values, name);
	load_file(values, name.field);
	load_network(values, name.field);
}

size_t values_get(struct values *values, struct field_name name, const struct value **ret)
{
	struct slot *slot = &values->slots[name.field];

	if (name.field == FIELD_UNKNOWN)
		return 0;
	if (name.field == FIELD_AUDIT_ARGUMENT && values->argument != name.index) {
		slot->is_loaded = false;
		values->argument = name.index;
	}
	if (!slot->is_loaded) {
		slot->first = values->count;
		load(values, name);
		slot->count = values->count - slot->first;
		slot->is_loaded = true;
	}
	*ret = &values->values[slot->first];
	return slot->count;
}
