/* SPDX-License-Identifier: MIT */
#pragma once
/* Starting a machine in a jail: what runs, template making and the probe have in common. Private to
 * vm. */
#include "vm/run.h"

struct launch {
	const struct machine *machine;
	enum machine_start start;
	const char *template_folder; /* NULL: none is bound */
	bool is_template_writable;
	const char *image_folder;
	const struct vm_run_options *options;
};

/* The machine is made, QMP greeted; it stands still when it was restored and runs when it booted. */
MUST_USE struct error *launch(const struct launch *launch, struct vm_run **ret);
struct qmp *launch_qmp(struct vm_run *run);
