/* SPDX-License-Identifier: MIT */
#include "vm/template.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include "vm/fingerprint.h"
#include "vm/place.h"
#include "vm/probe.h"
#include "vm/template_build.h"

/* Raised when what a template consists of changes. */
enum { TEMPLATE_FORMAT = 1 };
enum { GUEST_CPUS = 2, GUEST_MEMORY_MIB = 768 };

void vm_template_deinit(struct vm_template *template)
{
	free(template->folder);
	free(template->key);
	vm_image_deinit(&template->image);
	*template = (struct vm_template){0};
}

/* QEMU by what its file says of itself: running it for its version would cost each start 20 ms. */
static struct error *describe_qemu(struct buffer *out)
{
	struct stat facts;

	if (stat(TEMPLATE_QEMU_PATH, &facts) != 0)
		return error_os(errno, "QEMU is not installed: '%s'", TEMPLATE_QEMU_PATH);
	buffer_printf(out, "qemu %" PRIu64 " %" PRIu64 ".%09ld\n", (uint64_t)facts.st_size,
		      (uint64_t)facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
	return NULL;
}

static struct error *make_key(const struct vm_template *template, char **ret)
{
	cleanup_buffer struct buffer text = {0};
	cleanup_free char *agent = NULL;
	cleanup_free char *recipes = NULL;
	char digest[FINGERPRINT_SIZE];

	buffer_printf(&text, "template %d\nimage %s\n", TEMPLATE_FORMAT, template->image.key);
	machine_describe(&template->machine, &text);
	struct error *err = describe_qemu(&text);
	if (!err)
		err = place_agent(&agent);
	if (!err)
		err = fingerprint_file(agent, digest);
	if (!err)
		err = place_recipes(&recipes);
	if (err)
		return err;
	buffer_printf(&text, "agent %s\n", digest);
	err = fingerprint_add(&text, recipes, "agent.place");
	if (!err)
		err = fingerprint_add(&text, recipes, "agent.unit");
	if (err)
		return err;
	fingerprint_text(&text, digest);
	*ret = xstrndup(digest, FINGERPRINT_KEY_DIGITS);
	return NULL;
}

/* Fills all but the question whether the folder is there. */
static struct error *locate(const struct template_options *options, struct vm_template *template)
{
	cleanup_free char *state = place_state(options->state);
	const char *accelerator = options->accelerator;

	struct error *err = vm_image_find(state, options->image, &template->image);
	if (err)
		return err;
	if (!accelerator || strcmp(accelerator, "auto") == 0)
		accelerator = probe_cached(state) ? "kvm" : "tcg";
	else if (strcmp(accelerator, "kvm") != 0 && strcmp(accelerator, "tcg") != 0)
		return error_new(ERROR_USAGE, "'%s' is no accelerator (auto, kvm or tcg)",
				 accelerator);
	template->machine = (struct machine){
		.accelerator = strcmp(accelerator, "kvm") == 0 ? "kvm" : "tcg",
		.cpus = GUEST_CPUS,
		.memory_mib = GUEST_MEMORY_MIB,
		.release = template->image.release,
		.disk_uuid = template->image.disk_uuid,
	};
	err = make_key(template, &template->key);
	if (!err)
		template->folder = xasprintf("%s/templates/%s", state, template->key);
	return err;
}

struct error *vm_template_find(const struct template_options *options, struct vm_template *ret)
{
	cleanup_template struct vm_template template = {0};

	struct error *err = locate(options, &template);
	if (err)
		return err;
	if (!file_exists(template.folder))
		return error_new(
			ERROR_NOT_FOUND,
			"there is no template that fits this image, agent and QEMU: run `habo "
			"image build`");
	*ret = template;
	template = (struct vm_template){0};
	return NULL;
}

struct error *vm_template_make(const struct template_options *options, struct vm_template *ret)
{
	cleanup_free char *state = place_state(options->state);
	cleanup_template struct vm_template template = {0};

	/* Asked once, here, where it may take its time; the answer is kept. */
	struct error *err = NULL;
	if (!options->accelerator || strcmp(options->accelerator, "auto") == 0)
		err = probe_kvm(options);
	if (!err)
		err = locate(options, &template);
	if (!err && !file_exists(template.folder))
		err = template_build(options, state, &template);
	if (err)
		return err;
	*ret = template;
	template = (struct vm_template){0};
	return NULL;
}
