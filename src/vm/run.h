/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * One run: a template restored in a jail. The machine stands still after vm_run_start() until
 * vm_run_resume(); everything of it is gone after vm_run_free().
 *
 *	err = vm_template_find(&(struct template_options){0}, &template);
 *	err = vm_run_start(&template, &options, &run);
 *	err = vm_run_resume(run);           the agent answers on vm_run_control(run)
 *	…
 *	err = vm_run_pause(run);
 *	err = vm_run_memory(run, &memory);  as long as the machine stands
 *	err = vm_run_resume(run);           collect
 *	err = vm_run_end(run, 2000);        boxes finish: capture and results are complete
 *	vm_run_free(run);
 */
#include <stdbool.h>
#include <stdint.h>

#include "vm/guest_memory.h"
#include "vm/jail.h"
#include "vm/template.h"

struct vm_run;

enum { VM_NO_INTERNET = -2 };

struct vm_run_options {
	enum jail_network network;
	int capture_fd; /* pcapng goes there; -1: no capture */
	int internet_fd; /* results of the internet box; -1: they are thrown away; VM_NO_INTERNET: none */
};

enum vm_box { VM_BOX_QEMU, VM_BOX_CAPTURE, VM_BOX_INTERNET, VM_BOX_COUNT };

struct vm_box_end {
	bool has_ended;
	int status; /* as waitpid's */
};

/* What is known of the machine's health. */
struct vm_health {
	bool has_panicked; /* the guest's kernel; the machine stands still, memory can be read */
	bool is_shut_down; /* the guest powered off or reset; likewise */
	bool is_reset;
	bool is_gone; /* QEMU ended or hung up */
	struct vm_box_end boxes[VM_BOX_COUNT];
	uint64_t qmp_ignored_bytes;
	const char *console; /* the first VM_CONSOLE_MAX bytes of the serial line; hostile text */
	size_t console_size;
	uint64_t console_dropped;
	uint64_t start_ns;    /* host-monotonic: vm_run_start() was called */
	uint64_t restored_ns; /* the machine was loaded */
};
enum { VM_CONSOLE_MAX = 64 * 1024 };

MUST_USE struct error *vm_run_start(const struct vm_template *template,
				    const struct vm_run_options *options, struct vm_run **ret);
/* Ends what still runs. */
void vm_run_free(struct vm_run *run);
DEFINE_CLEANUP(struct vm_run *, vm_run_free)
#define cleanup_run guard(vm_run_free)

/* Connected sockets to the agent's two ports (wire/control.h); the run's. */
int vm_run_control(const struct vm_run *run);
int vm_run_stream(const struct vm_run *run);
/* Descriptors that become readable when vm_run_pump() has something to do. */
enum { VM_RUN_FDS = 3 };
void vm_run_fds(const struct vm_run *run, int fds[VM_RUN_FDS]);
/* Takes in what the machine, its console and the boxes said, without waiting. Call it at least each
 * time one of vm_run_fds() is readable: a console that nobody reads holds the guest up. */
void vm_run_pump(struct vm_run *run);
void vm_run_health(const struct vm_run *run, struct vm_health *ret);

/* QMP `cont` and `stop`. */
MUST_USE struct error *vm_run_resume(struct vm_run *run);
MUST_USE struct error *vm_run_pause(struct vm_run *run);
/* Any other QMP command without an answer of interest. */
MUST_USE struct error *vm_run_command(struct vm_run *run, const char *command,
				      const char *arguments);
/* Opens the guest's memory. The run's own pages and the template's are seen alike. */
MUST_USE struct error *vm_run_memory(struct vm_run *run, struct guest_memory *ret);
/* Process id of QEMU as the caller sees it; 0 when it is gone. */
pid_t vm_run_qemu(const struct vm_run *run);
/* Folder of the run; overlay.qcow2 in it is what the run wrote to the disk, VM_LOG what the boxes
 * wrote on standard error (hostile text). */
#define VM_LOG "log"
const char *vm_run_folder(const struct vm_run *run);
/* Quits QEMU, asks the other boxes to finish and waits for them. ERROR_TIMEOUT: some had to be
 * killed; health tells which. */
MUST_USE struct error *vm_run_end(struct vm_run *run, int timeout_ms);
