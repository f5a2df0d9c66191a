/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "model/model.h"

/* A report with something of every kind of field in it. */
static struct report *example(struct arena *arena)
{
	struct report *report = arena_new_of(arena, struct report);
	struct process *process = arena_new_of(arena, struct process);
	struct execution *execution = arena_new_of(arena, struct execution);
	static const char *arguments[] = {"sh", "-c", "ln -s <a> \"b\""};

	report->schema_version = "1.0";
	report->analysis = arena_new_of(arena, struct analysis);
	report->analysis->id = "a";
	report->verdict = arena_new_of(arena, struct verdict);
	report->verdict->level = VERDICT_SUSPICIOUS;
	report->static_ = arena_new_of(arena, struct static_report);
	struct anomaly anomaly = {.code = "odd", .offset = UINT64_MAX, .text = "\xff\x1b[31m"};
	list_take(arena, &report->static_->anomalies, &anomaly, 1);
	execution->arguments.data = arguments;
	execution->arguments.count = 3;
	execution->is_memfd = true;
	process->id = "p1";
	process->executions.data = execution;
	process->executions.count = 1;
	process->end = arena_new_of(arena, struct process_end);
	process->end->code = -7;
	report->processes.data = process;
	report->processes.count = 1;
	return report;
}

static void json_of(const struct report *report, struct buffer *out)
{
	struct json_writer writer;

	json_writer_init_buffer(&writer, out, false);
	model_write_json(&writer, &record_report, report);
	assert_null(json_writer_finish(&writer));
}

static void what_is_encoded_is_decoded(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer bytes = {0}, before = {0}, after = {0};
	struct report decoded = {0};

	model_encode(&bytes, &record_report, example(arena));
	assert_null(model_decode(buffer_span(&bytes), &record_report, arena, &decoded));
	json_of(example(arena), &before);
	json_of(&decoded, &after);
	assert_string_equal(buffer_text(&before), buffer_text(&after));
	assert_int_equal(decoded.processes.data[0].end->code, -7);
}

static void every_truncation_is_refused(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer bytes = {0};

	model_encode(&bytes, &record_report, example(arena));
	for (size_t size = 0; size < bytes.size; size++) {
		cleanup_arena struct arena *scratch = arena_new(1 << 20);
		cleanup_free uint8_t *copy = xmemdup(bytes.data, size);
		struct report decoded = {0};
		struct error *err =
			model_decode(span_of(copy, size), &record_report, scratch, &decoded);
		assert_non_null(err);
		error_free(err);
	}
}

static void json_is_read_back(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer before = {0}, after = {0};
	cleanup_json struct json_document *document = NULL;
	struct report decoded = {0};

	json_of(example(arena), &before);
	assert_null(json_document_parse(buffer_span(&before), 1 << 20, &document));
	assert_null(model_read_json(json_root(document), &record_report, arena, &decoded));
	json_of(&decoded, &after);
	/* The one hostile byte was escaped once, and is plain text from then on. */
	assert_non_null(strstr(buffer_text(&before), "\\\\xff\\u001b[31m"));
	assert_string_equal(buffer_text(&before), buffer_text(&after));
}

static void unknown_members_are_refused(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_json struct json_document *document = NULL;
	struct anomaly anomaly = {0};

	assert_null(
		json_document_parse(span_text("{\"offset\":\"0x1\",\"more\":1}"), 100, &document));
	cleanup_error struct error *err =
		model_read_json(json_root(document), &record_anomaly, arena, &anomaly);
	assert_non_null(err);
	assert_int_equal(error_code(err), ERROR_FORMAT);
}

static void a_list_over_its_limit_is_refused(void **state UNUSED)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_buffer struct buffer bytes = {0};
	struct technique technique = {0};

	buffer_append_uleb128(&bytes, 0);
	buffer_append_uleb128(&bytes, 0);
	buffer_append_uleb128(&bytes, 17);
	for (int i = 0; i < 17; i++)
		buffer_append_uleb128(&bytes, 1);
	cleanup_error struct error *err =
		model_decode(buffer_span(&bytes), &record_technique, arena, &technique);
	assert_non_null(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(json_is_read_back),
		cmocka_unit_test(unknown_members_are_refused),
		cmocka_unit_test(a_list_over_its_limit_is_refused),
	};
	return cmocka_run_group_tests_name("model/codec", tests, NULL, NULL);
}
