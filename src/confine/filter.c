/* SPDX-License-Identifier: MIT */
/*
 * Three kinds of rule: calls that are allowed whatever their arguments, calls that are allowed for
 * some arguments, and calls that libraries make by habit and that fail with an errno. Names that an
 * architecture does not have are left out by libseccomp.
 *
 * No page may become executable, so that a decoder that was taken over cannot bring its own code;
 * no anonymous page may be shared, because RLIMIT_DATA counts only private ones.
 */
#include "confine/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/file.h"

/* Memory, clocks, signals to itself, and the descriptors that are open. */
static const char calls_common[] =
	"read readv pread64 preadv preadv2 write writev pwrite64 pwritev lseek _llseek "
	"close fstat fstat64 poll ppoll ppoll_time64 munmap mremap brk madvise futex "
	"futex_time64 set_robust_list rseq rt_sigprocmask rt_sigreturn sigaltstack "
	"restart_syscall clock_gettime clock_gettime64 clock_getres gettimeofday time "
	"clock_nanosleep clock_nanosleep_time64 nanosleep sched_yield sched_getaffinity "
	"getrandom sysinfo uname getpid gettid getppid getuid geteuid getgid getegid "
	"getrlimit exit exit_group set_tid_address";

static const char calls_zygote[] = "recvmsg wait4 waitid seccomp setitimer close_range";

static const char calls_box[] =
	"accept4 accept recvmsg recvmmsg recvfrom sendmsg sendmmsg sendto getsockopt "
	"setsockopt getsockname getpeername shutdown epoll_create1 epoll_ctl epoll_wait "
	"epoll_pwait epoll_pwait2 select pselect6 timerfd_create timerfd_settime "
	"timerfd_gettime eventfd2 signalfd4 pipe2 fcntl fsync fdatasync ftruncate dup "
	"umask getrusage times splice sendfile";

/* By habit of libraries; each fails softly. */
static const char calls_by_name[] =
	"open openat openat2 stat stat64 lstat lstat64 statx access faccessat "
	"faccessat2 readlink readlinkat getcwd statfs fstatfs getdents64";

static struct error *rule_error(int status, const char *name)
{
	if (status == 0 || status == -EDOM)
		return NULL;
	return error_os(-status, "system call rule for %s", name);
}

/* names: separated by spaces. */
static struct error *add_all(scmp_filter_ctx list, uint32_t action, const char *names)
{
	struct error *err = NULL;

	for (size_t size; !err && *names; names += size + strspn(names + size, " ")) {
		size = strcspn(names, " ");
		cleanup_free char *name = xstrndup(names, size);
		int nr = seccomp_syscall_resolve_name(name);
		if (nr != __NR_SCMP_ERROR)
			err = rule_error(seccomp_rule_add(list, action, nr, 0), name);
	}
	return err;
}

static struct error *add_if(scmp_filter_ctx list, uint32_t action, const char *name,
			    const struct scmp_arg_cmp *tests, unsigned count)
{
	int nr = seccomp_syscall_resolve_name(name);

	if (nr == __NR_SCMP_ERROR)
		return NULL;
	return rule_error(seccomp_rule_add_array(list, action, nr, count, tests), name);
}

static struct error *add_memory(scmp_filter_ctx list)
{
	const struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	static const scmp_datum_t kinds[] = {0, MAP_SHARED, MAP_ANONYMOUS};
	struct error *err = add_if(list, SCMP_ACT_ALLOW, "mprotect", &no_exec, 1);

	for (size_t i = 0; !err && i < ARRAY_SIZE(kinds); i++) {
		const struct scmp_arg_cmp tests[] = {
			no_exec, SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED | MAP_ANONYMOUS, kinds[i])};
		err = add_if(list, SCMP_ACT_ALLOW, "mmap", tests, 2);
		if (!err)
			err = add_if(list, SCMP_ACT_ALLOW, "mmap2", tests, 2);
	}
	return err;
}

/* fstat() is newfstatat(fd, "", …, AT_EMPTY_PATH) in glibc 2.33 and later. With a path in place of
 * "" it tells a file's metadata, never its bytes. */
static struct error *add_names(scmp_filter_ctx list, bool is_soft)
{
	const struct scmp_arg_cmp is_fd = SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH);
	const struct scmp_arg_cmp is_path = SCMP_A3(SCMP_CMP_NE, AT_EMPTY_PATH);
	struct error *err = add_if(list, SCMP_ACT_ALLOW, "newfstatat", &is_fd, 1);

	if (err || !is_soft)
		return err;
	err = add_if(list, SCMP_ACT_ERRNO(EACCES), "newfstatat", &is_path, 1);
	if (err)
		return err;
	return add_all(list, SCMP_ACT_ERRNO(EACCES), calls_by_name);
}

static struct error *add_threads(scmp_filter_ctx list)
{
	const struct scmp_arg_cmp is_thread =
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
	/* clone3's flags are out of reach of a filter; glibc falls back to clone at ENOSYS. */
	struct error *err = add_if(list, SCMP_ACT_ALLOW, "clone", &is_thread, 1);

	return err ? err : add_all(list, SCMP_ACT_ERRNO(ENOSYS), "clone3");
}

static struct error *add_common(scmp_filter_ctx list)
{
	/* Our SIGSYS handler stays. */
	const struct scmp_arg_cmp not_sigsys = SCMP_A0(SCMP_CMP_NE, SIGSYS);
	struct error *err = add_all(list, SCMP_ACT_ALLOW, calls_common);

	if (!err)
		err = add_memory(list);
	if (!err)
		err = add_if(list, SCMP_ACT_ALLOW, "rt_sigaction", &not_sigsys, 1);
	if (!err)
		err = add_all(list, SCMP_ACT_ERRNO(ENOTTY), "ioctl"); /* isatty() of stdio */
	return err;
}

/* Limits are read, never set, but by a zygote for its task. fcntl makes no descriptor and leaves
 * the flags alone that are shared with the caller, but in a box, whose sockets are its own. */
static struct error *add_reads(scmp_filter_ctx list, enum filter_kind kind)
{
	const struct scmp_arg_cmp read_only[] = {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)};
	static const scmp_datum_t commands[] = {F_GETFD, F_SETFD, F_GETFL};
	struct error *err =
		add_if(list, SCMP_ACT_ALLOW, "prlimit64", read_only, kind == FILTER_ZYGOTE ? 1 : 2);

	for (size_t i = 0; !err && kind != FILTER_BOX && i < ARRAY_SIZE(commands); i++) {
		const struct scmp_arg_cmp command = SCMP_A1(SCMP_CMP_EQ, commands[i]);
		err = add_if(list, SCMP_ACT_ALLOW, "fcntl", &command, 1);
	}
	return err;
}

static struct error *add_zygote(scmp_filter_ctx list)
{
	const scmp_datum_t apart = CLONE_VM | CLONE_THREAD | CLONE_NEWUSER | CLONE_NEWNET |
				   CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
				   CLONE_NEWCGROUP | CLONE_FILES;
	const struct scmp_arg_cmp is_fork = SCMP_A0(SCMP_CMP_MASKED_EQ, apart, 0);
	const struct scmp_arg_cmp with_parent = SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG);
	struct error *err = add_all(list, SCMP_ACT_ALLOW, calls_zygote);

	if (!err)
		err = add_if(list, SCMP_ACT_ALLOW, "clone", &is_fork, 1);
	if (!err)
		err = add_if(list, SCMP_ACT_ALLOW, "prctl", &with_parent, 1);
	return err;
}

/* A sanitizer reads /proc/self/maps when it reports. */
static bool is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
	return true;
#endif
#endif
	return false;
}

static struct error *add_rules(scmp_filter_ctx list, enum filter_kind kind,
			       const struct confine_policy *policy)
{
	bool is_soft = kind == FILTER_BOX || is_sanitized() || (policy && policy->tolerate_open);
	struct error *err = add_common(list);

	if (!err)
		err = add_names(list, is_soft);
	if (!err)
		err = add_reads(list, kind);
	if (!err && kind == FILTER_ZYGOTE)
		err = add_zygote(list);
	if (!err && kind == FILTER_BOX)
		err = add_all(list, SCMP_ACT_ALLOW, calls_box);
	/* A later list can only take away: the zygote's must let through what its tasks may do. */
	if (!err && policy && policy->allow_threads)
		err = add_threads(list);
	return err;
}

/* libseccomp writes programs to descriptors only. */
static struct error *export_program(scmp_filter_ctx list, struct filter *filter)
{
	cleanup_close int fd = memfd_create("filter", MFD_CLOEXEC);
	cleanup_free char *bytes = NULL;
	size_t size;

	if (fd < 0)
		return error_os(errno, "memfd_create");
	int status = seccomp_export_bpf(list, fd);
	if (status != 0)
		return error_os(-status, "make the system call filter");
	if (lseek(fd, 0, SEEK_SET) != 0)
		return error_os(errno, "lseek");
	struct error *err = file_read_fd(fd, "filter", BPF_MAXINSNS * sizeof(struct sock_filter),
					 &bytes, &size);
	if (err)
		return err;
	filter->count = (unsigned short)(size / sizeof(struct sock_filter));
	filter->code = xmemdup(bytes, size);
	return NULL;
}

struct error *filter_init(struct filter *filter, enum filter_kind kind,
			  const struct confine_policy *policy)
{
	scmp_filter_ctx list = seccomp_init(SCMP_ACT_TRAP);

	if (!list)
		return error_new(ERROR_UNSAFE, "libseccomp cannot make a filter");
	*filter = (struct filter){0};
	/* Another architecture's calls (i386, x32) have no honest use here. */
	struct error *err = rule_error(
		seccomp_attr_set(list, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "badarch");
	if (!err)
		err = add_rules(list, kind, policy);
	if (!err)
		err = export_program(list, filter);
	seccomp_release(list);
	return err;
}

void filter_deinit(struct filter *filter)
{
	free(filter->code);
	*filter = (struct filter){0};
}

struct error *filter_load(const struct filter *filter)
{
	struct sock_fprog program = {.len = filter->count, .filter = filter->code};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &program) != 0)
		return error_os(errno, "load the system call filter");
	return NULL;
}
