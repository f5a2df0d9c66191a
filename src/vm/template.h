/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Templates: an image booted once, with the agent up and everything attached, then stopped and kept
 * as four files that no run can change (another user's, or bound read-only; 0444 in a 0555 folder):
 *
 *	memory         the guest's memory; runs map it privately
 *	state          the rest of the machine, as QEMU migrates it
 *	disk.qcow2     what the boot wrote, over the image's disk
 *	overlay.qcow2  an empty layer over disk.qcow2; each run copies it
 *
 * The folder is named by a hash of all that went into it, so that a change of QEMU, machine, image or
 * agent makes a new one. The newest few are kept, older ones removed when a new one is made.
 */
#include <stdbool.h>
#include <stdint.h>

#include "vm/image.h"
#include "vm/machine.h"

struct vm_template {
	char *folder;
	char *key;
	struct vm_image image;
	struct machine machine; /* its texts are the image's, or constant */
};

struct template_options {
	const char *state;       /* NULL: place_state() */
	const char *image;       /* NULL: "default" */
	const char *accelerator; /* NULL or "auto": KVM where it works, else TCG */
	void (*progress)(void *context, const char *text); /* may be NULL */
	void *progress_context;
};

/* Finds the template that fits image, agent and this QEMU. ERROR_NOT_FOUND says what to do. */
MUST_USE struct error *vm_template_find(const struct template_options *options,
					struct vm_template *ret);
/* The same, but makes it when there is none. */
MUST_USE struct error *vm_template_make(const struct template_options *options,
					struct vm_template *ret);
void vm_template_deinit(struct vm_template *template);
#define cleanup_template __attribute__((__cleanup__(vm_template_deinit)))
