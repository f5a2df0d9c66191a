/* SPDX-License-Identifier: MIT */
#include "confine/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "base/alloc.h"
#include "base/file.h"
#include "confine/exit_status.h"

/* Descriptors are lifted here before they are put in order, so that none is overwritten. */
enum { LIFT_BASE = 128 };

struct confine_user confine_user_find(void)
{
	const struct passwd *entry = getpwnam("habo-run");

	if (entry)
		return (struct confine_user){.uid = entry->pw_uid, .gid = entry->pw_gid};
	return (struct confine_user){.uid = 65534, .gid = 65534};
}

void lockdown_signals(void)
{
	sigset_t none;

	for (int nr = 1; nr < SIGRTMIN; nr++)
		if (nr != SIGKILL && nr != SIGSTOP)
			signal(nr, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static struct error *silence(void)
{
	cleanup_close int null = -1;
	struct error *err = file_open("/dev/null", O_RDWR, 0, &null);

	if (err)
		return err;
	for (int fd = 0; fd < 2; fd++)
		if (dup2(null, fd) < 0)
			return error_os(errno, "dup2");
#if !defined(__SANITIZE_ADDRESS__)
	if (dup2(null, 2) < 0)
		return error_os(errno, "dup2");
#endif
	return NULL;
}

struct error *lockdown_fds(const int *fds, size_t count)
{
	int lifted[CONFINE_MAX_FDS + 1];

	if (count > ARRAY_SIZE(lifted))
		return error_new(ERROR_LIMIT, "too many descriptors for a confined child");
	for (size_t i = 0; i < count; i++) {
		lifted[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, LIFT_BASE);
		if (lifted[i] < 0)
			return error_os(errno, "descriptor %d", fds[i]);
	}
	struct error *err = silence();
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		if (dup2(lifted[i], 3 + (int)i) < 0)
			return error_os(errno, "dup2");
	if (syscall(SYS_close_range, (unsigned)(3 + count), ~0U, 0U) != 0)
		return error_os(errno, "close_range");
	return NULL;
}

static struct error *become(struct confine_user user)
{
	if (geteuid() != 0)
		return NULL;
	/* Root of a namespace that maps no other user stays what it is: nothing outside. */
	if ((setgroups(0, NULL) != 0 || setresgid(user.gid, user.gid, user.gid) != 0 ||
	     setresuid(user.uid, user.uid, user.uid) != 0) &&
	    errno != EINVAL && errno != EPERM)
		return error_os(errno, "become user %u", (unsigned)user.uid);
	return NULL;
}

struct error *lockdown_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}, {0}};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_os(errno, "no_new_privs");
	for (int nr = 0; prctl(PR_CAPBSET_READ, nr, 0, 0, 0) >= 0; nr++)
		prctl(PR_CAPBSET_DROP, nr, 0, 0, 0); /* fails without CAP_SETPCAP: then moot */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) != 0)
		return error_os(errno, "drop capabilities");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return error_os(errno, "dumpable");
	return NULL;
}

struct error *lockdown_identity(struct confine_user user, pid_t parent)
{
	struct error *err = become(user);

	if (err)
		return err;
	/* Best effort: containers and hardened kernels refuse. */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
		errno = 0;
	err = lockdown_capabilities();
	if (err)
		return err;
	/* A change of user clears the death signal, so it comes last. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return error_os(errno, "death signal");
	if (getppid() != parent)
		return error_new(ERROR_FAILED, "the parent has ended");
	return NULL;
}

/* The kernel's struct landlock_ruleset_attr up to ABI 6; older headers lack the later members. */
struct landlock_rules {
	uint64_t files;
	uint64_t ports;  /* ABI 4, Linux 6.7 */
	uint64_t scoped; /* ABI 6, Linux 6.12 */
};

struct error *lockdown_landlock(void)
{
	enum { GET_VERSION = 1, FILES_V1 = 13, FILES_V2 = 14, FILES_V3 = 15, FILES_V5 = 16 };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0UL, GET_VERSION);

	if (version < 1)
		return NULL; /* not in this kernel, or switched off */
	unsigned bits = version >= 5   ? FILES_V5
			: version >= 3 ? FILES_V3
			: version == 2 ? FILES_V2
				       : FILES_V1;
	struct landlock_rules rules = {
		.files = (1U << bits) - 1,
		.ports = version >= 4 ? 3 : 0,
		.scoped = version >= 6 ? 3 : 0,
	};
	size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	cleanup_close int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0U);
	if (fd < 0)
		return error_os(errno, "landlock_create_ruleset");
	if (syscall(SYS_landlock_restrict_self, fd, 0U) != 0)
		return error_os(errno, "landlock_restrict_self");
	return NULL;
}

static struct error *limit(__rlimit_resource_t resource, uint64_t soft, uint64_t hard)
{
	struct rlimit old;

	if (getrlimit(resource, &old) != 0)
		return error_os(errno, "getrlimit");
	rlim_t ceiling = min_of(old.rlim_max, (rlim_t)hard);
	struct rlimit value = {.rlim_cur = min_of((rlim_t)soft, ceiling), .rlim_max = ceiling};
	if (setrlimit(resource, &value) != 0)
		return error_os(errno, "setrlimit");
	return NULL;
}

/* Bytes of private writable memory that this process has: the 6th figure of statm, in pages. */
static struct error *private_memory(uint64_t *ret)
{
	cleanup_free char *text = NULL;
	struct error *err = file_read("/proc/self/statm", 256, &text, NULL);
	if (err)
		return err;
	const char *at = text;
	for (int skip = 0; skip < 5 && at; skip++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	*ret = (at ? strtoull(at, NULL, 10) : 0) * (uint64_t)sysconf(_SC_PAGESIZE);
	return NULL;
}

struct error *lockdown_limits(const struct confine_policy *policy, size_t descriptors)
{
	struct error *err = limit(RLIMIT_CORE, 0, 0);
	if (!err)
		err = limit(RLIMIT_FSIZE, policy->file_limit, policy->file_limit);
	if (!err)
		err = limit(RLIMIT_MEMLOCK, 0, 0);
	if (!err)
		err = limit(RLIMIT_MSGQUEUE, 0, 0);
	if (!err)
		err = limit(RLIMIT_NOFILE, descriptors, descriptors);
#if !defined(__SANITIZE_ADDRESS__) /* which maps terabytes for its own */
	uint64_t inherited, sum;
	if (!err)
		err = private_memory(&inherited);
	/* Private writable memory only: a large image that is mapped to be read is free. */
	if (!err && !__builtin_add_overflow(inherited, policy->memory_limit, &sum))
		err = limit(RLIMIT_DATA, sum, sum);
#else
	(void)private_memory;
#endif
	return err;
}

struct error *lockdown_cpu(const struct confine_policy *policy)
{
	return limit(RLIMIT_CPU, policy->cpu_seconds, policy->cpu_seconds + 1);
}

/* A signal handler has nothing but globals. Set once, before the list is loaded. */
static struct confine_note *violation_note;

static bool is_own_abort(int nr, const ucontext_t *context)
{
	if (nr != SYS_tgkill)
		return false;
#if defined(__x86_64__)
	return (pid_t)context->uc_mcontext.gregs[REG_RDI] == getpid();
#elif defined(__aarch64__)
	return (pid_t)context->uc_mcontext.regs[0] == getpid();
#else
	(void)context;
	return true;
#endif
}

static void on_violation(int signal_nr UNUSED, siginfo_t *info, void *context)
{
	if (is_own_abort(info->si_syscall, context))
		_exit(CONFINE_EXIT_ABORTED);
	if (violation_note) {
		violation_note->syscall_nr = info->si_syscall;
	} else {
		char text[64];
		int size = snprintf(text, sizeof(text),
				    "habo: system call %d is not allowed here\n", info->si_syscall);
		ssize_t ignored UNUSED = write(2, text, (size_t)size);
	}
	_exit(CONFINE_EXIT_VIOLATION);
}

struct error *lockdown_note(struct confine_note *note)
{
	struct sigaction action = {.sa_sigaction = on_violation, .sa_flags = SA_SIGINFO};

	violation_note = note;
	if (sigaction(SIGSYS, &action, NULL) != 0)
		return error_os(errno, "sigaction");
	return NULL;
}
