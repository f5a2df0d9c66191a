/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "base/macro.h"
#include "wire/event_read.h"

/*
 * The wire's structs have no padding, so a body is its fields in order: one table reads and writes
 * them. Width 16 is an array of bytes.
 */
struct field {
	uint16_t offset;
	uint16_t width;
};

#define FIELD(member)                                                                              \
	{                                                                                          \
		offsetof(struct event_record, member), sizeof(((struct event_record *)0)->member)  \
	}
#define INODE(member) FIELD(member.inode), FIELD(member.device), FIELD(member.generation)
#define ADDRESS(member)                                                                            \
	FIELD(member.family), FIELD(member.port), FIELD(member.scope), FIELD(member.bytes)

static const struct field header_fields[] = {
	FIELD(header.size),     FIELD(header.type),    FIELD(header.class), FIELD(header.flags),
	FIELD(header.sequence), FIELD(header.time_ns), FIELD(header.task),  FIELD(header.process),
	FIELD(header.tid),      FIELD(header.tgid),    FIELD(header.ppid),  FIELD(header.uid),
};

static const struct field fork_fields[] = {
	FIELD(fork.child_task),
	FIELD(fork.child_process),
	FIELD(fork.child_tid),
	FIELD(fork.child_tgid),
};

static const struct field exec_fields[] = {
	INODE(exec.file),           FIELD(exec.file_size),
	FIELD(exec.file_mode),      FIELD(exec.file_uid),
	FIELD(exec.parent),         FIELD(exec.reserved),
	FIELD(exec.old_tid),        FIELD(exec.exec_flags),
	FIELD(exec.argument_count), FIELD(exec.environment_count),
	FIELD(exec.argv_size),      FIELD(exec.envp_size),
	FIELD(exec.real_uid),       FIELD(exec.gid),
	FIELD(exec.session),        FIELD(exec.file_system),
};

static const struct field exec_failed_fields[] = {
	FIELD(exec_failed.error),
	FIELD(exec_failed.number),
	FIELD(exec_failed.abi),
	FIELD(exec_failed.reserved),
};

static const struct field exit_fields[] = {
	FIELD(exit.start_ns),  FIELD(exit.parent), FIELD(exit.user_ns),
	FIELD(exit.system_ns), FIELD(exit.code),   FIELD(exit.last),
};

static const struct field signal_fields[] = {
	FIELD(signal.target),     FIELD(signal.target_process), FIELD(signal.address),
	FIELD(signal.target_tid), FIELD(signal.target_tgid),    FIELD(signal.signal),
	FIELD(signal.code),
};

static const struct field mark_fields[] = {
	INODE(mark.file),
	FIELD(mark.writer),
	FIELD(mark.reason),
	FIELD(mark.reserved),
};

static const struct field file_fields[] = {
	INODE(file.file),       FIELD(file.size),        FIELD(file.mode),   FIELD(file.links),
	FIELD(file.uid),        FIELD(file.file_system), INODE(file.other),  FIELD(file.value),
	FIELD(file.value2),     FIELD(file.handle),      FIELD(file.result), FIELD(file.open_flags),
	FIELD(file.file_flags), FIELD(file.gid),
};

static const struct field written_fields[] = {
	INODE(written.file),    FIELD(written.size),        FIELD(written.handle),
	FIELD(written.bytes),   FIELD(written.writes),      FIELD(written.first_ns),
	FIELD(written.last_ns), FIELD(written.writer),      FIELD(written.writer_process),
	FIELD(written.mode),    FIELD(written.file_system), FIELD(written.file_flags),
	FIELD(written.marked),
};

static const struct field socket_fields[] = {
	FIELD(socket.cookie),   ADDRESS(socket.local),     ADDRESS(socket.remote),
	FIELD(socket.family),   FIELD(socket.socket_type), FIELD(socket.protocol),
	FIELD(socket.reserved), FIELD(socket.result),      FIELD(socket.reserved2),
	FIELD(socket.value),    FIELD(socket.value2),
};

static const struct field system_fields[] = {
	FIELD(system.value),          FIELD(system.value2),     FIELD(system.target),
	FIELD(system.target_process), FIELD(system.target_tid), FIELD(system.target_tgid),
	FIELD(system.result),         FIELD(system.reserved),
};

static const struct field syscalls_fields[] = {
	FIELD(syscalls.index),
	FIELD(syscalls.start_ns),
	FIELD(syscalls.count),
	FIELD(syscalls.origin_tid),
};

struct body {
	const struct field *fields;
	size_t count;
};

#define BODY(table)                                                                                \
	{                                                                                          \
		(table), ARRAY_SIZE(table)                                                         \
	}

static struct body body_of(uint16_t type)
{
	static const struct body bodies[EVENT_SYSCALLS + 1] = {
		[EVENT_PROCESS_FORK] = BODY(fork_fields),
		[EVENT_PROCESS_EXEC] = BODY(exec_fields),
		[EVENT_PROCESS_EXEC_FAILED] = BODY(exec_failed_fields),
		[EVENT_PROCESS_EXIT] = BODY(exit_fields),
		[EVENT_SIGNAL_SENT] = BODY(signal_fields),
		[EVENT_SIGNAL_FATAL] = BODY(signal_fields),
		[EVENT_PROCESS_MARK] = BODY(mark_fields),
		[EVENT_FILE_OPEN] = BODY(file_fields),
		[EVENT_FILE_WRITTEN] = BODY(written_fields),
		[EVENT_FILE_UNLINK... EVENT_FILE_XATTR] = BODY(file_fields),
		[EVENT_SOCKET_CREATE... EVENT_SOCKET_SEND] = BODY(socket_fields),
		[EVENT_MODULE_LOAD... EVENT_UMOUNT] = BODY(system_fields),
		[EVENT_SYSCALLS] = BODY(syscalls_fields),
	};

	return type < ARRAY_SIZE(bodies) ? bodies[type] : (struct body){NULL, 0};
}

static void read_fields(struct reader *reader, struct body body, struct event_record *event)
{
	for (size_t i = 0; i < body.count; i++) {
		char *to = (char *)event + body.fields[i].offset;
		switch (body.fields[i].width) {
		case 1:
			*(uint8_t *)to = reader_u8(reader);
			break;
		case 2:
			*(uint16_t *)(void *)to = reader_u16(reader);
			break;
		case 4:
			*(uint32_t *)(void *)to = reader_u32(reader);
			break;
		case 8:
			*(uint64_t *)(void *)to = reader_u64(reader);
			break;
		default: {
			struct span bytes = reader_bytes(reader, body.fields[i].width);
			memcpy(to, bytes.data, bytes.size);
		}
		}
	}
}

static void read_texts(struct reader *reader, struct event_record *event)
{
	while (reader_left(reader) >= 4) {
		uint16_t tag = reader_u16(reader);
		uint16_t size = reader_u16(reader);
		struct span text = reader_bytes(reader, size);
		if (tag == EVENT_TEXT_END || !reader_ok(reader))
			return;
		/* A tag that we do not know is a newer agent's; the first of a tag counts. */
		if (tag >= EVENT_TEXT_COUNT || event->text_mask & 1U << tag)
			continue;
		event->texts[tag] = text;
		event->text_mask |= 1U << tag;
	}
}

static const size_t run_size = 12;

static bool read_record(struct span record, struct event_record *ret)
{
	struct reader reader = reader_of(record, BYTE_ORDER_LITTLE);

	read_fields(&reader, (struct body)BODY(header_fields), ret);
	struct body body = body_of(ret->header.type);
	if (body.count == 0 || ret->header.class >= EVENT_CLASS_COUNT)
		return false;
	read_fields(&reader, body, ret);
	if (ret->header.type == EVENT_SYSCALLS) {
		uint32_t count = ret->syscalls.count;
		if (count == 0 || count > EVENT_RUNS_MAX)
			return false;
		ret->runs = reader_bytes(&reader, count * run_size);
	} else {
		read_texts(&reader, ret);
	}
	return reader_ok(&reader);
}

bool event_next(struct reader *records, struct event_record *ret, uint64_t *anomalies)
{
	while (reader_left(records) > 0) {
		uint32_t size = span_u32(records->span, records->offset, BYTE_ORDER_LITTLE);
		struct span record = reader_bytes(records, size);
		if (!reader_ok(records) || size < EVENT_HEADER_SIZE || size % 8 ||
		    size > EVENT_MAX_SIZE) {
			/* Nothing behind it can be found: records have no magic of their own. */
			records->failed = true;
			(*anomalies)++;
			return false;
		}
		*ret = (struct event_record){.runs = span_empty()};
		for (size_t i = 0; i < EVENT_TEXT_COUNT; i++)
			ret->texts[i] = span_empty();
		if (read_record(record, ret))
			return true;
		(*anomalies)++;
	}
	return false;
}

struct event_run event_run_at(const struct event_record *event, uint32_t index)
{
	uint64_t offset = index * run_size;

	return (struct event_run){
		.number = span_u32(event->runs, offset, BYTE_ORDER_LITTLE),
		.abi_count = span_u32(event->runs, offset + 4, BYTE_ORDER_LITTLE),
		.delta_ns = span_u32(event->runs, offset + 8, BYTE_ORDER_LITTLE),
	};
}

bool event_has_text(const struct event_record *event, enum event_text tag)
{
	return event->text_mask & 1U << tag;
}

size_t event_path(struct span text, char out[EVENT_PATH_TEXT_SIZE], bool *complete)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	size_t end = min_of(text.size, (size_t)EVENT_PATH_MAX);
	size_t at = 0;

	*complete = true;
	if (end && text.data[end - 1] == '\0')
		end--;
	else if (end)
		*complete = false;
	/* An empty last component: the walk ended before the root. */
	if (end && text.data[end - 1] == '\0') {
		*complete = false;
		end--;
	}
	if (!*complete) {
		memcpy(out, ellipsis, sizeof(ellipsis) - 1);
		at = sizeof(ellipsis) - 1;
	}
	while (end > 0) {
		size_t start = end;
		while (start > 0 && text.data[start - 1] != '\0')
			start--;
		out[at++] = '/';
		memcpy(out + at, text.data + start, end - start);
		at += end - start;
		end = start ? start - 1 : 0;
	}
	if (at == 0)
		out[at++] = '/';
	out[at] = '\0';
	return at;
}

static void append_fields(struct buffer *out, struct body body, const struct event_record *event)
{
	for (size_t i = 0; i < body.count; i++) {
		const char *from = (const char *)event + body.fields[i].offset;
		switch (body.fields[i].width) {
		case 1:
			buffer_append_u8(out, *(const uint8_t *)from);
			break;
		case 2:
			buffer_append_u16(out, *(const uint16_t *)(const void *)from);
			break;
		case 4:
			buffer_append_u32(out, *(const uint32_t *)(const void *)from);
			break;
		case 8:
			buffer_append_u64(out, *(const uint64_t *)(const void *)from);
			break;
		default:
			buffer_append(out, from, body.fields[i].width);
		}
	}
}

void event_append(struct buffer *out, const struct event_record *event)
{
	cleanup_buffer struct buffer inside = {0};

	append_fields(&inside, body_of(event->header.type), event);
	buffer_append(&inside, event->runs.data, event->runs.size);
	for (unsigned tag = 1; tag < EVENT_TEXT_COUNT; tag++) {
		if (!event_has_text(event, (enum event_text)tag))
			continue;
		buffer_append_u16(&inside, (uint16_t)tag);
		buffer_append_u16(&inside, (uint16_t)event->texts[tag].size);
		buffer_append(&inside, event->texts[tag].data, event->texts[tag].size);
	}
	while (inside.size % 8)
		buffer_append_u8(&inside, 0);
	struct event_record whole = {.header = event->header};
	whole.header.size = (uint32_t)(EVENT_HEADER_SIZE + inside.size);
	append_fields(out, (struct body)BODY(header_fields), &whole);
	buffer_append(out, inside.data, inside.size);
}
