/* SPDX-License-Identifier: MIT */
/*
 * Frames are read, their records go through `order` into the order of time, and each becomes one
 * model event (a record of system calls: one event for each run), while the tables are kept up.
 */
#include "trace/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "trace/calls.h"
#include "trace/connections.h"
#include "trace/convert.h"
#include "trace/files.h"
#include "trace/losses.h"
#include "trace/order.h"
#include "trace/processes.h"
#include "trace/syscall_name.h"
#include "wire/control.h"

enum {
	READ_BYTES = 256 * 1024,
	STORE_BYTES = 96 * 1024 * 1024,
	AGENT_PROBLEMS_MAX = 64,
	AGENT_PROCESSES_MAX = 4096,
	HEADER_TIME_OFFSET = 16,                       /* of event_header.time_ns */
	SYSCALLS_START_OFFSET = EVENT_HEADER_SIZE + 8, /* of event_syscalls.start_ns */
};

/* A process in the agent's view of /proc; kept to the end, when every process is known. */
struct agent_process {
	uint32_t pid;
	char name[16];
};

struct trace {
	struct arena *arena;
	const char *architecture;
	uint64_t start_ns; /* 0: not yet known */
	int fd;            /* -1: bytes in memory, wholly fed */
	struct error *err;
	bool is_read; /* nothing more to feed */
	struct frame_reader frames;
	struct order order;
	struct event_record record; /* of the current event */
	struct call_task *task;     /* of a record of system calls */
	uint32_t next_run;
	uint64_t run_ns;
	uint64_t events;
	uint64_t anomalies;
	struct store store;
	struct processes processes;
	struct files files;
	struct connections connections;
	struct calls calls;
	struct losses losses;
	vec(struct problem) problems; /* the agent's */
	vec(struct agent_process) agent_processes;
	struct convert convert;
	uint8_t chunk[READ_BYTES];
};

static struct trace *trace_new(const struct trace_options *options, struct arena *arena)
{
	struct trace *trace = xcalloc(1, sizeof(*trace));
	/* Addresses differ from run to run, which is all that the seed is for. */
	uint64_t seed = (uint64_t)(uintptr_t)trace * 0x9e3779b97f4a7c15ULL;

	trace->arena = arena;
	trace->architecture = options->architecture ? options->architecture : "x86_64";
	trace->start_ns = options->start_ns;
	trace->fd = -1;
	trace->store = (struct store){.arena = arena, .left = STORE_BYTES};
	frame_reader_init(&trace->frames);
	trace->frames.key = options->key;
	processes_init(&trace->processes, &trace->store, seed);
	files_init(&trace->files, &trace->store,
		   options->sample_path ? arena_strdup(arena, options->sample_path) : NULL, seed);
	connections_init(&trace->connections, &trace->store, seed);
	calls_init(&trace->calls, seed);
	return trace;
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	frame_reader_deinit(&trace->frames);
	order_deinit(&trace->order);
	processes_deinit(&trace->processes);
	files_deinit(&trace->files);
	connections_deinit(&trace->connections);
	calls_deinit(&trace->calls);
	vec_deinit(&trace->problems);
	vec_deinit(&trace->agent_processes);
	error_free(trace->err);
	free(trace);
}

/* Whole records of a FRAME_EVENTS payload, without a look inside. False at the end. */
static bool next_raw(struct reader *records, struct span *ret, uint64_t *anomalies)
{
	if (reader_left(records) == 0)
		return false;
	uint32_t size = span_u32(records->span, records->offset, BYTE_ORDER_LITTLE);
	*ret = reader_bytes(records, size);
	if (reader_ok(records) && size >= EVENT_HEADER_SIZE && size % 8 == 0 &&
	    size <= EVENT_MAX_SIZE)
		return true;
	(*anomalies)++;
	return false;
}

static uint64_t raw_time(struct span record)
{
	uint64_t at = span_u16(record, 4, BYTE_ORDER_LITTLE) == EVENT_SYSCALLS
			      ? SYSCALLS_START_OFFSET
			      : HEADER_TIME_OFFSET;

	return span_u64(record, at, BYTE_ORDER_LITTLE);
}

static uint8_t raw_flags(struct span record)
{
	return span_u8(record, 7);
}

/*
 * The time of the sample's first record behind the set-up. Records of other rings may hold an earlier
 * one and come later, so the search goes on through all that is not clearly later.
 */
struct start_search {
	uint64_t start_ns; /* 0: none yet */
	bool is_done;
};

static void search_record(struct start_search *search, struct span record)
{
	uint64_t time_ns = raw_time(record);

	/* The sample's own start, not what goes on beside it. */
	if ((raw_flags(record) & (EVENT_SETUP | EVENT_MARKED)) != EVENT_MARKED)
		return;
	if (search->start_ns == 0 || time_ns < search->start_ns)
		search->start_ns = time_ns;
	else if (time_ns - search->start_ns > ORDER_WINDOW_NS)
		search->is_done = true;
}

static void search_frames(struct start_search *search, struct frame_reader *frames)
{
	struct frame frame;
	struct span record;
	uint64_t anomalies = 0;

	while (!search->is_done && frame_reader_next(frames, &frame)) {
		struct reader records = reader_of(frame.payload, BYTE_ORDER_LITTLE);
		while (frame.type == FRAME_EVENTS && next_raw(&records, &record, &anomalies))
			search_record(search, record);
	}
}

static void search_start(struct trace *trace)
{
	struct start_search search = {0};
	struct frame_reader frames;
	off_t offset = 0;

	frame_reader_init(&frames);
	frames.key = trace->frames.key;
	while (!search.is_done) {
		ssize_t n = pread(trace->fd, trace->chunk, sizeof(trace->chunk), offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) /* a failure to read shows when the events are */
			break;
		offset += n;
		frame_reader_feed(&frames, trace->chunk, (size_t)n);
		search_frames(&search, &frames);
	}
	frame_reader_deinit(&frames);
	trace->start_ns = search.start_ns;
}

struct error *trace_open(int fd, const struct trace_options *options, struct arena *arena,
			 struct trace **ret)
{
	cleanup_trace struct trace *trace = trace_new(options, arena);

	trace->fd = fd;
	if (trace->start_ns == 0 && lseek(fd, 0, SEEK_CUR) == 0)
		search_start(trace);
	*ret = steal(&trace);
	return NULL;
}

struct trace *trace_open_bytes(struct span bytes, const struct trace_options *options,
			       struct arena *arena)
{
	struct trace *trace = trace_new(options, arena);

	if (trace->start_ns == 0) {
		struct start_search search = {0};
		struct frame_reader frames;
		frame_reader_init(&frames);
		frames.key = options->key;
		frame_reader_feed(&frames, bytes.data, bytes.size);
		search_frames(&search, &frames);
		frame_reader_deinit(&frames);
		trace->start_ns = search.start_ns;
	}
	frame_reader_feed(&trace->frames, bytes.data, bytes.size);
	return trace;
}

static int64_t relative(const struct trace *trace, uint64_t time_ns)
{
	/* Wraps for a forged time as it likes; both sides are below 2^63 for true ones. */
	return trace->start_ns ? (int64_t)(time_ns - trace->start_ns) : 0;
}

static void take_problem(struct trace *trace, const struct control_problem *said)
{
	if (trace->problems.count >= AGENT_PROBLEMS_MAX)
		return;
	struct problem *problem = vec_push(&trace->problems);
	problem->status = HEALTH_DEGRADED;
	problem->code = arena_strndup(trace->arena, said->code.data, min_of(said->code.size, 64UL));
	problem->text =
		arena_strndup(trace->arena, said->text.data, min_of(said->text.size, 4096UL));
}

static void take_process(struct trace *trace, const struct control_process *said)
{
	if (trace->agent_processes.count >= AGENT_PROCESSES_MAX)
		return;
	struct agent_process *process = vec_push(&trace->agent_processes);
	process->pid = said->pid;
	memcpy(process->name, said->comm.data, min_of(said->comm.size, sizeof(process->name) - 1));
}

static void take_frame(struct trace *trace, const struct frame *frame)
{
	struct control_message message;

	if (frame->type == FRAME_EVENTS) {
		struct reader records = reader_of(frame->payload, BYTE_ORDER_LITTLE);
		struct span record;
		while (next_raw(&records, &record, &trace->anomalies))
			order_push(&trace->order, raw_time(record), record);
		return;
	}
	if (frame->type != FRAME_COUNTERS && frame->type != FRAME_PROBLEM &&
	    frame->type != FRAME_PROCESS)
		return; /* files, terminal, clock: not of this folder */
	if (!control_decode(frame->type, frame->payload, &message)) {
		trace->anomalies++;
		return;
	}
	if (message.type == FRAME_COUNTERS)
		losses_counters(&trace->losses, &message.counters);
	else if (message.type == FRAME_PROBLEM)
		take_problem(trace, &message.problem);
	else
		take_process(trace, &message.process);
}

/* Feeds the frame reader; at the end of the stream sets is_read. */
static void read_more(struct trace *trace)
{
	ssize_t n = 0;

	if (trace->fd >= 0) {
		do
			n = read(trace->fd, trace->chunk, sizeof(trace->chunk));
		while (n < 0 && errno == EINTR);
		if (n < 0)
			trace->err = error_os(errno, "read the event stream");
	}
	if (n <= 0)
		trace->is_read = true;
	else
		frame_reader_feed(&trace->frames, trace->chunk, (size_t)n);
}

static void touch_second(struct trace *trace, const struct event *event)
{
	const struct event_file *file = &trace->record.file;

	if (event->type == EVENT_KIND_FILE_RENAME && event->is_replacing)
		files_touch(&trace->files, &file->other, event->target, FILE_REPLACED, event);
}

static void keep_file(struct trace *trace, struct event *event)
{
	static const enum file_operation operations[] = {
		[EVENT_KIND_FILE_OPEN] = FILE_OPENED,
		[EVENT_KIND_FILE_CREATE] = FILE_CREATED,
		[EVENT_KIND_FILE_WRITE] = FILE_WRITTEN,
		[EVENT_KIND_FILE_DELETE] = FILE_DELETED,
		[EVENT_KIND_FILE_RENAME] = FILE_RENAMED,
		[EVENT_KIND_FILE_LINK] = FILE_LINKED,
		[EVENT_KIND_FILE_SYMLINK] = FILE_CREATED,
		[EVENT_KIND_FILE_CHMOD] = FILE_CHMOD,
		[EVENT_KIND_FILE_CHOWN] = FILE_CHOWN,
		[EVENT_KIND_FILE_TRUNCATE] = FILE_TRUNCATED,
		[EVENT_KIND_FILE_TIMES] = FILE_TIMES,
		[EVENT_KIND_FILE_XATTR] = FILE_XATTR,
		[EVENT_KIND_FOLDER_CREATE] = FILE_CREATED,
		[EVENT_KIND_FOLDER_DELETE] = FILE_DELETED,
		[EVENT_KIND_NODE_CREATE] = FILE_CREATED,
	};
	const struct event_inode *file = trace->record.header.type == EVENT_FILE_WRITTEN
						 ? &trace->record.written.file
						 : &trace->record.file.file;

	event->is_of_sample = files_is_sample(&trace->files, file, event->path);
	event->is_planted &= !event->is_of_sample; /* the agent put it there */
	if (!event->is_sample || event->result < 0 || event->phase == PHASE_SETUP)
		return;
	files_touch(&trace->files, file, event->path, operations[event->type], event);
	touch_second(trace, event);
}

/* execve opens a script before its interpreter, which is all that the exec itself tells of. */
static void keep_executed(struct trace *trace, const struct event *event)
{
	const struct event_record *record = &trace->record;
	struct process_entry *entry = processes_find(&trace->processes, record->header.process);

	if (!entry || record->header.type != EVENT_FILE_OPEN || !event->is_planted ||
	    !(record->file.file_flags & EVENT_FILE_EXECUTABLE))
		return;
	entry->planted = record->file.file;
	entry->has_planted = true;
}

/* What execve opened before this exec was of the sample: so is what it started. */
static void take_executed(struct trace *trace, struct event *event)
{
	struct process_entry *entry =
		processes_find(&trace->processes, trace->record.header.process);

	if (!entry || !entry->has_planted)
		return;
	entry->has_planted = false;
	if (event->type != EVENT_KIND_EXEC || event->is_of_sample)
		return;
	event->is_planted = true;
	if (event->is_sample && event->phase == PHASE_RUN &&
	    entry->planted.inode != trace->record.exec.file.inode)
		files_touch(&trace->files, &entry->planted, event->requested, FILE_EXECUTED, event);
}

static void keep_exec(struct trace *trace, struct event *event)
{
	const struct event_exec *exec = &trace->record.exec;

	event->parent = processes_id(&trace->processes, exec->parent);
	/* Of a script the file is the interpreter, and what was asked for the script. */
	event->is_of_sample = text_equal(event->requested, trace->files.sample_path) &&
			      trace->files.sample_path != NULL;
	if (!event->is_of_sample || text_equal(event->path, event->requested))
		event->is_of_sample |= files_is_sample(&trace->files, &exec->file, event->path);
	event->is_planted &= !event->is_of_sample;
	take_executed(trace, event);
	processes_exec(&trace->processes, &trace->record, event);
	if (event->is_sample && event->phase == PHASE_RUN && event->path)
		files_touch(&trace->files, &exec->file, event->path, FILE_EXECUTED, event);
}

/* Who wrote a file last is not always who closes it. */
static void name_writer(struct trace *trace, struct event *event)
{
	const struct event_written *written = &trace->record.written;
	const struct process_entry *writer =
		processes_find(&trace->processes, written->writer_process);

	event->is_sample |= written->marked == 1;
	if (writer)
		event->process = writer->process.id;
}

/* What the tables add to the event, and what it adds to them. */
static void keep(struct trace *trace, struct event *event)
{
	const struct event_record *record = &trace->record;
	struct processes *processes = &trace->processes;

	switch (record->header.type) {
	case EVENT_PROCESS_FORK:
		processes_fork(processes, record, event);
		event->other_process = processes_id(processes, record->fork.child_process);
		break;
	case EVENT_PROCESS_EXEC:
		keep_exec(trace, event);
		break;
	case EVENT_PROCESS_EXEC_FAILED:
		take_executed(trace, event);
		break;
	case EVENT_PROCESS_EXIT:
		processes_exit(processes, record, event);
		break;
	case EVENT_SIGNAL_FATAL:
		processes_fault(processes, record, event);
		break;
	case EVENT_SIGNAL_SENT:
		event->other_process = processes_id(processes, record->signal.target_process);
		break;
	case EVENT_PROCESS_MARK:
		event->is_sample = true;
		event->other_process = processes_id(processes, record->mark.writer);
		if (record->mark.reason == EVENT_MARK_AGENT)
			files_is_sample(&trace->files, &record->mark.file, event->path);
		processes_attribute(processes, record, event,
				    files_planted(&trace->files, &record->mark.file));
		break;
	case EVENT_FILE_WRITTEN:
		name_writer(trace, event);
		keep_file(trace, event);
		break;
	case EVENT_MODULE_LOAD:
	case EVENT_MODULE_REQUEST:
	case EVENT_BPF:
	case EVENT_PTRACE:
	case EVENT_MOUNT:
	case EVENT_UMOUNT:
		event->other_process = processes_id(processes, record->system.target_process);
		break;
	default:
		if (record->header.type >= EVENT_FILE_OPEN &&
		    record->header.type <= EVENT_FILE_XATTR) {
			keep_file(trace, event);
			keep_executed(trace, event);
		} else if (record->header.type >= EVENT_SOCKET_CREATE &&
			   record->header.type <= EVENT_SOCKET_SEND) {
			connections_take(&trace->connections, &record->socket, event);
		}
	}
}

/* A record of system calls gives no event itself; next_run() makes one of each run. */
static void begin_runs(struct trace *trace, const struct process_entry *entry)
{
	int64_t time_ns = relative(trace, trace->record.syscalls.start_ns);

	trace->next_run = 0;
	trace->run_ns = trace->record.syscalls.start_ns;
	trace->task = NULL;
	if (trace->record.header.flags & EVENT_MARKED)
		trace->task = calls_task(&trace->calls, &trace->record,
					 entry ? entry->process.id : NULL, time_ns);
}

static bool next_run(struct trace *trace, struct event *ret)
{
	const struct event_record *record = &trace->record;

	if (record->header.type != EVENT_SYSCALLS)
		return false;
	while (trace->next_run < record->syscalls.count) {
		struct event_run run = event_run_at(record, trace->next_run++);
		struct call_run call = {.abi = (uint32_t)event_run_abi(&run),
					.number = run.number,
					.count = event_run_count(&run)};
		if (call.abi >= CALLS_ABIS) {
			trace->anomalies++;
			continue;
		}
		bool is_sample = record->header.flags & EVENT_MARKED;
		if (is_sample)
			calls_add(&trace->calls, trace->task, &call);
		*ret = (struct event){
			.number = ++trace->events,
			.time_ns = relative(trace, trace->run_ns + run.delta_ns),
			.type = EVENT_KIND_SYSCALL,
			.phase = record->header.flags & EVENT_SETUP ? PHASE_SETUP : PHASE_RUN,
			.is_sample = is_sample,
			.process = processes_id(&trace->processes, record->header.process),
			.tid = record->header.tid,
			.uid = record->header.uid,
			.name = syscall_name((enum event_abi)call.abi, call.number),
			.number_of = call.number,
			.abi = syscall_abi_name((enum event_abi)call.abi),
			.count = call.count,
		};
		return true;
	}
	return false;
}

/* One record → an event; false when it gives none (then a run may be next). */
static bool take_record(struct trace *trace, struct span bytes, struct event *ret)
{
	struct reader reader = reader_of(bytes, BYTE_ORDER_LITTLE);
	const struct event_header *header = &trace->record.header;

	if (!event_next(&reader, &trace->record, &trace->anomalies)) {
		trace->record.header.type = EVENT_NONE;
		return false;
	}
	losses_record(&trace->losses, header);
	if (header->flags & EVENT_OWN)
		return trace->record.header.type = EVENT_NONE, false;
	int64_t time_ns = relative(trace, header->time_ns);
	const struct process_entry *entry = processes_see(&trace->processes, header, time_ns);
	if (header->type == EVENT_SYSCALLS) {
		begin_runs(trace, entry);
		return false;
	}
	if (!convert_record(&trace->convert, &trace->record, ret))
		return false;
	ret->number = trace->events + 1;
	ret->time_ns = time_ns;
	if (entry) {
		ret->process = entry->process.id;
		ret->parent = header->type == EVENT_PROCESS_FORK ? entry->process.parent : NULL;
	}
	keep(trace, ret);
	trace->events++;
	return true;
}

bool trace_next(struct trace *trace, struct event *ret)
{
	struct frame frame;
	struct span record;

	for (;;) {
		if (next_run(trace, ret))
			return true;
		if (order_pop(&trace->order, trace->is_read, &record)) {
			if (take_record(trace, record, ret))
				return true;
		} else if (frame_reader_next(&trace->frames, &frame)) {
			take_frame(trace, &frame);
		} else if (trace->is_read) {
			return false;
		} else {
			read_more(trace);
		}
	}
}

static void add_problem(struct trace *trace, const char *code, const char *hint, char *text)
{
	struct problem *problem = vec_push(&trace->problems);

	*problem = (struct problem){
		.code = code, .status = HEALTH_DEGRADED, .text = text, .hint = hint};
}

static void add_cut(struct trace *trace, const char *what, uint64_t count)
{
	if (count)
		add_problem(trace, "trace_cut", "the event stream itself is whole: `habo events`",
			    arena_printf(trace->arena, "%" PRIu64 " %s are not in the report",
					 count, what));
}

static void find_problems(struct trace *trace, struct trace_summary *summary)
{
	const struct frame_reader *frames = &trace->frames;

	list_foreach(&summary->counters, counter)
		if (counter->lost)
			add_problem(trace, "events_lost", NULL,
				    arena_printf(trace->arena,
						 "%" PRIu64 " of %" PRIu64
						 " events of class %s were lost",
						 counter->lost, counter->lost + counter->recorded,
						 counter->name));
	uint64_t left = frames->pending.size - frames->consumed;
	if (frames->skipped_bytes || frames->missing_frames || frames->forged_frames ||
	    trace->anomalies || trace->losses.forged || left)
		add_problem(
			trace, "stream_damaged",
			"the guest's kernel or agent may have been tampered with",
			arena_printf(trace->arena,
				     "the event stream has %" PRIu64
				     " bytes that are no frame, %" PRIu64 " missing and %" PRIu64
				     " forged frames, %" PRIu64 " malformed records, and ends %s",
				     frames->skipped_bytes, frames->missing_frames,
				     frames->forged_frames, trace->anomalies + trace->losses.forged,
				     left ? "inside a frame" : "with a whole frame"));
	add_cut(trace, "processes or executions", trace->processes.not_kept);
	add_cut(trace, "events of files beyond the first 100000 files", trace->files.not_kept);
	add_cut(trace, "connections", trace->connections.not_kept);
	add_cut(trace, "system calls' order", trace->calls.not_ordered);
	add_cut(trace, "system calls of unknown numbers", trace->calls.not_named);
	add_cut(trace, "or more long texts (paths, arguments)", trace->store.is_cut);
}

struct error *trace_finish(struct trace *trace, struct trace_summary *ret)
{
	struct counter counters[LOSSES_ROWS_MAX + 1];
	size_t count;

	*ret = (struct trace_summary){.events = trace->events, .start_guest_ns = trace->start_ns};
	vec_foreach(&trace->agent_processes, process)
		processes_name(&trace->processes, process->pid, process->name);
	processes_finish(&trace->processes, ret);
	files_finish(&trace->files, ret);
	list_take(trace->arena, &ret->connections, trace->connections.list.data,
		  trace->connections.list.count);
	losses_finish(&trace->losses, counters, &count);
	if (trace->calls.total) {
		ret->syscalls = arena_new_of(trace->arena, struct syscall_summary);
		calls_finish(&trace->calls, trace->arena, trace->architecture, ret->syscalls);
		counters[count++] = (struct counter){.name = "syscalls",
						     .recorded = trace->calls.total,
						     .lost = trace->calls.lost};
	}
	list_take(trace->arena, &ret->counters, counters, count);
	find_problems(trace, ret);
	list_take(trace->arena, &ret->problems, trace->problems.data, trace->problems.count);
	return steal(&trace->err);
}

struct error *trace_write_syscalls(const struct trace *trace, uint64_t limit, int fd)
{
	return calls_write(&trace->calls, trace->architecture, limit, fd);
}
