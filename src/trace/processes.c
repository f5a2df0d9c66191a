/* SPDX-License-Identifier: MIT */
#include "trace/processes.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void processes_init(struct processes *processes, struct store *store, uint64_t seed)
{
	*processes = (struct processes){.store = store};
	id_map_init(&processes->ids, seed);
	id_map_init(&processes->pids, seed);
}

void processes_deinit(struct processes *processes)
{
	vec_foreach(&processes->entries, entry)
		vec_deinit(&entry->executions);
	vec_deinit(&processes->entries);
	id_map_deinit(&processes->ids);
	id_map_deinit(&processes->pids);
}

struct process_entry *processes_find(struct processes *processes, uint64_t identity)
{
	uint32_t index;

	if (!id_map_get(&processes->ids, identity, &index))
		return NULL;
	return &processes->entries.data[index];
}

const char *processes_id(struct processes *processes, uint64_t identity)
{
	const struct process_entry *entry = processes_find(processes, identity);

	return entry ? entry->process.id : NULL;
}

static struct process_entry *add(struct processes *processes, uint64_t identity, uint32_t pid)
{
	char id[16];

	if (processes->entries.count >= PROCESSES_MAX) {
		processes->not_kept++;
		return NULL;
	}
	struct process_entry *entry = vec_push(&processes->entries);
	snprintf(id, sizeof(id), "p%zu", processes->entries.count);
	/* Ids are few and short: they do not count against the budget. */
	entry->process.id = arena_strdup(processes->store->arena, id);
	entry->process.threads = 1;
	entry->process.pid = pid;
	id_map_put(&processes->ids, identity, (uint32_t)(processes->entries.count - 1));
	id_map_put(&processes->pids, pid, (uint32_t)(processes->entries.count - 1));
	return entry;
}

static void mark(struct process_entry *entry, const char *via)
{
	if (!entry->process.is_sample)
		entry->process.attributed_via = via;
	entry->process.is_sample = true;
}

struct process_entry *processes_see(struct processes *processes, const struct event_header *header,
				    int64_t time_ns)
{
	struct process_entry *entry = processes_find(processes, header->process);

	if (!entry) {
		entry = add(processes, header->process, header->tgid);
		if (!entry)
			return NULL;
		entry->process.ppid = header->ppid;
		entry->process.uid = header->uid;
		entry->process.start_ns = time_ns;
		entry->process.phase = header->flags & EVENT_SETUP ? PHASE_SETUP : PHASE_RUN;
	}
	if (header->flags & EVENT_MARKED && header->type != EVENT_PROCESS_MARK)
		mark(entry, "started");
	return entry;
}

void processes_fork(struct processes *processes, const struct event_record *record,
		    const struct event *event)
{
	const struct event_header *header = &record->header;
	struct process_entry *child = processes_find(processes, record->fork.child_process);

	if (record->fork.child_process == header->process) {
		if (child)
			child->process.threads++;
		return;
	}
	if (!child) {
		child = add(processes, record->fork.child_process, record->fork.child_tgid);
		if (!child)
			return;
		child->process.uid = header->uid;
		child->process.start_ns = event->time_ns;
		child->process.phase = event->phase;
	}
	child->process.pid = record->fork.child_tgid;
	child->process.ppid = header->tgid;
	child->process.parent = event->process;
	const struct process_entry *parent = processes_find(processes, header->process);
	if (parent && !child->process.name)
		child->process.name = parent->process.name;
	if (header->flags & EVENT_MARKED) {
		child->process.is_sample = true;
		child->process.attributed_via = "fork";
	}
}

/* comm of a program that was just started: the last component, cut to 15 bytes. */
static void name_by_path(struct processes *processes, struct process_entry *entry, const char *path)
{
	const char *slash = strrchr(path, '/');
	char name[16];

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
	entry->process.name = store_text(processes->store, name);
}

void processes_exec(struct processes *processes, const struct event_record *record,
		    const struct event *event)
{
	struct process_entry *entry = processes_find(processes, record->header.process);

	if (!entry)
		return;
	if (!entry->process.parent)
		entry->process.parent = event->parent;
	entry->process.uid = event->uid;
	if (event->requested || event->path)
		name_by_path(processes, entry, event->requested ? event->requested : event->path);
	if (entry->executions.count >= EXECUTIONS_MAX) {
		processes->not_kept++;
		return;
	}
	struct execution *execution = vec_push(&entry->executions);
	struct store *store = processes->store;
	execution->event = event->number;
	execution->time_ns = event->time_ns;
	execution->path = store_text(store, event->path);
	if (!text_equal(event->requested, event->path))
		execution->requested = store_text(store, event->requested);
	execution->cwd = store_text(store, event->cwd);
	execution->arguments.count = store_texts(
		store, event->arguments.data, event->arguments.count, &execution->arguments.data);
	if (event->is_sample)
		execution->environment.count =
			store_texts(store, event->environment.data, event->environment.count,
				    &execution->environment.data);
	execution->is_memfd = event->is_memfd;
	execution->is_written_by_sample = event->is_planted && !event->is_of_sample;
}

static struct process_end *end_of(struct processes *processes, struct process_entry *entry)
{
	if (!entry->process.end)
		entry->process.end = arena_new_of(processes->store->arena, struct process_end);
	return entry->process.end;
}

void processes_exit(struct processes *processes, const struct event_record *record,
		    const struct event *event)
{
	struct process_entry *entry = processes_find(processes, record->header.process);

	if (!entry)
		return;
	struct span comm = record->texts[EVENT_TEXT_COMM];
	if (comm.size) {
		char name[17];
		snprintf(name, sizeof(name), "%.*s", (int)min_of(comm.size, sizeof(name) - 1),
			 (const char *)comm.data);
		entry->process.name = store_text(processes->store, name);
	}
	struct process_end *end = end_of(processes, entry);
	end->event = event->number;
	end->time_ns = event->time_ns;
	end->code = record->exit.code >> 8 & 0xff;
	end->signal = record->exit.code & 0x7f;
	end->signal_name = end->signal ? event->name : NULL;
}

void processes_fault(struct processes *processes, const struct event_record *record,
		     const struct event *event)
{
	struct process_entry *entry = processes_find(processes, record->header.process);

	/* Kept in `end` at once: the exit that follows fills in the rest. */
	if (!entry || !event->address)
		return;
	struct process_end *end = end_of(processes, entry);
	end->event = event->number;
	end->time_ns = event->time_ns;
	end->signal = event->number_of;
	end->signal_name = event->name;
	end->fault_address = store_text(processes->store, event->address);
}

void processes_attribute(struct processes *processes, const struct event_record *record,
			 const struct event *event, uint64_t planted)
{
	struct process_entry *entry = processes_find(processes, record->header.process);

	if (!entry)
		return;
	entry->process.is_sample = true;
	entry->process.attributed_via = event->name;
	if (record->mark.reason == EVENT_MARK_AGENT)
		return;
	entry->process.attributed_path = store_text(processes->store, event->path);
	entry->process.attributed_process = event->other_process;
	entry->process.attributed_event = planted;
}

void processes_name(struct processes *processes, uint32_t pid, const char *name)
{
	uint32_t index;

	if (!id_map_get(&processes->pids, pid, &index))
		return;
	struct process *process = &processes->entries.data[index].process;
	if (!process->name && !process->end)
		process->name = store_text(processes->store, name);
}

void processes_finish(struct processes *processes, struct trace_summary *ret)
{
	struct arena *arena = processes->store->arena;
	size_t count = processes->entries.count;

	if (count == 0)
		return;
	ret->processes.data = arena_alloc(arena, count * sizeof(struct process));
	ret->processes.count = count;
	for (size_t i = 0; i < count; i++) {
		struct process_entry *entry = &processes->entries.data[i];
		list_take(arena, &entry->process.executions, entry->executions.data,
			  entry->executions.count);
		ret->processes.data[i] = entry->process;
	}
}
