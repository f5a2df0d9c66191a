/* SPDX-License-Identifier: MIT */
#include "vm/template_build.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "base/vec.h"
#include "vm/fingerprint.h"
#include "vm/initrd.h"
#include "vm/launch.h"
#include "vm/place.h"
#include "vm/process_time.h"
#include "vm/qmp.h"
#include "vm/state_lock.h"
#include "wire/control.h"

enum {
	BOOT_TIMEOUT_S = 600,
	SAVE_TIMEOUT_MS = 60000,
	TICK_S = 5,
	/* Settled: this little processor time in each of so many seconds that follow each other. */
	SETTLE_PERCENT = 6,
	SETTLE_SECONDS = 4,
	SETTLE_TIMEOUT_S = 90,
};

/* What the boot is waited for: the agent's READY, and the console's question for a name. */
struct boot {
	const struct template_options *options;
	struct vm_run *run;
	struct frame_reader control;
	uint64_t start_ns;
	uint64_t last_tick_s;
	bool is_ready;
	bool has_login;
	struct error *refusal; /* READY came, but says that something is missing */
};

void template_progress(const struct template_options *options, const char *format, ...)
{
	va_list args;

	if (!options->progress)
		return;
	va_start(args, format);
	cleanup_free char *text = xvasprintf(format, args);
	va_end(args);
	options->progress(options->progress_context, text);
}

static uint64_t seconds_since(uint64_t start_ns)
{
	return (clock_monotonic_ns() - start_ns) / 1000000000;
}

static void boot_tick(struct boot *boot, const char *what)
{
	uint64_t now = seconds_since(boot->start_ns);

	if (now < boot->last_tick_s + TICK_S)
		return;
	boot->last_tick_s = now;
	template_progress(boot->options, "%s: %" PRIu64 " s", what, now);
}

static void take_ready(struct boot *boot, const struct control_ready *ready)
{
	struct span list = ready->missing_names;
	struct span name;

	boot->is_ready = true;
	if (ready->version != CONTROL_VERSION)
		boot->refusal = error_new(ERROR_FORMAT,
					  "the agent speaks version %u of the protocol, "
					  "this program %d",
					  ready->version, CONTROL_VERSION);
	else if (ready->missing)
		boot->refusal = error_new(
			ERROR_FAILED, "the agent could not attach %u of its probes: %.*s",
			ready->missing, control_list_next(&list, &name) ? (int)name.size : 0,
			list.size || name.size ? (const char *)name.data : "");
}

static void boot_read_control(struct boot *boot)
{
	struct control_message message;
	struct frame frame;
	char chunk[4096];
	int fd = vm_run_control(boot->run);

	ssize_t got = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	if (got <= 0)
		return;
	frame_reader_feed(&boot->control, chunk, (size_t)got);
	while (frame_reader_next(&boot->control, &frame))
		if (!boot->is_ready && frame.type == FRAME_READY &&
		    control_decode(frame.type, frame.payload, &message))
			take_ready(boot, &message.ready);
}

/* What comes on the stream port before a run belongs to no run. */
static void boot_drop_stream(struct boot *boot)
{
	char chunk[65536];

	while (recv(vm_run_stream(boot->run), chunk, sizeof(chunk), MSG_DONTWAIT) > 0)
		;
}

static struct error *boot_step(struct boot *boot, int timeout_ms)
{
	struct pollfd polls[VM_RUN_FDS + 2] = {0};
	struct vm_health health;
	int fds[VM_RUN_FDS];

	vm_run_fds(boot->run, fds);
	for (int i = 0; i < VM_RUN_FDS; i++)
		polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	polls[VM_RUN_FDS] = (struct pollfd){.fd = vm_run_control(boot->run), .events = POLLIN};
	polls[VM_RUN_FDS + 1] = (struct pollfd){.fd = vm_run_stream(boot->run), .events = POLLIN};
	if (poll(polls, ARRAY_SIZE(polls), timeout_ms) < 0 && errno != EINTR)
		return error_os(errno, "poll");
	vm_run_pump(boot->run);
	boot_read_control(boot);
	boot_drop_stream(boot);
	vm_run_health(boot->run, &health);
	boot->has_login |= span_find(span_of(health.console, health.console_size),
				     span_text(" login:"), 0) != SIZE_MAX;
	if (!health.is_gone && !health.has_panicked && !health.is_shut_down)
		return NULL;
	size_t tail = min_of(health.console_size, (size_t)600);
	return error_new(ERROR_FAILED, "the guest %s while it booted; its console ends with: %s",
			 health.has_panicked ? "panicked" : "went down",
			 health.console + health.console_size - tail);
}

static struct error *wait_boot(struct boot *boot)
{
	while (!(boot->is_ready && boot->has_login)) {
		struct error *err = boot_step(boot, 1000);
		if (err)
			return err;
		if (boot->refusal)
			return steal(&boot->refusal);
		if (seconds_since(boot->start_ns) > BOOT_TIMEOUT_S)
			return error_new(ERROR_TIMEOUT, "the guest did not come up in %d s (%s)",
					 BOOT_TIMEOUT_S,
					 boot->is_ready ? "no login on its console"
							: "nothing from the agent");
		boot_tick(boot, "boot the guest");
	}
	return NULL;
}

/* A machine that still starts things would do so in every run. */
static struct error *wait_settled(struct boot *boot)
{
	pid_t qemu = vm_run_qemu(boot->run);
	uint64_t start = clock_monotonic_ns();
	int quiet = 0;

	while (quiet < SETTLE_SECONDS && seconds_since(start) < SETTLE_TIMEOUT_S) {
		uint64_t before = process_time_ms(qemu), began = clock_monotonic_ns();
		while (clock_monotonic_ns() - began < 1000000000) {
			struct error *err = boot_step(boot, 100);
			if (err)
				return err;
		}
		uint64_t used = process_time_ms(qemu) - before;
		quiet = used * 100 / 1000 <= SETTLE_PERCENT ? quiet + 1 : 0;
		boot_tick(boot, "let the guest settle");
	}
	return NULL;
}

static struct error *save(struct boot *boot)
{
	struct qmp *qmp = launch_qmp(boot->run);

	struct error *err = vm_run_pause(boot->run);
	if (!err)
		err = qmp_ignore_shared(qmp, SAVE_TIMEOUT_MS);
	if (!err)
		err = vm_run_command(boot->run, "migrate", "{\"uri\":\"file:" MACHINE_STATE "\"}");
	if (!err)
		err = qmp_wait_migration(qmp, SAVE_TIMEOUT_MS);
	return error_wrap(err, "save the machine");
}

static struct error *boot_and_save(const struct template_options *options,
				   const struct vm_template *template, const char *folder,
				   uint64_t *ret_boot_ms)
{
	const struct vm_run_options run_options = {
		.network = JAIL_NONE, .capture_fd = -1, .internet_fd = VM_NO_INTERNET};
	const struct launch plan = {.machine = &template->machine,
				    .start = MACHINE_BOOT,
				    .template_folder = folder,
				    .is_template_writable = true,
				    .image_folder = template->image.folder,
				    .options = &run_options};
	struct boot boot = {.options = options, .start_ns = clock_monotonic_ns()};

	template_progress(options, "boot the guest");
	struct error *err = launch(&plan, &boot.run);
	if (err)
		return err;
	frame_reader_init(&boot.control);
	err = wait_boot(&boot);
	*ret_boot_ms = (clock_monotonic_ns() - boot.start_ns) / 1000000;
	if (!err)
		err = wait_settled(&boot);
	if (!err)
		err = save(&boot);
	if (!err)
		err = vm_run_end(boot.run, SAVE_TIMEOUT_MS);
	frame_reader_deinit(&boot.control);
	vm_run_free(boot.run);
	return err;
}

/* -u: the backing file's name is what it is called inside the box, where it is not yet. */
static struct error *make_layer(const char *path, const char *backing, const char *format,
				uint64_t size)
{
	cleanup_free char *bytes = xasprintf("%" PRIu64, size);
	const char *const argv[] = {"qemu-img", "create", "-q",   "-u", "-f",  "qcow2", "-b",
				    backing,    "-F",     format, path, bytes, NULL};

	return error_wrap(subprocess_run(argv, 4096, NULL), "make '%s'", path);
}

static struct error *prepare(const struct vm_template *template, const char *folder)
{
	cleanup_free char *base = xasprintf("%s/disk.raw", template->image.folder);
	cleanup_free char *disk = xasprintf("%s/disk.qcow2", folder);
	cleanup_free char *overlay = xasprintf("%s/overlay.qcow2", folder);
	cleanup_free char *image_initrd = xasprintf("%s/initrd", template->image.folder);
	cleanup_free char *initrd = xasprintf("%s/initrd", folder);
	cleanup_free char *agent = NULL;
	cleanup_free char *recipes = NULL;
	struct jail_user user;
	struct stat facts;

	if (stat(base, &facts) != 0)
		return error_os(errno, "'%s'", base);
	struct error *err = place_agent(&agent);
	if (!err)
		err = place_recipes(&recipes);
	if (!err)
		err = initrd_make(image_initrd, agent, recipes, initrd);
	if (!err)
		err = make_layer(disk, MACHINE_IMAGE "/disk.raw", "raw", (uint64_t)facts.st_size);
	if (!err)
		err = make_layer(overlay, MACHINE_BOOT_DISK, "qcow2", (uint64_t)facts.st_size);
	if (!err)
		err = jail_user_find(&user);
	if (err || geteuid() != 0)
		return err;
	/* While it is made, the machine's user writes here. */
	if (chown(folder, user.uid, user.gid) != 0 || chown(disk, user.uid, user.gid) != 0)
		return error_os(errno, "chown '%s'", folder);
	return NULL;
}

static struct error *write_manifest(const struct vm_template *template, const char *folder,
				    uint64_t boot_ms)
{
	static const char *const names[] = {"memory", "state", "disk.qcow2", "overlay.qcow2",
					    "initrd"};
	static const char *const version_argv[] = {TEMPLATE_QEMU_PATH, "--version", NULL};
	cleanup_free char *path = xasprintf("%s/manifest.json", folder);
	cleanup_free char *version = NULL;
	cleanup_buffer struct buffer text = {0};
	struct json_writer json;

	struct error *err = subprocess_run(version_argv, 4096, &version);
	if (err)
		return err;
	version[strcspn(version, "\n")] = '\0';
	json_writer_init_buffer(&json, &text, true);
	json_object_begin(&json);
	json_member_text(&json, "key", template->key);
	json_member_text(&json, "image", template->image.name);
	json_member_text(&json, "image_key", template->image.key);
	json_member_text(&json, "accelerator", template->machine.accelerator);
	json_member_text(&json, "qemu", version);
	json_member_u64(&json, "boot_ms", boot_ms);
	json_key(&json, "files");
	json_object_begin(&json);
	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++) {
		cleanup_free char *file = xasprintf("%s/%s", folder, names[i]);
		char digest[FINGERPRINT_SIZE];
		err = fingerprint_file(file, digest);
		if (!err)
			json_member_text(&json, names[i], digest);
	}
	json_object_end(&json);
	json_object_end(&json);
	struct error *not_written = json_writer_finish(&json);
	if (err) {
		error_free(not_written);
		return err;
	}
	return not_written ? not_written : file_write(path, text.data, text.size, 0444);
}

/* The newest few stay, for whoever goes back and forth between images, agents or accelerators; older
 * ones are removed. A run that still uses one keeps its open files. */
enum { TEMPLATES_KEPT = 4 };

struct candidate {
	char *path;
	int64_t made_s;
};

static int newest_first(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	return (left->made_s < right->made_s) - (left->made_s > right->made_s);
}

static void remove_stale(const char *templates)
{
	vec(struct candidate) list = {0};
	DIR *folder = opendir(templates);
	const struct dirent *entry;
	struct stat facts;

	while (folder && (entry = readdir(folder))) {
		char *path = xasprintf("%s/%s", templates, entry->d_name);
		if (entry->d_name[0] != '.' && stat(path, &facts) == 0)
			*vec_push(&list) = (struct candidate){path, facts.st_mtim.tv_sec};
		else
			free(path);
	}
	if (folder)
		closedir(folder);
	if (list.count)
		qsort(list.data, list.count, sizeof(list.data[0]), newest_first);
	for (size_t i = 0; i < list.count; i++) {
		if (i >= TEMPLATES_KEPT)
			error_free(state_remove(list.data[i].path)); /* only room is lost */
		free(list.data[i].path);
	}
	vec_deinit(&list);
}

struct error *template_build(const struct template_options *options, const char *state,
			     const struct vm_template *template)
{
	static const char *const names[] = {
		"memory", "state", "disk.qcow2", "overlay.qcow2", "initrd", "manifest.json", NULL};
	cleanup_free char *templates = xasprintf("%s/templates", state);
	cleanup_free char *early = xasprintf("%s/.new-XXXXXX", templates);
	cleanup_close int lock = -1;
	uint64_t boot_ms = 0;

	struct error *err = state_lock(templates, &lock);
	if (err || file_exists(template->folder)) /* another one made it meanwhile */
		return err;
	if (!mkdtemp(early))
		return error_os(errno, "make a folder in '%s'", templates);
	err = prepare(template, early);
	if (!err)
		err = boot_and_save(options, template, early, &boot_ms);
	if (!err)
		err = write_manifest(template, early, boot_ms);
	if (!err)
		err = state_protect(early, names);
	if (!err && rename(early, template->folder) != 0)
		err = error_os(errno, "rename '%s'", early);
	if (err) {
		error_free(state_remove(early));
		return error_wrap(err, "make the template");
	}
	remove_stale(templates);
	template_progress(options, "the template is ready");
	return NULL;
}
