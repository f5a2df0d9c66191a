/* SPDX-License-Identifier: MIT */
#include "wire/control.h"

#include <stddef.h>
#include <string.h>

#include "base/macro.h"

enum kind {
	KIND_U32,
	KIND_U64,
	KIND_TEXT,
};

struct field {
	uint16_t offset;
	uint16_t kind;
};

struct layout {
	const struct field *fields;
	size_t count;
	bool known;
};

#define KIND_OF(member)                                                                            \
	_Generic(((struct control_message *)0)->member, uint32_t                                   \
		 : KIND_U32, uint64_t                                                              \
		 : KIND_U64, struct span                                                           \
		 : KIND_TEXT)
#define FIELD(member)                                                                              \
	{                                                                                          \
		offsetof(struct control_message, member), KIND_OF(member)                          \
	}
#define LAYOUT(...)                                                                                \
	{                                                                                          \
		.fields = (const struct field[]){__VA_ARGS__},                                     \
		.count = ARRAY_SIZE(((const struct field[]){__VA_ARGS__})), .known = true          \
	}
#define PER_CLASS(member)                                                                          \
	FIELD(member[0]), FIELD(member[1]), FIELD(member[2]), FIELD(member[3]), FIELD(member[4]),  \
		FIELD(member[5])
_Static_assert(EVENT_CLASS_COUNT == 6, "PER_CLASS names every class");

/* clang-format off */
static const struct layout layouts[] = {
	[FRAME_HELLO] = LAYOUT(FIELD(hello.version), FIELD(hello.reserved), FIELD(hello.realtime_ns),
		FIELD(hello.key), FIELD(hello.entropy)),
	[FRAME_PUT] = LAYOUT(FIELD(put.mode), FIELD(put.uid), FIELD(put.gid), FIELD(put.flags),
		FIELD(put.offset), FIELD(put.path), FIELD(put.data)),
	[FRAME_SETUP] = LAYOUT(FIELD(setup.timeout_ms), FIELD(setup.reserved), FIELD(setup.path)),
	[FRAME_RUN] = LAYOUT(FIELD(run.flags), FIELD(run.rows), FIELD(run.columns),
		FIELD(run.monitor_timeout_ms), FIELD(run.path), FIELD(run.argv),
		FIELD(run.environment), FIELD(run.folder), FIELD(run.user), FIELD(run.input),
		FIELD(run.monitors)),
	[FRAME_GO] = {.known = true},
	[FRAME_FREEZE] = LAYOUT(FIELD(freeze.timeout_ms), FIELD(freeze.reserved)),
	[FRAME_COLLECT] = LAYOUT(FIELD(collect.file_limit), FIELD(collect.total_limit),
		FIELD(collect.timeout_ms), FIELD(collect.reserved)),
	[FRAME_PROCESSES] = {.known = true},
	[FRAME_READY] = LAYOUT(FIELD(ready.version), FIELD(ready.machine), FIELD(ready.attached),
		FIELD(ready.missing), FIELD(ready.kernel), FIELD(ready.missing_names)),
	[FRAME_DONE] = LAYOUT(FIELD(done.request), FIELD(done.error), FIELD(done.value),
		FIELD(done.stream_frames), FIELD(done.message)),
	[FRAME_STARTED] = LAYOUT(FIELD(started.pid), FIELD(started.monitors), FIELD(started.task),
		FIELD(started.time_ns), FIELD(started.stream_frames)),
	[FRAME_EXITED] = LAYOUT(FIELD(exited.pid), FIELD(exited.status), FIELD(exited.exec_error),
		FIELD(exited.reserved), FIELD(exited.time_ns), FIELD(exited.stream_frames)),
	[FRAME_IDLE] = LAYOUT(FIELD(idle.time_ns), FIELD(idle.stream_frames)),
	[FRAME_FROZEN] = LAYOUT(FIELD(frozen.tasks), FIELD(frozen.unfrozen), FIELD(frozen.time_ns),
		FIELD(frozen.stream_frames)),
	[FRAME_COLLECTED] = LAYOUT(FIELD(collected.files), FIELD(collected.skipped),
		FIELD(collected.bytes), FIELD(collected.stream_frames)),
	[FRAME_HEARTBEAT] = LAYOUT(FIELD(heartbeat.time_ns), FIELD(heartbeat.marked_tasks),
		FIELD(heartbeat.stream_frames), FIELD(heartbeat.pending_bytes)),
	[FRAME_COUNTERS] = LAYOUT(FIELD(counters.time_ns), PER_CLASS(counters.happened),
		PER_CLASS(counters.lost), FIELD(counters.mark_failures),
		FIELD(counters.planted_overflow), FIELD(counters.writes_overflow)),
	[FRAME_CLOCK] = LAYOUT(FIELD(clock.monotonic_ns), FIELD(clock.boottime_ns),
		FIELD(clock.realtime_ns)),
	[FRAME_TERMINAL] = LAYOUT(FIELD(terminal.time_ns), FIELD(terminal.stream),
		FIELD(terminal.reserved), FIELD(terminal.data)),
	[FRAME_FILE_BEGIN] = LAYOUT(FIELD(file_begin.id), FIELD(file_begin.kind),
		FIELD(file_begin.mode), FIELD(file_begin.uid), FIELD(file_begin.gid),
		FIELD(file_begin.device), FIELD(file_begin.inode), FIELD(file_begin.size),
		FIELD(file_begin.mtime_ns), FIELD(file_begin.writer), FIELD(file_begin.path)),
	[FRAME_FILE_DATA] = LAYOUT(FIELD(file_data.id), FIELD(file_data.reserved),
		FIELD(file_data.offset), FIELD(file_data.data)),
	[FRAME_FILE_END] = LAYOUT(FIELD(file_end.id), FIELD(file_end.error), FIELD(file_end.size)),
	[FRAME_FILE_SKIPPED] = LAYOUT(FIELD(file_skipped.reason), FIELD(file_skipped.kind),
		FIELD(file_skipped.size), FIELD(file_skipped.inode), FIELD(file_skipped.device),
		FIELD(file_skipped.error), FIELD(file_skipped.path)),
	[FRAME_PROCESS] = LAYOUT(FIELD(process.pid), FIELD(process.ppid), FIELD(process.uid),
		FIELD(process.marked), FIELD(process.start_ticks), FIELD(process.comm),
		FIELD(process.executable), FIELD(process.argv)),
	[FRAME_PROBLEM] = LAYOUT(FIELD(problem.error), FIELD(problem.reserved), FIELD(problem.code),
		FIELD(problem.text)),
};
/* clang-format on */

static struct layout layout_of(uint16_t type)
{
	return type < ARRAY_SIZE(layouts) ? layouts[type] : (struct layout){0};
}

void control_encode(const struct control_message *message, struct buffer *out)
{
	struct layout layout = layout_of((uint16_t)message->type);

	for (size_t i = 0; i < layout.count; i++) {
		const char *from = (const char *)message + layout.fields[i].offset;
		switch ((enum kind)layout.fields[i].kind) {
		case KIND_U32:
			buffer_append_u32(out, *(const uint32_t *)(const void *)from);
			break;
		case KIND_U64:
			buffer_append_u64(out, *(const uint64_t *)(const void *)from);
			break;
		case KIND_TEXT: {
			const struct span *text = (const void *)from;
			buffer_append_u32(out, (uint32_t)text->size);
			buffer_append(out, text->data, text->size);
			break;
		}
		}
	}
}

bool control_decode(uint16_t type, struct span payload, struct control_message *ret)
{
	struct layout layout = layout_of(type);
	struct reader reader = reader_of(payload, BYTE_ORDER_LITTLE);
	struct control_message message = {.type = (enum frame_type)type};

	if (!layout.known)
		return false;
	for (size_t i = 0; i < layout.count; i++) {
		char *to = (char *)&message + layout.fields[i].offset;
		switch ((enum kind)layout.fields[i].kind) {
		case KIND_U32:
			*(uint32_t *)(void *)to = reader_u32(&reader);
			break;
		case KIND_U64:
			*(uint64_t *)(void *)to = reader_u64(&reader);
			break;
		case KIND_TEXT:
			*(struct span *)(void *)to = reader_bytes(&reader, reader_u32(&reader));
			break;
		}
	}
	if (!reader_ok(&reader))
		return false;
	*ret = message;
	return true;
}

void control_append(struct buffer *out, uint32_t sequence, uint64_t key,
		    const struct control_message *message)
{
	cleanup_buffer struct buffer payload = {0};

	control_encode(message, &payload);
	frame_append(out, (uint16_t)message->type, sequence, key, payload.data, payload.size);
}

bool control_list_next(struct span *list, struct span *ret)
{
	struct reader reader = reader_of(*list, BYTE_ORDER_LITTLE);
	struct span text = reader_string(&reader);

	if (!reader_ok(&reader))
		return false;
	*list = span_clip(*list, reader.offset, SIZE_MAX);
	*ret = text;
	return true;
}

void control_list_add(struct buffer *list, const char *text)
{
	buffer_append(list, text, strlen(text) + 1);
}
