/* SPDX-License-Identifier: MIT */
#include "trace/calls.h"

#include <stdio.h>
#include <stdlib.h>

#include "trace/syscall_name.h"

void calls_init(struct calls *calls, uint64_t seed)
{
	id_map_init(&calls->ids, seed);
	id_map_init(&calls->odd_ids, seed);
}

void calls_deinit(struct calls *calls)
{
	vec_foreach(&calls->tasks, task)
		buffer_deinit(&task->runs);
	vec_deinit(&calls->tasks);
	vec_deinit(&calls->odd);
	id_map_deinit(&calls->ids);
	id_map_deinit(&calls->odd_ids);
}

/* Moves the last run into the packed ones. */
static void pack_last(struct calls *calls, struct call_task *task)
{
	size_t before = task->runs.size;

	if (task->last.count == 0)
		return;
	if (task->is_cut || calls->bytes >= CALLS_ORDER_BYTES) {
		task->is_cut = true;
		calls->not_ordered += task->last.count;
		return;
	}
	buffer_append_uleb128(&task->runs, task->last.abi);
	buffer_append_uleb128(&task->runs, task->last.number);
	buffer_append_uleb128(&task->runs, task->last.count);
	calls->bytes += task->runs.size - before;
}

static void push_run(struct calls *calls, struct call_task *task, const struct call_run *run)
{
	if (task->last.count && task->last.abi == run->abi && task->last.number == run->number) {
		task->last.count += run->count;
		return;
	}
	pack_last(calls, task);
	task->last = *run;
}

struct call_task *calls_task(struct calls *calls, const struct event_record *record,
			     const char *process, int64_t time_ns)
{
	uint64_t index = record->syscalls.index;
	struct call_task *task;
	uint32_t at;

	if (id_map_get(&calls->ids, record->header.task, &at)) {
		task = &calls->tasks.data[at];
	} else {
		if (calls->tasks.count >= CALLS_TASKS_MAX)
			return NULL;
		id_map_put(&calls->ids, record->header.task, (uint32_t)calls->tasks.count);
		task = vec_push(&calls->tasks);
		task->process = process;
		task->tid = record->header.tid;
		task->start_ns = time_ns;
	}
	/* A gap is a loss; more than 2^40 calls of one thread are none but a forged number. */
	if (index > task->next_index && index - task->next_index < 1ULL << 40) {
		struct call_run gap = {.abi = CALLS_ABIS, .count = index - task->next_index};
		push_run(calls, task, &gap);
		task->lost += gap.count;
		calls->lost += gap.count;
		task->next_index = index;
	}
	return task;
}

static void count_odd(struct calls *calls, const struct call_run *run)
{
	uint64_t key = (uint64_t)run->abi << 32 | run->number;
	uint32_t at;

	if (id_map_get(&calls->odd_ids, key, &at)) {
		calls->odd.data[at].count += run->count;
		return;
	}
	if (calls->odd.count >= CALLS_ODD_MAX) {
		calls->not_named += run->count;
		return;
	}
	id_map_put(&calls->odd_ids, key, (uint32_t)calls->odd.count);
	struct odd_call *odd = vec_push(&calls->odd);
	*odd = (struct odd_call){.abi = run->abi, .number = run->number, .count = run->count};
}

void calls_add(struct calls *calls, struct call_task *task, const struct call_run *run)
{
	calls->total += run->count;
	if (run->abi < CALLS_ABIS && run->number < CALLS_KNOWN_MAX)
		calls->known[run->abi][run->number] += run->count;
	else
		count_odd(calls, run);
	if (!task) {
		calls->not_ordered += run->count;
		return;
	}
	task->made += run->count;
	task->next_index += run->count;
	push_run(calls, task, run);
}

static int by_count(const void *a, const void *b)
{
	const struct syscall_count *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->number < y->number ? -1 : x->number > y->number;
}

void calls_finish(struct calls *calls, struct arena *arena, const char *architecture,
		  struct syscall_summary *ret)
{
	vec(struct syscall_count) counts = {0};
	const char *abis[CALLS_ABIS];
	size_t abi_count = 0;

	vec_foreach(&calls->tasks, task) {
		pack_last(calls, task);
		task->last.count = 0;
	}
	for (unsigned abi = 0; abi < CALLS_ABIS; abi++) {
		size_t before = counts.count;
		for (uint32_t number = 0; number < CALLS_KNOWN_MAX; number++) {
			if (calls->known[abi][number] == 0)
				continue;
			struct syscall_count *count = vec_push(&counts);
			count->abi = syscall_abi_name(abi);
			count->number = number;
			count->name = syscall_name(abi, number);
			count->count = calls->known[abi][number];
		}
		vec_foreach(&calls->odd, odd) {
			if (odd->abi != abi)
				continue;
			struct syscall_count *count = vec_push(&counts);
			count->abi = syscall_abi_name(abi);
			count->number = odd->number;
			count->name = syscall_name(abi, odd->number);
			count->count = odd->count;
		}
		if (counts.count > before)
			abis[abi_count++] = syscall_abi_name(abi);
	}
	if (counts.count)
		qsort(counts.data, counts.count, sizeof(*counts.data), by_count);
	ret->architecture = architecture;
	ret->total = calls->total;
	ret->tasks = calls->tasks.count;
	list_take(arena, &ret->abis, abis, abi_count);
	list_take(arena, &ret->counts, counts.data, counts.count);
	vec_deinit(&counts);
}
