/* SPDX-License-Identifier: MIT */
/* A whole capture file, as the engine's confined child gets it, and the answer as JSON. */
#include <stdlib.h>
#include <sys/mman.h>

#include "base/file.h"
#include "packet/analyze.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer text = {0};
	cleanup_close int fd = memfd_create("capture", MFD_CLOEXEC);
	struct network_report report;
	struct json_writer writer;

	struct error *err = file_write_fd(fd, data, size);
	if (!err)
		err = packet_analyze(fd, arena, &report);
	if (err)
		abort();
	json_writer_init_buffer(&writer, &text, false);
	model_write_json(&writer, &record_network_report, &report);
	error_free(json_writer_finish(&writer));
	return 0;
}
