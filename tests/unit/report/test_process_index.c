/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <stdio.h>

#include "base/alloc.h"
#include "report/process_index.h"

static struct report report_of(struct process *processes, size_t count)
{
	struct report report = {0};

	report.processes.data = processes;
	report.processes.count = count;
	return report;
}

/* The tree as "p1 .p2 ..p3": a dot for each level. */
static void assert_tree(struct process *processes, size_t count, const char *expected)
{
	struct report report = report_of(processes, count);
	cleanup_process_index struct process_index index = {0};
	cleanup_buffer struct buffer out = {0};

	process_index_init(&index, &report);
	assert_int_equal(index.count, count);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_append_char(&out, ' ');
		for (size_t depth = 0; depth < index.tree[i].depth; depth++)
			buffer_append_char(&out, '.');
		buffer_append_text(&out, index.tree[i].process->id);
	}
	assert_string_equal(buffer_text(&out), expected);
}

static void children_follow_their_parent_in_order(void **state UNUSED)
{
	struct process processes[] = {{.id = "p1"},
				      {.id = "p2", .parent = "p1"},
				      {.id = "p3", .parent = "p1"},
				      {.id = "p4", .parent = "p2"},
				      {.id = "p5", .parent = "gone"}};

	assert_tree(processes, ARRAY_SIZE(processes), "p1 .p2 ..p4 .p3 p5");
}

static void a_ring_of_parents_is_shown_once(void **state UNUSED)
{
	struct process processes[] = {{.id = "a", .parent = "b"},
				      {.id = "b", .parent = "a"},
				      {.id = "c", .parent = "c"},
				      {.id = "d"}};

	assert_tree(processes, ARRAY_SIZE(processes), "d a .b c");
}

static void ids_that_come_twice_are_both_shown(void **state UNUSED)
{
	struct process processes[] = {{.id = "a"}, {.id = "a"}, {.id = "b", .parent = "a"}};

	assert_tree(processes, ARRAY_SIZE(processes), "a .b a");
}

static void a_long_chain_needs_no_deep_stack(void **state UNUSED)
{
	enum { LENGTH = 50000 };
	cleanup_free struct process *processes = xcalloc(LENGTH, sizeof(*processes));
	cleanup_free char(*names)[16] = xcalloc(LENGTH, sizeof(*names));

	for (size_t i = 0; i < LENGTH; i++) {
		snprintf(names[i], sizeof(names[i]), "p%zu", i);
		processes[i].id = names[i];
		processes[i].parent = i ? names[i - 1] : NULL;
	}
	struct report report = report_of(processes, LENGTH);
	cleanup_process_index struct process_index index = {0};
	process_index_init(&index, &report);
	assert_int_equal(index.tree[LENGTH - 1].depth, LENGTH - 1);
	assert_ptr_equal(process_find(&index, "p777"), &processes[777]);
	assert_null(process_find(&index, "x"));
}

static void a_report_without_processes_has_an_empty_tree(void **state UNUSED)
{
	struct report report = {0};
	cleanup_process_index struct process_index index = {0};

	process_index_init(&index, &report);
	assert_int_equal(index.count, 0);
	assert_null(process_find(&index, "p1"));
}

static void assert_line(const char **arguments, size_t count, size_t limit, const char *expected)
{
	cleanup_buffer struct buffer out = {0};
	struct execution execution = {.path = "/bin/x"};

	execution.arguments.data = arguments;
	execution.arguments.count = count;
	command_line(&out, &execution, limit);
	assert_string_equal(buffer_text(&out), expected);
}

static void arguments_that_a_shell_would_split_are_quoted(void **state UNUSED)
{
	const char *arguments[] = {"sh", "-c", "a \"b\" $c\n", "", "--x=1"};

	assert_line(arguments, ARRAY_SIZE(arguments), 100,
		    "sh -c \"a \\\"b\\\" \\$c\n\" \"\" --x=1");
	assert_line(NULL, 0, 100, "/bin/x");
}

static void a_long_line_is_cut_between_characters(void **state UNUSED)
{
	const char *arguments[] = {"样本样本"};

	assert_line(arguments, 1, 5, "\"样…");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_follow_their_parent_in_order),
		cmocka_unit_test(a_ring_of_parents_is_shown_once),
		cmocka_unit_test(ids_that_come_twice_are_both_shown),
		cmocka_unit_test(a_long_chain_needs_no_deep_stack),
		cmocka_unit_test(a_report_without_processes_has_an_empty_tree),
		cmocka_unit_test(arguments_that_a_shell_would_split_are_quoted),
		cmocka_unit_test(a_long_line_is_cut_between_characters),
	};
	return cmocka_run_group_tests_name("report/process_index", tests, NULL, NULL);
}
