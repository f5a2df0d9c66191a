/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Does KVM run a guest here? /dev/kvm may open, make machines and print SeaBIOS's greeting, and still
 * no kernel gets further (nested machines of some clouds). So the guest's own kernel is started under
 * it with a short limit, and the answer is kept under the state folder for this host and kernel.
 */
#include <stdbool.h>

#include "vm/template.h"

/* The kept answer for this host and kernel; false when nobody has asked yet. */
bool probe_cached(const char *state);
/* Starts the image's kernel under "kvm" or "tcg" and sees whether it gets as far as its initial
 * program. */
MUST_USE struct error *probe_accelerator(const struct vm_image *image, const char *accelerator,
					 bool *ret);
/* Finds out, unless that was done, and keeps the answer. No KVM is no error. */
MUST_USE struct error *probe_kvm(const struct template_options *options);
