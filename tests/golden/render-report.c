/* SPDX-License-Identifier: MIT */
/*
 * render-report FILE html|page|page-zh|text|colour|json: a report that a person wrote (members may be
 * missing) in one of our forms. `html` is without the stylesheet, for golden files.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "report/report.h"

enum { REPORT_SIZE = 64 * 1024 * 1024 };

static const char terminal[] = "starting…\nmoni: \x1b[31mok\x1b[0m\n\x1b]0;title\a</script>\n";

enum { NOTED_MAX = 256 };

/* The events that findings rest on, as an engine would note them. */
static size_t note_events(const struct report *report, struct event events[NOTED_MAX])
{
	size_t count = 0;

	list_foreach(&report->behaviors, behavior)
		list_foreach(&behavior->evidence, evidence)
			if (count < NOTED_MAX)
				events[count++] = (struct event){
					.number = evidence->event,
					.time_ns = (int64_t)evidence->event * 5000000,
					.type = EVENT_KIND_FILE_CREATE,
					.process = evidence->process,
					.path = evidence->text,
				};
	return count;
}

/* Leaves out the explanations of fields, which the model's documentation words. */
static void without_titles(struct buffer *page)
{
	static const char mark[] = " title=\"";
	struct span rest = buffer_span(page);
	struct buffer kept = {0};

	for (size_t at; (at = span_find(rest, span_text(mark), 0)) != SIZE_MAX;) {
		size_t end = span_find(rest, span_text("\""), at + sizeof(mark) - 1);
		buffer_append(&kept, rest.data, at);
		rest = span_clip(rest, end + 1, rest.size);
	}
	buffer_append(&kept, rest.data, rest.size);
	buffer_deinit(page);
	*page = kept;
}

static void write_html(struct buffer *out, const struct report *report, const char *form)
{
	struct event events[NOTED_MAX];
	struct report_extras extras = {
		.events = events,
		.event_count = note_events(report, events),
		.event_total = 41877,
		.stylesheet = text_equal(form, "html") ? "/* ui/report.css */" : NULL,
		.language = text_equal(form, "page-zh") ? REPORT_CHINESE : REPORT_ENGLISH,
		.terminal = span_text(terminal),
		.terminal_total = 4096,
	};

	report_write_html(out, report, &extras);
	if (text_equal(form, "html"))
		without_titles(out);
}

static struct error *render(const char *path, const char *form, struct buffer *out)
{
	cleanup_arena struct arena *arena = arena_new(0);
	cleanup_json struct json_document *document = NULL;
	struct report report = {0};

	struct error *err = json_document_load(path, REPORT_SIZE, &document);
	if (!err)
		err = model_read_json_partial(json_root(document), &record_report, arena, &report);
	if (err)
		return err;
	if (!report.indicators.count)
		report_indicators(arena, &report);
	if (text_equal(form, "json")) {
		struct json_writer writer;
		json_writer_init_buffer(&writer, out, true);
		report_write_json(&writer, &report);
		return json_writer_finish(&writer);
	}
	if (text_equal(form, "text") || text_equal(form, "colour"))
		report_write_text(out, &report, text_equal(form, "colour"), 100);
	else
		write_html(out, &report, form);
	return NULL;
}

int main(int argc, char **argv)
{
	cleanup_buffer struct buffer out = {0};

	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc != 3) {
		fprintf(stderr, "usage: render-report FILE html|page|page-zh|text|colour|json\n");
		return 2;
	}
	cleanup_error struct error *err = render(argv[1], argv[2], &out);
	if (!err)
		err = file_write_fd(STDOUT_FILENO, buffer_text(&out), out.size);
	if (!err)
		return 0;
	fprintf(stderr, "render-report: %s\n", error_message(err));
	return 1;
}
