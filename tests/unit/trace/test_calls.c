/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <sys/mman.h>

#include "base/alloc.h"
#include "base/file.h"
#include "trace/calls.h"

static struct event_record batch(uint64_t task, uint64_t index)
{
	return (struct event_record){.header = {.task = task, .tid = (uint32_t)task},
				     .syscalls = {.index = index}};
}

static void add(struct calls *calls, uint64_t task, uint64_t index, struct call_run run)
{
	struct event_record record = batch(task, index);

	calls_add(calls, calls_task(calls, &record, "p1", 0), &run);
}

static char *written(const struct calls *calls, uint64_t limit)
{
	cleanup_close int fd = memfd_create("calls", MFD_CLOEXEC);
	char *text;
	size_t size;

	assert_null(calls_write(calls, "x86_64", limit, fd));
	lseek(fd, 0, SEEK_SET);
	assert_null(file_read_fd(fd, "calls", 64 << 20, &text, &size));
	return text;
}

/* open and close in turns, 100,000 times: no run is longer than one call. */
static void an_alternation_is_kept_to_the_last_call(void **state UNUSED)
{
	enum { CALLS = 200000 };
	cleanup_arena struct arena *arena = arena_new(0);
	struct syscall_summary summary = {0};
	struct calls calls = {0};

	calls_init(&calls, 1);
	for (uint64_t i = 0; i < CALLS; i++)
		add(&calls, 5, i, (struct call_run){.number = i % 2 ? 3 : 2, .count = 1});
	calls_finish(&calls, arena, "x86_64", &summary);
	assert_int_equal(summary.total, CALLS);
	assert_int_equal(summary.counts.data[0].count, CALLS / 2);
	assert_int_equal(calls.not_ordered, 0);
	assert_int_equal(calls.lost, 0);
	cleanup_free char *text = written(&calls, 64 << 20);
	const char *at = strchr(strstr(text, "# task"), '[');
	for (uint64_t i = 0; i < CALLS; i++, at += 2)
		assert_int_equal(at[1], i % 2 ? '3' : '2');
	assert_string_equal(at, "]\n");
	calls_deinit(&calls);
}

static void the_file_ends_at_its_ceiling_and_says_so(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct syscall_summary summary = {0};
	struct calls calls = {0};

	calls_init(&calls, 1);
	for (uint64_t i = 0; i < 1000; i++)
		add(&calls, i, 0, (struct call_run){.number = 39, .count = 900});
	calls_finish(&calls, arena, "x86_64", &summary);
	cleanup_free char *text = written(&calls, 100000);
	assert_true(strlen(text) <= 100000 + 16);
	assert_non_null(strstr(text, "\n# cut here\n"));
	calls_deinit(&calls);
}

static void unknown_numbers_are_counted_one_by_one(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	struct syscall_summary summary = {0};
	struct calls calls = {0};

	calls_init(&calls, 1);
	add(&calls, 1, 0, (struct call_run){.number = 0xffffffff, .count = 3});
	add(&calls, 1, 3, (struct call_run){.number = 5000, .abi = EVENT_ABI_I386, .count = 2});
	add(&calls, 1, 5,
	    (struct call_run){.number = 0x40000001, .abi = EVENT_ABI_X32, .count = 1});
	calls_finish(&calls, arena, "x86_64", &summary);
	assert_int_equal(summary.counts.count, 3);
	assert_int_equal(summary.counts.data[0].number, 0xffffffff);
	assert_null(summary.counts.data[0].name);
	assert_string_equal(summary.counts.data[1].abi, "i386");
	assert_string_equal(summary.counts.data[2].name, "write");
	calls_deinit(&calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alternation_is_kept_to_the_last_call),
		cmocka_unit_test(the_file_ends_at_its_ceiling_and_says_so),
		cmocka_unit_test(unknown_numbers_are_counted_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
