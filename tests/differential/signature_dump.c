/* SPDX-License-Identifier: MIT */
/* signature_dump FILE FOLDER: writes sample.hdb and so on, for clamscan.sh. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/file.h"
#include "static/signature.h"
#include "static/static.h"

static struct error *dump(const char *path, const char *folder)
{
	cleanup_free char *bytes = NULL;
	cleanup_arena struct arena *arena = arena_new(0);
	const struct static_options options = {.no_fuzzy_hashes = true};
	struct static_report report;
	struct sample sample = {.name = "sample"};
	size_t size;

	struct error *err = file_read(path, 1 << 30, &bytes, &size);
	if (!err)
		err = static_analyze(span_of(bytes, size), &options, arena, &report);
	for (size_t i = 0; !err && i < signature_format_count; i++) {
		cleanup_buffer struct buffer text = {0};
		cleanup_free char *name =
			xasprintf("%s/sample.%s", folder, signature_formats[i].extension);
		signature_formats[i].write(&text, &sample, &report);
		err = file_write(name, buffer_text(&text), text.size, 0644);
	}
	return err;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	cleanup_error struct error *err = dump(argv[1], argv[2]);
	if (err)
		fprintf(stderr, "%s\n", error_message(err));
	return err ? 1 : 0;
}
