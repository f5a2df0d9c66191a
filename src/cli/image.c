/* SPDX-License-Identifier: MIT */
/* habo image build|list: guest images and their templates. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/verb.h"
#include "vm/image.h"
#include "vm/place.h"
#include "vm/template.h"

struct arguments {
	const char *action;
	const char *name;
	const char *state;
	const char *accelerator;
	bool update_lock;
	bool without_template;
	bool is_json;
	bool is_quiet;
};

enum {
	OPTION_UPDATE_LOCK = 256,
	OPTION_NO_TEMPLATE,
	OPTION_STATE,
	OPTION_JSON,
	OPTION_ACCELERATOR
};

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'n':
		arguments->name = value;
		return 0;
	case 'q':
		arguments->is_quiet = true;
		return 0;
	case OPTION_STATE:
		arguments->state = value;
		return 0;
	case OPTION_ACCELERATOR:
		arguments->accelerator = value;
		return 0;
	case OPTION_UPDATE_LOCK:
		arguments->update_lock = true;
		return 0;
	case OPTION_NO_TEMPLATE:
		arguments->without_template = true;
		return 0;
	case OPTION_JSON:
		arguments->is_json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->action)
			argp_error(state, "one action at a time");
		arguments->action = value;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->action || (strcmp(arguments->action, "build") != 0 &&
					   strcmp(arguments->action, "list") != 0))
			argp_error(state, "say `build` or `list`");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void print_progress(void *context UNUSED, const char *text)
{
	cleanup_free char *safe = term_text_dup(text);

	fprintf(stderr, "%s\n", safe);
}

static struct error *build(const struct arguments *arguments)
{
	void (*progress)(void *, const char *) = arguments->is_quiet ? NULL : print_progress;
	const struct image_options image_options = {.state = arguments->state,
						    .name = arguments->name,
						    .update_lock = arguments->update_lock,
						    .progress = progress};
	const struct template_options template_options = {.state = arguments->state,
							  .image = arguments->name,
							  .accelerator = arguments->accelerator,
							  .progress = progress};
	cleanup_template struct vm_template template = {0};
	struct vm_image image = {0};

	struct error *err = vm_image_build(&image_options, &image);
	if (err)
		return err;
	printf("image %s\n", image.folder);
	vm_image_deinit(&image);
	if (arguments->without_template)
		return NULL;
	fflush(stdout);
	err = vm_template_make(&template_options, &template);
	if (!err)
		printf("template %s\n", template.folder);
	return err;
}

static void list_one(const struct arguments *arguments, const char *name, struct json_writer *json)
{
	const struct template_options options = {
		.state = arguments->state, .image = name, .accelerator = arguments->accelerator};
	cleanup_template struct vm_template template = {0};
	struct vm_image image = {0};

	struct error *err = vm_image_find(arguments->state, name, &image);
	if (err) {
		error_free(err); /* a build that was broken off */
		return;
	}
	err = vm_template_find(&options, &template);
	const char *accelerator = err ? NULL : template.machine.accelerator;
	error_free(err);
	if (arguments->is_json) {
		json_object_begin(json);
		json_member_text(json, "name", name);
		json_member_text(json, "key", image.key);
		json_member_text(json, "kernel", image.release);
		json_member_text(json, "folder", image.folder);
		json_member_text(json, "template", template.folder);
		json_member_text(json, "accelerator", accelerator);
		json_object_end(json);
	} else {
		printf("%-12s %s  Linux %s  %s\n", name, image.key, image.release,
		       accelerator ? accelerator : "no template: run `habo image build`");
	}
	vm_image_deinit(&image);
}

static int is_image(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static struct error *list(const struct arguments *arguments)
{
	cleanup_free char *state = place_state(arguments->state);
	cleanup_free char *folder = xasprintf("%s/images", state);
	cleanup_buffer struct buffer text = {0};
	struct json_writer json;
	struct dirent **entries;
	int count = scandir(folder, &entries, is_image, alphasort);

	if (count < 0 && errno != ENOENT)
		return error_os(errno, "list '%s'", folder);
	json_writer_init_buffer(&json, &text, true);
	json_array_begin(&json);
	for (int i = 0; i < count; i++) {
		list_one(arguments, entries[i]->d_name, &json);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	json_array_end(&json);
	struct error *err = json_writer_finish(&json);
	if (!err && arguments->is_json)
		printf("%s", buffer_text(&text));
	return err;
}

int cli_image(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"name", 'n', "NAME", 0, "the image (default: \"default\")", 0},
		{"state", OPTION_STATE, "DIR", 0, "where images and templates lie", 0},
		{"accelerator", OPTION_ACCELERATOR, "auto|kvm|tcg", 0, "what runs the machine", 0},
		{"update-lock", OPTION_UPDATE_LOCK, NULL, 0,
		 "write the versions that were got into the recipe's packages.lock", 0},
		{"no-template", OPTION_NO_TEMPLATE, NULL, 0, "build the image only", 0},
		{"json", OPTION_JSON, NULL, 0, "list: as JSON", 0},
		{"quiet", 'q', NULL, 0, "no progress", 0},
		{0}};
	static const struct argp argp = {options,
					 parse,
					 "build|list",
					 "Builds a guest image and its template unless they are "
					 "there, or lists what there is.",
					 NULL,
					 NULL,
					 NULL};
	struct arguments arguments = {0};

	argp_err_exit_status = EXIT_BAD_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	struct error *err =
		strcmp(arguments.action, "build") == 0 ? build(&arguments) : list(&arguments);
	return err ? cli_fail(err) : EXIT_DONE;
}
