/* SPDX-License-Identifier: MIT */
#include "event_lines.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

void lines_deinit(struct lines *lines)
{
	buffer_deinit(&lines->text);
	buffer_deinit(&lines->other);
	vec_foreach(&lines->tasks, task)
		vec_deinit(&task->runs);
	vec_deinit(&lines->tasks);
}

static struct task_calls *task_of(struct lines *lines, uint64_t id, uint32_t origin_tid)
{
	vec_foreach(&lines->tasks, task) {
		if (task->task == id && task->origin_tid == origin_tid)
			return task;
	}
	struct task_calls *task = vec_push(&lines->tasks);
	task->task = id;
	task->origin_tid = origin_tid;
	return task;
}

static void add_calls(struct lines *lines, const struct event_record *record)
{
	struct task_calls *task = task_of(lines, record->header.task, record->syscalls.origin_tid);

	if (record->syscalls.index != task->next_index)
		lines->gaps++;
	task->next_index = record->syscalls.index;
	for (uint32_t i = 0; i < record->syscalls.count; i++) {
		struct event_run run = event_run_at(record, i);
		uint64_t count = event_run_count(&run);
		struct call_run *last =
			task->runs.count ? &task->runs.data[task->runs.count - 1] : NULL;
		task->next_index += count;
		task->total += count;
		if (last && last->number == run.number && last->abi == event_run_abi(&run)) {
			last->count += count;
			continue;
		}
		struct call_run added = {run.number, event_run_abi(&run), count};
		vec_add(&task->runs, added);
	}
}

static void put_path(struct buffer *out, const struct event_record *record, enum event_text tag)
{
	char path[EVENT_PATH_TEXT_SIZE];
	bool complete;

	event_path(record->texts[tag], path, &complete);
	buffer_printf(out, " %s", path);
}

static void put_text(struct buffer *out, const struct event_record *record, enum event_text tag)
{
	buffer_append_char(out, ' ');
	buffer_append(out, record->texts[tag].data, record->texts[tag].size);
}

static void put_address(struct buffer *out, const struct event_record *record,
			const struct event_address *address)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (address->family == AF_INET) {
		inet_ntop(AF_INET, address->bytes, text, sizeof(text));
		buffer_printf(out, " %s:%u", text, address->port);
	} else if (address->family == AF_INET6) {
		inet_ntop(AF_INET6, address->bytes, text, sizeof(text));
		buffer_printf(out, " [%s]:%u", text, address->port);
	} else if (address->family == AF_UNIX) {
		/* sockaddr_un: the family, then a path that ends with NUL. */
		struct span path = span_clip(record->texts[EVENT_TEXT_ADDRESS], 2, SIZE_MAX);
		struct span ended;
		buffer_append_text(out, " unix:");
		if (span_string(path, 0, &ended))
			buffer_append(out, ended.data, ended.size);
	}
}

static const char *file_kind(const struct event_record *record)
{
	static const char *const kinds[] = {
		[EVENT_FILE_WRITTEN] = "file_write",     [EVENT_FILE_UNLINK] = "file_delete",
		[EVENT_FILE_RMDIR] = "folder_delete",    [EVENT_FILE_RENAME] = "file_rename",
		[EVENT_FILE_LINK] = "file_link",         [EVENT_FILE_SYMLINK] = "file_symlink",
		[EVENT_FILE_MKDIR] = "folder_create",    [EVENT_FILE_MKNOD] = "node_create",
		[EVENT_FILE_CHMOD] = "file_chmod",       [EVENT_FILE_CHOWN] = "file_chown",
		[EVENT_FILE_TRUNCATE] = "file_truncate", [EVENT_FILE_TIMES] = "file_times",
		[EVENT_FILE_XATTR] = "file_xattr",
	};

	if (record->header.type == EVENT_FILE_OPEN)
		return record->file.file_flags & EVENT_FILE_CREATED ? "file_create" : "file_open";
	return kinds[record->header.type];
}

static void put_file(struct buffer *out, const struct event_record *record)
{
	buffer_append_text(out, file_kind(record));
	put_path(out, record, EVENT_TEXT_PATH);
	if (event_has_text(record, EVENT_TEXT_PATH2))
		put_path(out, record, EVENT_TEXT_PATH2);
	if (event_has_text(record, EVENT_TEXT_TARGET))
		put_text(out, record, EVENT_TEXT_TARGET);
	if (event_has_text(record, EVENT_TEXT_NAME))
		put_text(out, record, EVENT_TEXT_NAME);
	if (record->header.type == EVENT_FILE_WRITTEN)
		buffer_printf(out, " %llu", (unsigned long long)record->written.bytes);
	if (record->header.type == EVENT_FILE_TRUNCATE)
		buffer_printf(out, " %llu", (unsigned long long)record->file.value);
}

static void put_socket(struct buffer *out, const struct event_record *record)
{
	static const char *const kinds[] = {
		[EVENT_SOCKET_CREATE] = "socket",       [EVENT_SOCKET_CONNECT] = "connect",
		[EVENT_SOCKET_CONNECTED] = "connected", [EVENT_SOCKET_BIND] = "bind",
		[EVENT_SOCKET_LISTEN] = "listen",       [EVENT_SOCKET_ACCEPT] = "accept",
		[EVENT_SOCKET_SEND] = "send",
	};
	bool is_local = record->header.type == EVENT_SOCKET_BIND ||
			record->header.type == EVENT_SOCKET_LISTEN ||
			record->header.type == EVENT_SOCKET_ACCEPT;

	buffer_append_text(out, kinds[record->header.type]);
	put_address(out, record, is_local ? &record->socket.local : &record->socket.remote);
}

static void put_system(struct buffer *out, const struct event_record *record)
{
	static const char *const kinds[] = {
		[EVENT_MODULE_LOAD] = "module_load",
		[EVENT_MODULE_REQUEST] = "module_request",
		[EVENT_BPF] = "bpf",
		[EVENT_PTRACE] = "ptrace",
		[EVENT_MOUNT] = "mount",
		[EVENT_UMOUNT] = "umount",
	};

	buffer_append_text(out, kinds[record->header.type]);
	if (record->header.type == EVENT_PTRACE)
		buffer_printf(out, " %u", record->system.target_tgid);
	if (record->header.type == EVENT_BPF)
		buffer_printf(out, " %llu", (unsigned long long)record->system.value);
	if (event_has_text(record, EVENT_TEXT_PATH))
		put_path(out, record, EVENT_TEXT_PATH);
	if (event_has_text(record, EVENT_TEXT_NAME))
		put_text(out, record, EVENT_TEXT_NAME);
	if (event_has_text(record, EVENT_TEXT_TARGET))
		put_text(out, record, EVENT_TEXT_TARGET);
}

static void put_record(struct buffer *out, const struct event_record *record)
{
	switch (record->header.type) {
	case EVENT_PROCESS_EXEC:
		buffer_append_text(out, "exec");
		put_text(out, record, EVENT_TEXT_FILENAME);
		put_path(out, record, EVENT_TEXT_PATH);
		break;
	case EVENT_PROCESS_EXEC_FAILED:
		buffer_append_text(out, "exec_failed");
		put_text(out, record, EVENT_TEXT_FILENAME);
		buffer_printf(out, " %d", record->exec_failed.error);
		break;
	case EVENT_PROCESS_EXIT:
		buffer_printf(out, "exit %u", record->exit.code >> 8);
		break;
	case EVENT_PROCESS_MARK:
		buffer_printf(out, "mark %u", record->mark.reason);
		break;
	case EVENT_SIGNAL_FATAL:
		buffer_printf(out, "signal %d 0x%llx", record->signal.signal,
			      (unsigned long long)record->signal.address);
		break;
	case EVENT_SIGNAL_SENT:
		buffer_printf(out, "signal_sent %u %d", record->signal.target_tgid,
			      record->signal.signal);
		break;
	default:
		if (record->header.type >= EVENT_FILE_OPEN &&
		    record->header.type <= EVENT_FILE_XATTR)
			put_file(out, record);
		else if (record->header.type >= EVENT_SOCKET_CREATE &&
			 record->header.type <= EVENT_SOCKET_SEND)
			put_socket(out, record);
		else if (record->header.type >= EVENT_MODULE_LOAD &&
			 record->header.type <= EVENT_UMOUNT)
			put_system(out, record);
		else
			buffer_printf(out, "type_%u", record->header.type);
	}
	buffer_append_char(out, '\n');
}

void lines_add_events(struct lines *lines, struct span payload)
{
	struct reader records = reader_of(payload, BYTE_ORDER_LITTLE);
	struct event_record record;

	while (event_next(&records, &record, &lines->anomalies)) {
		lines->received[record.header.class]++;
		if (record.header.type == EVENT_SYSCALLS)
			add_calls(lines, &record);
		else
			put_record(record.header.flags & EVENT_MARKED ? &lines->text
								      : &lines->other,
				   &record);
	}
}

bool lines_have(const struct lines *lines, const char *line)
{
	struct span text = buffer_span(&lines->text);
	struct span wanted = span_text(line);

	for (size_t at = span_find(text, wanted, 0); at != SIZE_MAX;
	     at = span_find(text, wanted, at + 1)) {
		bool starts = at == 0 || text.data[at - 1] == '\n';
		uint8_t next = span_u8(text, at + wanted.size);
		if (starts && (next == '\n' || next == ' '))
			return true;
	}
	return false;
}

static bool runs_at(const struct task_calls *task, size_t at, const struct call_run *runs,
		    size_t count)
{
	if (count > task->runs.count - at)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct call_run *have = &task->runs.data[at + i];
		if (have->number != runs[i].number || have->abi != runs[i].abi ||
		    have->count != runs[i].count)
			return false;
	}
	return true;
}

bool lines_have_calls(const struct lines *lines, const struct call_run *runs, size_t count)
{
	vec_foreach(&lines->tasks, task) {
		for (size_t at = 0; at < task->runs.count; at++) {
			if (runs_at(task, at, runs, count))
				return true;
		}
	}
	return false;
}

uint64_t lines_calls(const struct lines *lines)
{
	uint64_t total = 0;

	vec_foreach(&lines->tasks, task)
		total += task->total;
	return total;
}

bool lines_add_up(const struct lines *lines)
{
	for (size_t i = 0; i < EVENT_CLASS_COUNT; i++) {
		if (lines->received[i] + lines->counters.lost[i] != lines->counters.happened[i])
			return false;
	}
	return true;
}
