/* SPDX-License-Identifier: MIT */
/* Prints the JSON schema or the reference page of report.json or of an event, from the model. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "model/model.h"

static int usage(void)
{
	fprintf(stderr, "usage: describe-model schema|reference report|event\n");
	return 2;
}

int main(int argc, char **argv)
{
	cleanup_buffer struct buffer page = {0};
	struct error *err;

	if (argc != 3)
		return usage();
	bool is_report = strcmp(argv[2], "report") == 0;
	const struct record *root = is_report ? &record_report : &record_event;
	if (strcmp(argv[1], "reference") == 0) {
		buffer_printf(&page,
			      "# %s\n\nMade from src/model/*.def by `make schema`; do not edit.\n",
			      is_report ? "report.json" : "Lines of `habo events`");
		model_write_reference(&page, root);
		err = file_write_fd(STDOUT_FILENO, buffer_text(&page), page.size);
	} else if (strcmp(argv[1], "schema") == 0) {
		struct json_writer writer;
		json_writer_init_fd(&writer, STDOUT_FILENO, true);
		model_write_schema(
			&writer, root,
			is_report ? "https://github.com/Tencent/HaboMalHunter/report.schema.json"
				  : "https://github.com/Tencent/HaboMalHunter/event.schema.json",
			is_report ? "HaboMalHunter report" : "HaboMalHunter event");
		err = json_writer_finish(&writer);
	} else {
		return usage();
	}
	if (err) {
		fprintf(stderr, "describe-model: %s\n", error_message(err));
		error_free(err);
		return 1;
	}
	return 0;
}
