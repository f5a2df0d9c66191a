/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The machine: one QEMU command line, the same for a template's boot and for every restore of it (the
 * device state only fits the same devices), but for where memory comes from. What the guest can read
 * of it (DMI, CPUID, ACPI, MAC, serial numbers) tells of a virtual server rented from a German
 * hoster, whose real ones have virtio devices too. Private to vm.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/vec.h"

struct machine {
	const char *accelerator; /* "tcg" or "kvm" */
	unsigned cpus;
	unsigned memory_mib;
	const char *release; /* of the kernel */
	const char *disk_uuid;
};

enum machine_start {
	MACHINE_BOOT,    /* memory is a new file, shared, that QEMU writes */
	MACHINE_RESTORE, /* memory is the template's file, mapped privately */
	MACHINE_PROBE,   /* only to see whether the accelerator runs a kernel */
};

/* Where things are inside the QEMU box. */
#define MACHINE_TEMPLATE "/template"
#define MACHINE_IMAGE "/image"
#define MACHINE_RUN "/work"
#define MACHINE_MEMORY MACHINE_TEMPLATE "/memory"
#define MACHINE_STATE MACHINE_TEMPLATE "/state"
#define MACHINE_BOOT_DISK MACHINE_TEMPLATE "/disk.qcow2"
#define MACHINE_RUN_DISK MACHINE_RUN "/overlay.qcow2"
#define MACHINE_INITRD MACHINE_TEMPLATE "/initrd"
#define MACHINE_QEMU "qemu-system-x86_64"

struct machine_argv {
	vec(char *) words; /* ends with NULL */
};

void machine_argv_init(struct machine_argv *argv, const struct machine *machine,
		       enum machine_start start);
void machine_argv_deinit(struct machine_argv *argv);
/* The words as one text: part of a template's key. */
void machine_describe(const struct machine *machine, struct buffer *out);
