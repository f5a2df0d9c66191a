/* SPDX-License-Identifier: MIT */
#include "vm/jail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/vec.h"
#include "confine/confine.h"
#include "vm/box.h"
#include "vm/jail_net.h"
#include "vm/netcheck.h"

enum {
	START_TIMEOUT_MS = 20000,
	REPORT_TEXT_MAX = 400,
	LAST_CAPABILITY = 63,
};
#define RUN_USER "habo-run"

enum report_kind { REPORT_READY, REPORT_FAILED, REPORT_EXITED };

/* init → engine, one datagram each. */
struct report {
	uint32_t kind;
	uint32_t code; /* enum error_code of REPORT_FAILED */
	int32_t box;   /* of REPORT_EXITED */
	int32_t status;
	char text[REPORT_TEXT_MAX];
};

struct error *jail_user_find(struct jail_user *ret)
{
	*ret = (struct jail_user){.uid = geteuid(), .gid = getegid()};
	if (ret->uid != 0)
		return NULL;
	const struct passwd *entry = getpwnam(RUN_USER);
	if (!entry)
		return error_new(ERROR_NOT_FOUND,
				 "there is no user '" RUN_USER "': run tools/setup-host as root");
	*ret = (struct jail_user){.uid = entry->pw_uid, .gid = entry->pw_gid};
	return NULL;
}

static struct error *become(const struct jail_user *user)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) != 0 || setresgid(user->gid, user->gid, user->gid) ||
	     setresuid(user->uid, user->uid, user->uid)))
		return error_os(errno, "become " RUN_USER);
	/* Changing users took the right to write our own maps in /proc/self. */
	if (prctl(PR_SET_DUMPABLE, 1) != 0)
		return error_os(errno, "prctl(PR_SET_DUMPABLE)");
	return NULL;
}

static struct error *write_map(const char *path, unsigned id)
{
	cleanup_free char *line = xasprintf("%u %u 1\n", id, id);
	cleanup_close int fd = -1;

	struct error *err = file_open(path, O_WRONLY, 0, &fd);
	if (!err)
		err = file_write_fd(fd, line, strlen(line));
	return error_wrap(err, "map the jail's user");
}

/* The same ids inside as outside: no process of the jail is root anywhere, so that no exec gives a
 * capability back. */
static struct error *enter_namespaces(const struct jail_user *user)
{
	cleanup_close int fd = -1;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC) != 0)
		return error_os(errno, "make the jail's namespaces (does this kernel let ordinary "
				       "users make user namespaces?)");
	struct error *err = file_open("/proc/self/setgroups", O_WRONLY, 0, &fd);
	if (!err)
		err = file_write_fd(fd, "deny", 4);
	if (!err)
		err = write_map("/proc/self/uid_map", user->uid);
	if (!err)
		err = write_map("/proc/self/gid_map", user->gid);
	return err;
}

static struct error *drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[2] = {0};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int i = 0; i <= LAST_CAPABILITY; i++)
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0 && errno != EINVAL)
			return error_os(errno, "drop capability %d", i);
	if (syscall(SYS_capset, &header, none) != 0)
		return error_os(errno, "drop all capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_os(errno, "prctl(PR_SET_NO_NEW_PRIVS)");
	return NULL;
}

/* Capabilities change on the way, which clears the death signal: set it when all is done. */
static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (parent != 0 && getppid() != parent)
		_exit(1);
}

static void close_all_but(int low, int high)
{
	if (low > high) {
		int swap = low;
		low = high;
		high = swap;
	}
	if (low > 3)
		syscall(SYS_close_range, 3U, (unsigned)low - 1, 0U);
	if (high > low + 1)
		syscall(SYS_close_range, (unsigned)low + 1, (unsigned)high - 1, 0U);
	syscall(SYS_close_range, (unsigned)high + 1, ~0U, 0U);
}

static void report_send(int fd, const struct report *report)
{
	/* Nobody there: the engine is gone, and the jail goes with it. */
	if (send(fd, report, sizeof(*report), MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void limit_boxes(void)
{
	const struct rlimit no_core = {0, 0};
	const struct rlimit file = {(rlim_t)8 << 30, (rlim_t)8 << 30};

	setrlimit(RLIMIT_CORE, &no_core);
	setrlimit(RLIMIT_FSIZE, &file);
}

static struct error *box_start(const struct jail_box *box, const struct jail_sockets *sockets,
			       struct subprocess *ret)
{
	struct fd_move moves[JAIL_MOVES_MAX + JAIL_FD_END + 1];
	cleanup_close int filter = -1;
	struct box_argv argv;
	size_t count = 0;

	struct error *err = confine_make_socket_filter(&filter);
	if (err)
		return error_wrap(err, "start the %s box", box->name);
	for (size_t i = 0; i < box->move_count && i < JAIL_MOVES_MAX; i++)
		moves[count++] = box->moves[i];
	for (int i = 0; i < JAIL_FD_END; i++)
		if (box->sockets & JAIL_SOCKET(i))
			moves[count++] = (struct fd_move){.from = sockets->fds[i], .to = i};
	moves[count++] = (struct fd_move){.from = filter, .to = BOX_FD_FILTER};
	box_argv_init(&argv, box);
	const struct subprocess_options options = {
		.argv = argv.words.data, .moves = moves, .move_count = count, .folder = "/"};
	err = subprocess_start(&options, ret);
	box_argv_deinit(&argv);
	return error_wrap(err, "start the %s box", box->name);
}

static struct error *wait_rules(pid_t nft)
{
	int status;

	while (waitpid(nft, &status, 0) < 0)
		if (errno != EINTR)
			return error_os(errno, "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_new(ERROR_UNSAFE, "nft does not take the jail's rules (is nftables "
					       "installed, has the kernel nft_tproxy?)");
	return NULL;
}

static struct error *init_set_up(const struct jail_options *options, struct subprocess *boxes)
{
	struct jail_sockets sockets;
	unsigned wanted = 0;
	pid_t nft = 0;

	memset(sockets.fds, 0xff, sizeof(sockets.fds));
	for (size_t i = 0; i < options->box_count; i++)
		wanted |= options->boxes[i].sockets;
	struct error *err = jail_net_links(&sockets);
	if (!err)
		err = netcheck_no_uplink(JAIL_TAP);
	if (!err)
		err = jail_net_sockets(wanted, &sockets);
	if (!err)
		err = jail_net_rules(options->network, &sockets, &nft);
	if (!err)
		err = drop_capabilities();
	limit_boxes();
	/* The machine takes longest to start; the rules come into force meanwhile. Its guest stands
	 * still until the engine says so, which is after our report. */
	for (size_t i = 0; !err && i < options->box_count; i++)
		err = box_start(&options->boxes[i], &sockets, &boxes[i]);
	if (!err)
		err = wait_rules(nft);
	jail_sockets_deinit(&sockets);
	return err;
}

/*
 * bubblewrap looks its child up in /proc by the number that fork gave it (namespace_ids_read() of 0.8.0). In the
 * /proc of the namespace outside that number is another process, or none: then the box does not start.
 */
static struct error *mount_own_proc(void)
{
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0)
		return error_os(errno, "make the jail's mount namespace");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0 &&
	    errno != EPERM) /* a container that hides parts of /proc does not let us */
		return error_os(errno, "mount the jail's own /proc");
	return NULL;
}

_Noreturn static void init_main(const struct jail_options *options, int report_fd)
{
	struct subprocess boxes[JAIL_BOXES_MAX] = {0};
	struct report report = {.kind = REPORT_READY};

	prctl(PR_SET_NAME, "habo-jail");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct error *err = mount_own_proc();
	if (!err)
		err = init_set_up(options, boxes);
	die_with(0);
	if (err) {
		report = (struct report){.kind = REPORT_FAILED, .code = error_code(err)};
		snprintf(report.text, sizeof(report.text), "%s", error_message(err));
	}
	report_send(report_fd, &report);
	if (err)
		_exit(1);
	close_all_but(report_fd, report_fd);
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		if (pid < 0 && errno == ECHILD)
			pause();
		for (size_t i = 0; i < options->box_count; i++)
			if (pid > 0 && boxes[i].pid == pid) {
				report = (struct report){
					.kind = REPORT_EXITED, .box = (int)i, .status = status};
				report_send(report_fd, &report);
			}
	}
}

/* Waits for init, or for the engine's word to end it. */
_Noreturn static void outer_main(const struct jail_options *options, const struct jail_user *user,
				 pid_t engine, int report_fd, int end_fd)
{
	struct report report = {.kind = REPORT_FAILED};
	pid_t init = -1;

	die_with(engine);
	struct error *err = become(user);
	if (!err)
		err = enter_namespaces(user);
	if (!err) {
		die_with(engine);
		init = fork();
		if (init < 0)
			err = error_os(errno, "fork");
	}
	if (init == 0)
		init_main(options, report_fd);
	if (!err)
		err = drop_capabilities();
	die_with(engine);
	if (err) {
		report.code = error_code(err);
		snprintf(report.text, sizeof(report.text), "%s", error_message(err));
		report_send(report_fd, &report);
		_exit(1);
	}
	close_all_but(end_fd, end_fd);
	prctl(PR_SET_NAME, "habo-jail");
	int pidfd = (int)syscall(SYS_pidfd_open, init, 0U);
	struct pollfd polls[2] = {{.fd = end_fd}, {.fd = pidfd, .events = POLLIN}};
	while (poll(polls, 2, -1) < 0 && errno == EINTR)
		;
	kill(init, SIGKILL);
	waitpid(init, NULL, 0);
	_exit(0);
}

static struct error *report_read(struct jail *jail, int timeout_ms, struct report *ret, bool *got)
{
	struct pollfd ready = {.fd = jail->report_fd, .events = POLLIN};
	int count;

	*got = false;
	do
		count = poll(&ready, 1, timeout_ms);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return NULL;
	ssize_t size = recv(jail->report_fd, ret, sizeof(*ret), 0);
	if (size != (ssize_t)sizeof(*ret))
		return error_new(ERROR_FAILED, "the jail ended");
	ret->text[sizeof(ret->text) - 1] = '\0';
	*got = true;
	return NULL;
}

struct error *jail_start(const struct jail_options *options, struct jail *ret)
{
	struct jail jail = {.report_fd = -1};
	struct jail_user user;
	struct report report;
	bool got = false;
	int ends[2];

	if (options->box_count > JAIL_BOXES_MAX)
		return error_new(ERROR_LIMIT, "too many boxes for a jail");
	struct error *err = jail_user_find(&user);
	if (err)
		return err;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return error_os(errno, "socketpair");
	pid_t engine = getpid();
	jail.pid = fork();
	if (jail.pid == 0) {
		close(ends[0]);
		/* outer sees the engine's end close through a copy of the socket's other end */
		int end_fd = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
		outer_main(options, &user, engine, ends[1], end_fd);
	}
	close(ends[1]);
	jail.report_fd = ends[0];
	if (jail.pid < 0) {
		close(jail.report_fd);
		return error_os(errno, "fork");
	}
	err = report_read(&jail, START_TIMEOUT_MS, &report, &got);
	if (!err && !got)
		err = error_new(ERROR_TIMEOUT, "no answer from the jail");
	if (!err && report.kind != REPORT_READY)
		err = error_new(report.code <= ERROR_UNSAFE ? (enum error_code)report.code
							    : ERROR_FAILED,
				"%s", report.text);
	if (err) {
		jail_end(&jail);
		return error_wrap(err, "start the jail");
	}
	*ret = jail;
	return NULL;
}

struct error *jail_wait(struct jail *jail, int timeout_ms, int *ret_box, int *ret_status)
{
	struct report report;
	bool got;

	*ret_box = -1;
	struct error *err = report_read(jail, timeout_ms, &report, &got);
	if (err || !got || report.kind != REPORT_EXITED)
		return err;
	*ret_box = report.box;
	*ret_status = report.status;
	return NULL;
}

void jail_end(struct jail *jail)
{
	if (jail->report_fd >= 0) {
		/* Seen by outer even if a child of the caller still holds a copy. */
		shutdown(jail->report_fd, SHUT_RDWR);
		close(steal(&jail->report_fd));
	}
	if (jail->pid > 0)
		while (waitpid(jail->pid, NULL, 0) < 0 && errno == EINTR)
			;
	jail->pid = 0;
}

/* Parent and command name of a process; false when it is gone. */
static bool stat_read(pid_t pid, pid_t *ret_parent, char name[16])
{
	cleanup_free char *path = xasprintf("/proc/%d/stat", pid);
	cleanup_free char *text = NULL;
	size_t size;

	struct error *err = file_read(path, 4096, &text, &size);
	if (err) {
		error_free(err);
		return false;
	}
	/* The name stands in parentheses and may hold some: the last one closes it. */
	const char *open = strchr(text, '(');
	const char *close = strrchr(text, ')');
	char state;
	if (!open || !close || close < open || sscanf(close + 1, " %c %d", &state, ret_parent) != 2)
		return false;
	snprintf(name, 16, "%.*s", (int)(close - open - 1), open + 1);
	return true;
}

struct entry {
	pid_t pid, parent;
	bool matches;
};

static bool is_below(const struct entry *entries, size_t count, pid_t pid, pid_t ancestor)
{
	for (int depth = 0; depth < 16 && pid > 1; depth++) {
		if (pid == ancestor)
			return true;
		pid_t parent = 0;
		for (size_t i = 0; i < count; i++)
			if (entries[i].pid == pid)
				parent = entries[i].parent;
		pid = parent;
	}
	return false;
}

pid_t jail_find(const struct jail *jail, const char *comm)
{
	vec(struct entry) entries = {0};
	DIR *folder = opendir("/proc");
	const struct dirent *item;
	pid_t found = 0;

	while (folder && (item = readdir(folder))) {
		struct entry entry = {.pid = (pid_t)strtol(item->d_name, NULL, 10)};
		char name[16];
		if (entry.pid <= 0 || !stat_read(entry.pid, &entry.parent, name))
			continue;
		entry.matches = strncmp(name, comm, 15) == 0;
		vec_add(&entries, entry);
	}
	if (folder)
		closedir(folder);
	for (size_t i = 0; i < entries.count && !found; i++)
		if (entries.data[i].matches &&
		    is_below(entries.data, entries.count, entries.data[i].pid, jail->pid))
			found = entries.data[i].pid;
	vec_deinit(&entries);
	return found;
}
