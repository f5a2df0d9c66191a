/* SPDX-License-Identifier: MIT */
#include "vm/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "vm/place.h"
#include "vm/run_state.h"

enum { GREETING_TIMEOUT_MS = 30000 };

/* The boxes of a run, with all that their descriptions point at. */
struct boxes {
	struct jail_box list[JAIL_BOXES_MAX];
	size_t count;
	struct machine_argv machine_argv;
	struct jail_bind qemu_binds[JAIL_BINDS_MAX];
	struct fd_move qemu_moves[JAIL_MOVES_MAX];
	struct jail_bind habo_bind;
	struct fd_move capture_moves[4];
	struct fd_move internet_moves[4];
	char *self;
	int kvm_fd;
};

static void boxes_deinit(struct boxes *boxes)
{
	machine_argv_deinit(&boxes->machine_argv);
	free(boxes->self);
	if (boxes->kvm_fd >= 0)
		close(boxes->kvm_fd);
}

static struct error *pair(int *ret_ours, int *ret_theirs)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return error_os(errno, "socketpair");
	*ret_ours = ends[0];
	*ret_theirs = ends[1];
	return NULL;
}

/* Can every user reach the file? habo-run must, when root's build folder holds this program. */
static bool is_reachable(const char *path)
{
	cleanup_free char *part = xstrdup(path);
	struct stat facts;

	if (geteuid() != 0)
		return true;
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (stat(part, &facts) != 0 || !(facts.st_mode & S_IXOTH))
			return false;
		*slash = '/';
	}
	return stat(path, &facts) == 0 && (facts.st_mode & S_IXOTH) && (facts.st_mode & S_IROTH);
}

static struct error *copy_file(const char *from, const char *to, mode_t mode,
			       const struct jail_user *user)
{
	cleanup_close int in = -1;
	cleanup_close int out = -1;

	struct error *err = file_open(from, O_RDONLY, 0, &in);
	if (!err)
		err = file_open(to, O_WRONLY | O_CREAT | O_EXCL, mode, &out);
	if (!err)
		err = file_copy_fd(in, out, NULL);
	if (!err && geteuid() == 0 && fchown(out, user->uid, user->gid) != 0)
		err = error_os(errno, "chown '%s'", to);
	return err;
}

/* This program, as the jail's user can reach it. */
static struct error *find_self(const struct vm_run *run, const struct jail_user *user, char **ret)
{
	cleanup_free char *self = NULL;

	struct error *err = place_program(&self);
	if (!err && !is_reachable(self)) {
		cleanup_free char *copy = xasprintf("%s/habo", run->folder.path);
		err = copy_file(self, copy, 0555, user);
		free(self);
		self = steal(&copy);
	}
	if (!err)
		*ret = steal(&self);
	return err;
}

static struct error *add_qemu(struct boxes *boxes, const struct launch *launch,
			      const struct vm_run *run, const int theirs[RUN_CHANNELS])
{
	struct jail_box *box = &boxes->list[boxes->count++];
	size_t binds = 0, moves = 0;

	machine_argv_init(&boxes->machine_argv, launch->machine, launch->start);
	if (launch->template_folder)
		boxes->qemu_binds[binds++] = (struct jail_bind){
			launch->template_folder, MACHINE_TEMPLATE, launch->is_template_writable};
	boxes->qemu_binds[binds++] = (struct jail_bind){launch->image_folder, MACHINE_IMAGE, false};
	boxes->qemu_binds[binds++] = (struct jail_bind){run->folder.path, MACHINE_RUN, true};
	boxes->qemu_moves[moves++] = (struct fd_move){run->log_fd, 1};
	boxes->qemu_moves[moves++] = (struct fd_move){run->log_fd, 2};
	static const int numbers[RUN_CHANNELS] = {JAIL_FD_QMP, JAIL_FD_CONTROL, JAIL_FD_STREAM,
						  JAIL_FD_CONSOLE};
	for (int i = 0; i < RUN_CHANNELS; i++)
		boxes->qemu_moves[moves++] = (struct fd_move){theirs[i], numbers[i]};
	if (strcmp(launch->machine->accelerator, "kvm") == 0) {
		struct error *err = file_open("/dev/kvm", O_RDWR, 0, &boxes->kvm_fd);
		if (err)
			return err;
		boxes->qemu_moves[moves++] = (struct fd_move){boxes->kvm_fd, JAIL_FD_KVM};
	}
	*box = (struct jail_box){
		.name = "QEMU",
		.argv = (const char *const *)boxes->machine_argv.words.data,
		.binds = boxes->qemu_binds,
		.bind_count = binds,
		.moves = boxes->qemu_moves,
		.move_count = moves,
		.sockets = launch->start == MACHINE_PROBE ? 0 : JAIL_SOCKET(JAIL_FD_TAP)};
	return NULL;
}

static void add_helper(struct boxes *boxes, const char *name, const char *const *argv,
		       unsigned sockets, struct fd_move *moves, const int fds[3])
{
	/* fds: stop, output, log */
	moves[0] = (struct fd_move){fds[0], JAIL_FD_STOP};
	moves[1] = (struct fd_move){fds[1], JAIL_FD_OUTPUT};
	moves[2] = (struct fd_move){fds[2], 1};
	moves[3] = (struct fd_move){fds[2], 2};
	boxes->list[boxes->count++] = (struct jail_box){.name = name,
							.argv = argv,
							.binds = &boxes->habo_bind,
							.bind_count = 1,
							.moves = moves,
							.move_count = 4,
							.sockets = sockets};
}

static struct error *add_helpers(struct boxes *boxes, struct vm_run *run,
				 const struct jail_user *user, const struct vm_run_options *options,
				 int stop_fd, int null_fd)
{
	static const char *const capture[] = {"/habo", "box", "capture", NULL};
	static const char *const internet[] = {"/habo", "box", "internet", NULL};
	bool wants_internet =
		options->network != JAIL_NONE && options->internet_fd != VM_NO_INTERNET;

	if (options->capture_fd < 0 && !wants_internet)
		return NULL;
	struct error *err = find_self(run, user, &boxes->self);
	if (err)
		return err;
	boxes->habo_bind = (struct jail_bind){boxes->self, "/habo", false};
	if (options->capture_fd >= 0) {
		const int fds[3] = {stop_fd, options->capture_fd, run->log_fd};
		run->box_kinds[boxes->count] = VM_BOX_CAPTURE;
		add_helper(boxes, "capture", capture, JAIL_SOCKET(JAIL_FD_PACKET),
			   boxes->capture_moves, fds);
	}
	if (wants_internet) {
		int output = options->internet_fd >= 0 ? options->internet_fd : null_fd;
		const int fds[3] = {stop_fd, output, run->log_fd};
		run->box_kinds[boxes->count] = VM_BOX_INTERNET;
		add_helper(boxes, "internet", internet, JAIL_INTERNET_SOCKETS,
			   boxes->internet_moves, fds);
	}
	return NULL;
}

static struct error *start_jail(const struct launch *launch, const struct jail_user *user,
				struct vm_run *run, const int theirs[RUN_CHANNELS])
{
	struct boxes boxes = {.kvm_fd = -1};
	cleanup_close int null = -1;
	int stop[2];

	if (pipe2(stop, O_CLOEXEC) != 0)
		return error_os(errno, "pipe");
	cleanup_close int stop_fd = stop[0];
	run->stop_fd = stop[1];
	struct error *err = file_open("/dev/null", O_WRONLY, 0, &null);
	if (!err)
		err = add_qemu(&boxes, launch, run, theirs);
	if (!err)
		err = add_helpers(&boxes, run, user, launch->options, stop_fd, null);
	run->box_count = boxes.count;
	const struct jail_options options = {
		.network = launch->options->network, .boxes = boxes.list, .box_count = boxes.count};
	if (!err)
		err = jail_start(&options, &run->jail);
	boxes_deinit(&boxes);
	return err;
}

/* What QEMU wrote to its standard error says more than that it hung up. */
static struct error *explain(const struct vm_run *run, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/" VM_LOG, run->folder.path);
	cleanup_free char *text = NULL;
	size_t size = 0;

	error_free(file_read(path, 65536, &text, &size));
	while (size && text[size - 1] == '\n')
		text[--size] = '\0';
	const char *line = size ? strrchr(text, '\n') : NULL;
	if (!size)
		return err;
	struct error *whole = error_new(error_code(err), "%s (QEMU: %s)", error_message(err),
					line ? line + 1 : text);
	error_free(err);
	return whole;
}

static struct error *prepare_folder(const struct launch *launch, const struct jail_user *user,
				    struct vm_run *run)
{
	struct error *err = run_folder_init(&run->folder, user);
	if (err)
		return err;
	cleanup_free char *log = xasprintf("%s/" VM_LOG, run->folder.path);
	err = file_open(log, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0600, &run->log_fd);
	if (err || launch->start != MACHINE_RESTORE)
		return err;
	cleanup_free char *empty = xasprintf("%s/overlay.qcow2", launch->template_folder);
	cleanup_free char *overlay = xasprintf("%s/overlay.qcow2", run->folder.path);
	return copy_file(empty, overlay, 0600, user);
}

struct error *launch(const struct launch *launch, struct vm_run **ret)
{
	struct vm_run *run = run_new(launch);
	int theirs[RUN_CHANNELS] = {-1, -1, -1, -1};
	struct jail_user user;

	struct error *err = jail_user_find(&user);
	if (!err)
		err = prepare_folder(launch, &user, run);
	for (int i = 0; !err && i < RUN_CHANNELS; i++)
		err = pair(&run->channels[i], &theirs[i]);
	if (!err)
		err = start_jail(launch, &user, run, theirs);
	for (int i = 0; i < RUN_CHANNELS; i++)
		if (theirs[i] >= 0)
			close(theirs[i]);
	if (!err) {
		qmp_init(&run->qmp, run->channels[RUN_QMP]);
		err = qmp_greet(&run->qmp, GREETING_TIMEOUT_MS);
		if (err)
			err = explain(run, err);
	}
	if (err) {
		vm_run_free(run);
		return err;
	}
	*ret = run;
	return NULL;
}

struct qmp *launch_qmp(struct vm_run *run)
{
	return &run->qmp;
}
