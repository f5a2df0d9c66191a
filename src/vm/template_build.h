/* SPDX-License-Identifier: MIT */
#pragma once
/* How a template is made. Private to vm. */
#include "vm/template.h"

#define TEMPLATE_QEMU_PATH "/usr/bin/" MACHINE_QEMU

MUST_USE struct error *template_build(const struct template_options *options, const char *state,
				      const struct vm_template *template);
void template_progress(const struct template_options *options, const char *format, ...)
	PRINTF_LIKE(2, 3);
