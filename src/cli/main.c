/* SPDX-License-Identifier: MIT */
/* habo: one binary, verbs. */
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/verb.h"
#include "version.h"

struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary; /* NULL: not for users */
};

static int cli_help(int argc, char **argv);

static const struct verb verbs[] = {
	{"help", cli_help, "list the verbs"},
	{"analyze", cli_analyze, "run a file in a virtual machine and report what it is and does"},
	{"static", cli_static, "say what files are without running them"},
	{"memory", cli_memory, "look into a memory image of a Linux machine"},
	{"events", cli_events, "print the events of an analysis, one JSON object a line"},
	{"rules", cli_rules, "check or list behaviour rules"},
	{"image", cli_image, "build and list guest images and their templates"},
	{"box", cli_box, NULL},
};

static void print_usage(FILE *stream)
{
	fprintf(stream, "usage: habo VERB …\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (verbs[i].summary)
			fprintf(stream, "  %-9s %s\n", verbs[i].name, verbs[i].summary);
	fprintf(stream,
		"\n`habo VERB --help` tells more; `habo --version` the version.\n"
		"exit status: 0 done, 1 could not do it, 2 bad usage, 3 done but the run was not "
		"healthy\n");
}

static int cli_help(int argc UNUSED, char **argv UNUSED)
{
	print_usage(stdout);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_BAD_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("habo %s\n", HABO_VERSION);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--help") == 0)
		return cli_help(argc, argv);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		cleanup_free char *name = xasprintf("habo %s", verbs[i].name);
		argv[1] = name;
		return verbs[i].run(argc - 1, argv + 1);
	}
	return cli_fail(
		error_new(ERROR_USAGE, "'%s' is no verb; `habo --help` lists them", argv[1]));
}
