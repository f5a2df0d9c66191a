/* SPDX-License-Identifier: MIT */
/* Any bytes for an event stream give events, sums and problems. */
#include <fcntl.h>

#include "trace/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct trace_options options = {.sample_path = "/root/sample"};
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_trace struct trace *trace = trace_open_bytes(span_of(data, size), &options, arena);
	cleanup_buffer struct buffer json = {0};
	cleanup_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct trace_summary summary;
	struct json_writer writer;
	struct event event;

	json_writer_init_buffer(&writer, &json, false);
	while (trace_next(trace, &event)) {
		buffer_clear(&json);
		model_write_json(&writer, &record_event, &event);
	}
	error_free(json_writer_finish(&writer));
	if (trace_finish(trace, &summary))
		abort();
	error_free(trace_write_syscalls(trace, 1 << 20, null));
	return 0;
}
