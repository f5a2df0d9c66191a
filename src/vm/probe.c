/* SPDX-License-Identifier: MIT */
#include "vm/probe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "vm/fingerprint.h"
#include "vm/launch.h"
#include "vm/place.h"
#include "vm/template_build.h"

enum { PROBE_TIMEOUT_MS = 15000, PROBE_MEMORY_MIB = 256, SMALL_FILE_MAX = 65536 };

/* The answer holds for one kernel on one kind of processor. */
static char *answer_path(const char *state)
{
	cleanup_buffer struct buffer text = {0};
	cleanup_free char *processor = NULL;
	char digest[FINGERPRINT_SIZE];
	struct utsname name;
	size_t size = 0;

	uname(&name);
	buffer_printf(&text, "%s %s %s\n", name.release, name.version, name.machine);
	struct error *err = file_read("/proc/cpuinfo", 4 * 1024 * 1024, &processor, &size);
	error_free(err); /* without it the kernel alone names the host */
	const char *flags = size ? strstr(processor, "\nflags") : NULL;
	if (flags)
		buffer_append(&text, flags + 1, strcspn(flags + 1, "\n"));
	fingerprint_text(&text, digest);
	return xasprintf("%s/kvm-%.16s", state, digest);
}

bool probe_cached(const char *state)
{
	cleanup_free char *path = answer_path(state);
	cleanup_free char *text = NULL;
	size_t size;

	struct error *err = file_read(path, SMALL_FILE_MAX, &text, &size);
	if (err) {
		error_free(err);
		return false;
	}
	return text_starts_with(text, "yes") && access("/dev/kvm", R_OK | W_OK) == 0;
}

/* The initial program finds no disk, says so and powers off: then a kernel has run. */
static bool has_run(struct vm_run *run)
{
	uint64_t deadline = clock_monotonic_ns() + (uint64_t)PROBE_TIMEOUT_MS * 1000000;
	struct vm_health health;

	do {
		struct pollfd polls[VM_RUN_FDS];
		int fds[VM_RUN_FDS];
		vm_run_fds(run, fds);
		for (int i = 0; i < VM_RUN_FDS; i++)
			polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
		poll(polls, VM_RUN_FDS, 200);
		vm_run_pump(run);
		vm_run_health(run, &health);
		if (span_find(span_of(health.console, health.console_size), span_text("init: "),
			      0) != SIZE_MAX)
			return true;
	} while (!health.is_gone && !health.is_shut_down && clock_monotonic_ns() < deadline);
	return false;
}

struct error *probe_accelerator(const struct vm_image *image, const char *accelerator, bool *ret)
{
	const struct machine machine = {.accelerator = accelerator,
					.cpus = 1,
					.memory_mib = PROBE_MEMORY_MIB,
					.release = image->release,
					.disk_uuid = image->disk_uuid};
	const struct vm_run_options options = {
		.network = JAIL_NONE, .capture_fd = -1, .internet_fd = VM_NO_INTERNET};
	const struct launch plan = {.machine = &machine,
				    .start = MACHINE_PROBE,
				    .image_folder = image->folder,
				    .options = &options};
	struct vm_run *run = NULL;

	*ret = false;
	struct error *err = launch(&plan, &run);
	if (err && error_code(err) == ERROR_UNSAFE)
		return err;
	if (err) {
		/* QEMU does not even start with it. */
		error_free(err);
		return NULL;
	}
	*ret = has_run(run);
	vm_run_free(run);
	return NULL;
}

struct error *probe_kvm(const struct template_options *options)
{
	cleanup_free char *state = place_state(options->state);
	cleanup_free char *path = answer_path(state);
	struct vm_image image = {0};
	bool works = false;

	if (file_exists(path))
		return NULL;
	struct error *err = vm_image_find(state, options->image, &image);
	if (err)
		return err;
	if (access("/dev/kvm", R_OK | W_OK) == 0) {
		template_progress(options, "try KVM with the guest's kernel");
		err = probe_accelerator(&image, "kvm", &works);
	}
	vm_image_deinit(&image);
	if (err)
		return err;
	template_progress(options, works ? "KVM runs guests here"
					 : "KVM runs no guest here: the machine is emulated (TCG)");
	return file_write(path, works ? "yes\n" : "no\n", works ? 4 : 3, 0644);
}
