/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Subcommands: one file each, one row in main.c's table each. A verb gets its own argv (argv[0] is
 * "habo VERB"), prints results on stdout, progress and messages on stderr, and returns the exit
 * status.
 */
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_COULD_NOT = 1, /* could not do it */
	EXIT_BAD_USAGE = 2,
	EXIT_UNHEALTHY = 3, /* done, but the run was not healthy */
};

int cli_analyze(int argc, char **argv);
int cli_static(int argc, char **argv);
int cli_memory(int argc, char **argv);
int cli_events(int argc, char **argv);
int cli_rules(int argc, char **argv);
int cli_image(int argc, char **argv);
/* Not for users: what the jail starts inside a box. */
int cli_box(int argc, char **argv);

/* Prints "habo: message" on stderr, escaped for terminals, and frees err. Gives the exit status that
 * fits: EXIT_BAD_USAGE for ERROR_USAGE, else EXIT_COULD_NOT. */
int cli_fail(struct error *err);

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
MUST_USE struct error *color_parse(const char *text, enum color_choice *ret);
/* Whether to color what goes to the stream: honours NO_COLOR and TERM=dumb. */
bool color_wanted(enum color_choice choice, FILE *stream);
