/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include "small_tasks.h"

static uint8_t memory[SMALL_SIZE];

static struct small_tasks *open_tasks(void)
{
	struct small_tasks *all = calloc(1, sizeof(*all));

	memset(memory, 0, sizeof(memory));
	small_tasks_open(all, memory);
	return all;
}

static void close_tasks(struct small_tasks *all)
{
	small_close(&all->small);
	free(all);
}

/* The row of a process; one with pid 0 when there is none. */
static const struct memory_process *process(const struct small_tasks *all, uint64_t pid)
{
	static const struct memory_process none;
	const struct memory_report *report = &all->small.report;

	for (size_t i = 0; i < report->processes.count; i++)
		if (report->processes.data[i].pid == pid)
			return &report->processes.data[i];
	return &none;
}

static uint64_t links_of(const struct small_tasks *all, size_t i)
{
	return all->tasks[i] + all->small.kernel.layout.task_struct_tasks.offset;
}

static void every_view_finds_every_process(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();

	assert_null(plugin_processes(&all->small.context));
	assert_int_equal(all->small.report.processes.count, SMALL_TASKS);
	for (uint64_t pid = 1; pid <= SMALL_TASKS; pid++) {
		const struct memory_process *row = process(all, pid);
		assert_int_not_equal(row->pid, 0);
		assert_int_equal(row->standing, MEMORY_LISTED);
		assert_true(row->in_task_list && row->in_pid_table && row->in_family &&
			    row->in_scan);
		assert_int_equal(row->ppid, pid == 1 ? 0 : 1);
		assert_int_equal(row->address, all->tasks[pid - 1]);
		assert_int_equal(row->notes.count, 0);
	}
	assert_int_equal(all->small.context.anomalies.count, 0);
	close_tasks(all);
}

static void a_process_out_of_the_list_is_hidden(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();

	small_unlink(&all->small, links_of(all, 2));
	assert_null(plugin_processes(&all->small.context));
	const struct memory_process *row = process(all, 3);
	assert_int_not_equal(row->pid, 0);
	assert_int_equal(row->standing, MEMORY_HIDDEN);
	assert_false(row->in_task_list);
	assert_int_equal(row->notes.count, 1);
	assert_int_equal(process(all, 4)->standing, MEMORY_LISTED);
	close_tasks(all);
}

static void a_process_out_of_all_lists_is_found_by_the_scan(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();
	const struct layout *layout = &all->small.kernel.layout;

	small_unlink(&all->small, links_of(all, 2));
	small_unlink(&all->small, all->tasks[2] + layout->task_struct_sibling.offset);
	small_put(&all->small, all->table + layout->xa_node_slots.offset + 3 * 8, 0);
	assert_null(plugin_processes(&all->small.context));
	const struct memory_process *row = process(all, 3);
	assert_int_not_equal(row->pid, 0);
	assert_true(row->in_scan && !row->in_family && !row->in_pid_table);
	assert_int_equal(row->standing, MEMORY_HIDDEN);
	close_tasks(all);
}

static void what_ended_is_no_hidden_process(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();
	const struct layout *layout = &all->small.kernel.layout;

	small_unlink(&all->small, links_of(all, 2));
	small_unlink(&all->small, all->tasks[2] + layout->task_struct_sibling.offset);
	small_put(&all->small, all->table + layout->xa_node_slots.offset + 3 * 8, 0);
	small_set(&all->small, all->tasks[2], layout->task_struct_stack, 0);
	assert_null(plugin_processes(&all->small.context));
	assert_int_equal(process(all, 3)->standing, MEMORY_EXITED);
	close_tasks(all);
}

static void a_copy_that_fork_just_made_is_starting(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();
	struct small_kernel *small = &all->small;
	const struct layout *layout = &small->kernel.layout;
	uint64_t copy = small_task(all, 3, "child");
	uint64_t pid = kernel_get(&small->kernel, all->tasks[2], layout->task_struct_thread_pid);

	small_set(small, copy, layout->task_struct_thread_pid, pid);
	small_set(small, copy, layout->task_struct_real_parent, all->tasks[0]);
	assert_null(plugin_processes(&small->context));
	assert_int_equal(small->report.processes.count, SMALL_TASKS + 1);
	for (size_t i = 0; i < small->report.processes.count; i++) {
		const struct memory_process *row = &small->report.processes.data[i];
		assert_int_equal(row->standing,
				 row->address == copy ? MEMORY_STARTING : MEMORY_LISTED);
	}
	close_tasks(all);
}

static void a_circle_ends_and_is_told(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();

	small_put(&all->small, links_of(all, 3), links_of(all, 1)); /* 4 leads back to 2 */
	assert_null(plugin_processes(&all->small.context));
	assert_int_equal(all->small.report.processes.count, SMALL_TASKS);
	assert_true(all->small.context.anomalies.count > 0);
	/* Process 5 lies behind the circle; the other way round leads to it. */
	assert_true(process(all, 5)->in_task_list);
	close_tasks(all);
}

static void a_list_that_leaves_memory_ends(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();

	small_put(&all->small, links_of(all, 1), 0x4141414141414141u);
	assert_null(plugin_processes(&all->small.context));
	assert_int_equal(all->small.report.processes.count, SMALL_TASKS);
	assert_true(all->small.context.anomalies.count > 0);
	close_tasks(all);
}

static void threads_belong_to_their_leader(void **state UNUSED)
{
	struct small_tasks *all = open_tasks();
	struct small_kernel *small = &all->small;
	const struct layout *layout = &small->kernel.layout;
	uint64_t thread = small_task(all, 40, "worker");

	small_set(small, thread, layout->task_struct_tgid, 2);
	small_set(small, thread, layout->task_struct_group_leader, all->tasks[1]);
	small_set(small, thread, layout->task_struct_real_parent, all->tasks[0]);
	small_number(all, thread, 40);
	assert_null(plugin_processes(&small->context));
	assert_int_equal(small->report.processes.count, SMALL_TASKS);
	assert_int_equal(process(all, 2)->threads.count, 1);
	assert_int_equal(process(all, 2)->threads.data[0].tid, 40);
	assert_string_equal(process(all, 2)->threads.data[0].name, "worker");
	close_tasks(all);
}

static void any_changed_word_is_survived(void **state UNUSED)
{
	static const uint64_t values[] = {0,
					  1,
					  2,
					  SMALL_BASE + SMALL_DATA,
					  UINT64_MAX,
					  SMALL_BASE + SMALL_SIZE - 4,
					  0x4141414141414141u};
	struct small_tasks *all = open_tasks();
	size_t used = all->small.used;
	static uint8_t kept[SMALL_SIZE];

	close_tasks(all);
	memcpy(kept, memory, sizeof(kept));
	for (size_t at = SMALL_DATA; at < used; at += 8 * 61)
		for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
			all = open_tasks();
			small_put(&all->small, SMALL_BASE + at, values[v]);
			(void)plugin_processes(&all->small.context);
			(void)plugin_regions(&all->small.context);
			(void)plugin_sockets(&all->small.context);
			close_tasks(all);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_view_finds_every_process),
		cmocka_unit_test(a_process_out_of_the_list_is_hidden),
		cmocka_unit_test(a_process_out_of_all_lists_is_found_by_the_scan),
		cmocka_unit_test(what_ended_is_no_hidden_process),
		cmocka_unit_test(a_copy_that_fork_just_made_is_starting),
		cmocka_unit_test(a_circle_ends_and_is_told),
		cmocka_unit_test(a_list_that_leaves_memory_ends),
		cmocka_unit_test(threads_belong_to_their_leader),
		cmocka_unit_test(any_changed_word_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
