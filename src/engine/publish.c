/* SPDX-License-Identifier: MIT */
/* Writes the result folder: report.json, report.html, terminal.cast, signatures/. */
#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/job.h"
#include "report/asciicast.h"
#include "report/report.h"
#include "static/signature.h"

enum { HTML_TERMINAL_SIZE = 16 * 1024 };

static struct error *write_json(struct job *job)
{
	cleanup_close int fd = -1;
	struct json_writer writer;

	struct error *err = file_open(job_path(job, RESULT_REPORT),
				      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644, &fd);
	if (err)
		return err;
	json_writer_init_fd(&writer, fd, true);
	report_write_json(&writer, job->report);
	return json_writer_finish(&writer);
}

/* What the sample printed first, in one piece. */
static struct span first_output(const struct job *job, struct buffer *out, uint64_t *ret_total)
{
	*ret_total = 0;
	if (!job->has_session)
		return span_empty();
	vec_foreach(&job->session.terminal, chunk) {
		*ret_total += chunk->data.size;
		if (out->size < HTML_TERMINAL_SIZE)
			buffer_append(out, chunk->data.data,
				      min_of(chunk->data.size, HTML_TERMINAL_SIZE - out->size));
	}
	return buffer_span(out);
}

static struct error *write_page(struct job *job)
{
	cleanup_buffer struct buffer page = {.limit = REPORT_HTML_LIMIT}, output = {0};
	struct report_extras extras = {
		.events = job->trace.highlights.data,
		.event_count = job->trace.highlights.count,
		.event_total = job->event_total,
	};

	extras.terminal = first_output(job, &output, &extras.terminal_total);
	report_write_html(&page, job->report, &extras);
	return file_write(job_path(job, RESULT_PAGE), buffer_text(&page), page.size, 0644);
}

static struct error *write_signatures(struct job *job)
{
	if (!job->report->static_)
		return NULL;
	struct error *err = file_make_folders(job_path(job, "signatures"), 0755);
	for (size_t i = 0; !err && i < signature_format_count; i++) {
		const struct signature_format *format = &signature_formats[i];
		cleanup_buffer struct buffer text = {0};
		format->write(&text, job->report->sample, job->report->static_);
		if (text.size == 0)
			continue;
		const char *path = job_path(
			job, arena_printf(job->arena, "signatures/sample.%s", format->extension));
		err = file_write(path, buffer_text(&text), text.size, 0644);
	}
	return err;
}

struct error *publish_terminal(struct job *job)
{
	cleanup_buffer struct buffer cast_text = {0};
	struct asciicast cast;
	struct asciicast_header header = {
		.width = 80,
		.height = 24,
		.timestamp = job->go_realtime_ns / 1000000000U,
		.title = job->sample_name,
		.is_terminal = job->options->input == NULL,
	};
	uint64_t last = 0;

	asciicast_begin(&cast, &cast_text, &header);
	vec_foreach(&job->session.terminal, chunk) {
		last = chunk->time_ns > job->go_guest_ns ? chunk->time_ns - job->go_guest_ns : 0;
		const struct output_chunk output = {
			.time_ns = last, .bytes = chunk->data, .is_error = chunk->is_error};
		asciicast_put(&cast, &output);
	}
	asciicast_end(&cast, last);
	return file_write(job_path(job, RESULT_TERMINAL), buffer_text(&cast_text), cast_text.size,
			  0644);
}

struct error *stage_publish(struct job *job)
{
	(void)report_fit(job->arena, job->report, REPORT_JSON_LIMIT);
	struct error *err = write_signatures(job);
	if (!err)
		err = write_page(job);
	/* Last, so that a folder with a report.json is a whole one. */
	if (!err)
		err = write_json(job);
	return err;
}
