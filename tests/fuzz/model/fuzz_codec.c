/* SPDX-License-Identifier: MIT */
/* The reader of what confined children send: any bytes give a report or an error. */
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *arena = arena_new(64 << 20);
	cleanup_buffer struct buffer json = {0};
	struct json_writer writer;
	struct report report = {0};

	cleanup_error struct error *err =
		model_decode(span_of(data, size), &record_report, arena, &report);
	if (err)
		return 0;
	json_writer_init_buffer(&writer, &json, false);
	model_write_json(&writer, &record_report, &report);
	error_free(json_writer_finish(&writer));
	return 0;
}
