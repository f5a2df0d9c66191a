/* SPDX-License-Identifier: MIT */
/* The file sample.syscall; its format is docs/syscall-format.md. */
#include <inttypes.h>

#include "base/file.h"
#include "trace/calls.h"
#include "trace/syscall_name.h"

enum { FLUSH_BYTES = 64 * 1024 };

struct output {
	int fd;
	uint64_t left; /* bytes that may still be written */
	bool is_cut;
	struct buffer text;
	struct error *err;
};

static void flush(struct output *output)
{
	if (output->text.size > output->left)
		output->is_cut = true;
	size_t size = (size_t)min_of(output->left, (uint64_t)output->text.size);
	if (!output->err)
		output->err = file_write_fd(output->fd, buffer_text(&output->text), size);
	output->left -= size;
	buffer_clear(&output->text);
}

static bool next_run(struct reader *runs, struct call_run *ret)
{
	if (reader_left(runs) == 0)
		return false;
	ret->abi = (uint32_t)reader_uleb128(runs);
	ret->number = (uint32_t)reader_uleb128(runs);
	ret->count = reader_uleb128(runs);
	return reader_ok(runs);
}

/* abi=x86_64*1,i386*344: which of the calls are of which ABI, in order; lost ones are left out. */
static void write_abis(struct output *output, const struct call_task *task)
{
	struct reader runs = reader_of(buffer_span(&task->runs), BYTE_ORDER_LITTLE);
	struct call_run run;
	uint32_t abi = CALLS_ABIS;
	uint64_t count = 0;

	while (next_run(&runs, &run) && !output->is_cut) {
		if (run.abi == CALLS_ABIS)
			continue;
		if (run.abi != abi && count) {
			buffer_printf(&output->text, "%s*%" PRIu64 ",", syscall_abi_name(abi),
				      count);
			count = 0;
		}
		abi = run.abi;
		count += run.count;
		if (output->text.size > FLUSH_BYTES)
			flush(output);
	}
	if (count)
		buffer_printf(&output->text, "%s*%" PRIu64, syscall_abi_name(abi), count);
}

static void write_run(struct output *output, const struct call_run *run, const char **separator)
{
	if (run->abi == CALLS_ABIS) {
		buffer_printf(&output->text, "%s-%" PRIu64, *separator, run->count);
	} else if (run->count > CALLS_RUN_EXPANDED) {
		buffer_printf(&output->text, "%s\"%" PRIu32 "*%" PRIu64 "\"", *separator,
			      run->number, run->count);
	} else {
		for (uint64_t i = 0; i < run->count; i++) {
			buffer_printf(&output->text, "%s%" PRIu32, *separator, run->number);
			*separator = ",";
		}
	}
	*separator = ",";
}

static void write_task(struct output *output, const struct call_task *task)
{
	struct reader runs = reader_of(buffer_span(&task->runs), BYTE_ORDER_LITTLE);
	struct call_run run;
	const char *separator = "";

	buffer_printf(&output->text,
		      "# task process=%s tid=%" PRIu32 " start_ns=%" PRId64 " calls=%" PRIu64
		      " lost=%" PRIu64 "%s abi=",
		      task->process ? task->process : "-", task->tid, task->start_ns, task->made,
		      task->lost, task->is_cut ? " cut" : "");
	write_abis(output, task);
	buffer_append_text(&output->text, "\n[");
	while (next_run(&runs, &run) && !output->is_cut && !output->err) {
		write_run(output, &run, &separator);
		if (output->text.size > FLUSH_BYTES)
			flush(output);
	}
	buffer_append_text(&output->text, "]\n");
}

struct error *calls_write(const struct calls *calls, const char *architecture, uint64_t limit,
			  int fd)
{
	struct output output = {.fd = fd, .left = limit};

	buffer_printf(
		&output.text,
		"# habo-syscalls 1\n"
		"# architecture %s\n"
		"# threads %zu\n"
		"# calls %" PRIu64 "\n"
		"# lost %" PRIu64 "\n"
		"# A line that does not begin with # holds the system calls of one thread in\n"
		"# order, as a JSON array of numbers in the thread's ABI. \"n*c\": call n, c "
		"times;\n"
		"# a negative number -c: c calls were lost here. See docs/syscall-format.md.\n",
		architecture, calls->tasks.count, calls->total, calls->lost);
	for (size_t i = 0; i < calls->tasks.count && !output.is_cut && !output.err; i++)
		write_task(&output, &calls->tasks.data[i]);
	flush(&output);
	buffer_deinit(&output.text);
	if (!output.err && output.is_cut)
		output.err = file_write_fd(fd, "\n# cut here\n", 12);
	return output.err;
}
