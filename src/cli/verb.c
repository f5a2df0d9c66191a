/* SPDX-License-Identifier: MIT */
#include "cli/verb.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

int cli_fail(struct error *err)
{
	cleanup_free char *message = term_text_dup(error_message(err));
	int status = error_code(err) == ERROR_USAGE ? EXIT_BAD_USAGE : EXIT_COULD_NOT;

	fprintf(stderr, "habo: %s\n", message);
	error_free(err);
	return status;
}

struct error *color_parse(const char *text, enum color_choice *ret)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (text_equal(names[i], text)) {
			*ret = (enum color_choice)i;
			return NULL;
		}
	return error_new(ERROR_USAGE, "'%s' is no choice of color (auto, always or never)", text);
}

bool color_wanted(enum color_choice choice, FILE *stream)
{
	const char *no_color = getenv("NO_COLOR");

	if (choice != COLOR_AUTO)
		return choice == COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return isatty(fileno(stream)) && !text_equal(getenv("TERM"), "dumb");
}
