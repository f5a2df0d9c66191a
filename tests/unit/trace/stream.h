/* SPDX-License-Identifier: MIT */
#pragma once
/* Makes event streams for tests: records in code, framed as the agent frames them. */
#include <string.h>

#include "base/buffer.h"
#include "wire/control.h"
#include "wire/event_read.h"

struct stream {
	struct buffer frames;
	struct buffer records;
	uint32_t frame;
	uint64_t sequence[EVENT_CLASS_COUNT];
	uint64_t time_ns;
};

enum { STREAM_START_NS = 5000 };

static inline void stream_deinit(struct stream *stream)
{
	buffer_deinit(&stream->frames);
	buffer_deinit(&stream->records);
}

/* A record of a task that leads its process; ids are pid × 1000. */
static inline struct event_record stream_record(struct stream *stream, enum event_type type,
						enum event_class class, uint32_t pid, uint8_t flags)
{
	stream->time_ns = stream->time_ns ? stream->time_ns + 1000 : STREAM_START_NS;
	return (struct event_record){
		.header = {.type = type,
			   .class = class,
			   .flags = flags,
			   .sequence = stream->sequence[class]++,
			   .time_ns = stream->time_ns,
			   .task = pid * 1000ULL,
			   .process = pid * 1000ULL,
			   .tid = pid,
			   .tgid = pid,
			   .ppid = 1},
		.runs = span_empty(),
	};
}

static inline void stream_text(struct event_record *record, enum event_text tag, const char *text)
{
	record->texts[tag] = span_text(text);
	record->text_mask |= 1U << tag;
}

static inline void stream_bytes(struct event_record *record, enum event_text tag, const void *bytes,
				size_t size)
{
	record->texts[tag] = span_of(bytes, size);
	record->text_mask |= 1U << tag;
}

/* "/a/b" as the tracer sends it: "b\0a\0". out must outlast the record. */
static inline void stream_path(struct event_record *record, enum event_text tag, const char *path,
			       char out[256])
{
	size_t end = strlen(path), size = 0;

	while (end > 0) {
		size_t start = end;
		while (start > 0 && path[start - 1] != '/')
			start--;
		memcpy(out + size, path + start, end - start);
		size += end - start;
		out[size++] = '\0';
		end = start ? start - 1 : 0;
	}
	stream_bytes(record, tag, out, size);
}

static inline void stream_add(struct stream *stream, const struct event_record *record)
{
	event_append(&stream->records, record);
}

/* Ends the frame of the records so far. */
static inline void stream_flush(struct stream *stream)
{
	frame_append(&stream->frames, FRAME_EVENTS, stream->frame++, 0,
		     buffer_text(&stream->records), stream->records.size);
	buffer_clear(&stream->records);
}

static inline void stream_runs(struct stream *stream, uint32_t pid, uint64_t index,
			       const uint32_t (*runs)[3], uint32_t count)
{
	struct event_record record =
		stream_record(stream, EVENT_SYSCALLS, EVENT_CLASS_SYSCALL, pid, EVENT_MARKED);
	struct buffer bytes = {0};

	for (uint32_t i = 0; i < count; i++) {
		buffer_append_u32(&bytes, runs[i][1]);
		buffer_append_u32(&bytes, runs[i][0] << 28 | (runs[i][2] - 1));
		buffer_append_u32(&bytes, i * 10);
	}
	record.syscalls = (struct event_syscalls){
		.index = index, .start_ns = record.header.time_ns, .count = count};
	record.runs = buffer_span(&bytes);
	stream_add(stream, &record);
	buffer_deinit(&bytes);
}

static inline void stream_exec(struct stream *stream, uint32_t pid, uint8_t flags, const char *path,
			       const char *argv, size_t argv_size)
{
	char text[256];
	struct event_record record =
		stream_record(stream, EVENT_PROCESS_EXEC, EVENT_CLASS_PROCESS, pid, flags);

	record.exec.file = (struct event_inode){.inode = strlen(path), .device = 1};
	record.exec.parent = 1000;
	stream_path(&record, EVENT_TEXT_PATH, path, text);
	stream_text(&record, EVENT_TEXT_FILENAME, path);
	stream_bytes(&record, EVENT_TEXT_ARGV, argv, argv_size);
	stream_add(stream, &record);
}

static inline void stream_fork(struct stream *stream, uint32_t pid, uint32_t child, uint8_t flags)
{
	struct event_record record =
		stream_record(stream, EVENT_PROCESS_FORK, EVENT_CLASS_PROCESS, pid, flags);

	record.fork = (struct event_fork){.child_task = child * 1000ULL,
					  .child_process = child * 1000ULL,
					  .child_tid = child,
					  .child_tgid = child};
	stream_add(stream, &record);
}

static inline void stream_file(struct stream *stream, uint32_t pid, enum event_type type,
			       uint64_t inode, const char *path, const char *second)
{
	char text[256], text2[256];
	struct event_record record =
		stream_record(stream, type, EVENT_CLASS_FILE, pid, EVENT_MARKED);

	record.file.file = (struct event_inode){.inode = inode, .device = 1};
	if (type == EVENT_FILE_OPEN)
		record.file.file_flags = EVENT_FILE_CREATED | EVENT_FILE_WRITABLE;
	if (type == EVENT_FILE_WRITTEN)
		record.written = (struct event_written){.file = {.inode = inode, .device = 1},
							.bytes = 100,
							.writer_process = pid * 1000ULL,
							.marked = 1};
	stream_path(&record, EVENT_TEXT_PATH, path, text);
	if (second && type == EVENT_FILE_SYMLINK)
		stream_text(&record, EVENT_TEXT_TARGET, second);
	else if (second)
		stream_path(&record, EVENT_TEXT_PATH2, second, text2);
	stream_add(stream, &record);
}
