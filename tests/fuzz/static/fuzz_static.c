/* SPDX-License-Identifier: MIT */
/* The whole analysis without YARA and libmagic, then the codec and the JSON writer on its report. */
#include <stdint.h>
#include <stdlib.h>

#include "model/model.h"
#include "static/signature.h"
#include "static/static.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *arena = arena_new((64 << 20) + 3 * size);
	cleanup_buffer struct buffer bytes = {0}, text = {0};
	const struct static_options options = {.no_fuzzy_hashes = true};
	struct static_report report;
	struct static_report again = {0};
	struct sample sample = {.name = "sample"};
	struct json_writer writer;

	struct error *err = static_analyze(span_of(data, size), &options, arena, &report);
	if (err)
		abort();
	model_encode(&bytes, &record_static_report, &report);
	err = model_decode(buffer_span(&bytes), &record_static_report, arena, &again);
	if (err)
		abort();
	json_writer_init_buffer(&writer, &text, false);
	model_write_json(&writer, &record_static_report, &again);
	err = json_writer_finish(&writer);
	if (err)
		abort();
	buffer_clear(&text);
	for (size_t i = 0; i < signature_format_count; i++)
		signature_formats[i].write(&text, &sample, &again);
	return 0;
}
