/* SPDX-License-Identifier: MIT */
#include "memory/process.h"

#include "base/clock.h"
#include "memory/path.h"

enum {
	ARGUMENTS_MAX = 60 * 1024,
	ARGUMENT_COUNT_MAX = 4096,
	NANOSECONDS = 1000000000,
};

static const char *state_name(uint64_t state, uint64_t exit_state)
{
	static const struct {
		uint64_t bits;
		const char *name;
	} names[] = {
		{PROCESS_STATE_NEW, "new"},
		{PROCESS_STATE_DEAD, "dead"},
		{0x40, "parked"},
		{8, "traced"},
		{4, "stopped"},
		{1, "sleeping"},
	};
	if (exit_state & PROCESS_EXIT_ZOMBIE)
		return "zombie";
	if (exit_state & PROCESS_EXIT_DEAD)
		return "dead";
	if ((state & 0x402) == 0x402)
		return "idle";
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (state & names[i].bits)
			return names[i].name;
	return state & 2 ? "disk_sleep" : "running";
}

uint64_t process_clock_offset(struct kernel *kernel)
{
	enum { YEAR_2015 = 1420070400, LIMIT = 2000000000 };
	struct member to_real, to_boot;
	uint64_t core;

	if (!kernel_symbol(kernel, "tk_core", &core) ||
	    !btf_member(&kernel->btf, "timekeeper", "offs_real", &to_real) ||
	    !btf_member(&kernel->btf, "timekeeper", "offs_boot", &to_boot))
		return 0;
	/* tk_core is an unnamed struct: a sequence counter, then the timekeeper, aligned. */
	for (uint64_t at = 8; at <= 64; at *= 2) {
		uint64_t real = kernel_get(kernel, core + at, to_real);
		uint64_t boot = kernel_get(kernel, core + at, to_boot);
		uint64_t seconds = (real - boot) / NANOSECONDS;
		if (boot < real && seconds > YEAR_2015 && seconds < (uint64_t)2 * LIMIT)
			return real - boot;
	}
	return 0;
}

/* pid->numbers[level]: the namespace of its own, and its number there. */
static void read_namespace(struct kernel *kernel, uint64_t task, struct memory_process *ret)
{
	const struct layout *layout = &kernel->layout;
	uint64_t pid = kernel_get(kernel, task, layout->task_struct_thread_pid);
	uint64_t level = kernel_get(kernel, pid, layout->pid_level);

	if (!pid || level > 32)
		return;
	uint64_t upid = pid + layout->pid_numbers.offset + level * layout->upid_bytes;
	ret->namespace_pid = kernel_get(kernel, upid, layout->upid_nr);
	ret->pid_namespace = kernel_get(kernel, kernel_get(kernel, upid, layout->upid_ns),
					layout->pid_namespace_inum);
}

void process_read(struct memory_context *context, uint64_t task, struct memory_process *ret)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t parent = kernel_get(kernel, task, layout->task_struct_real_parent);
	uint64_t cred = kernel_get(kernel, task, layout->task_struct_real_cred);
	uint64_t tracer = kernel_get(kernel, task, layout->task_struct_parent);

	ret->address = task;
	ret->pid = kernel_get(kernel, task, layout->task_struct_pid);
	ret->ppid = kernel_get(kernel, parent, layout->task_struct_tgid);
	ret->name = kernel_array_text(kernel, task, layout->task_struct_comm);
	ret->state = state_name(kernel_get(kernel, task, layout->task_struct_state),
				kernel_get(kernel, task, layout->task_struct_exit_state));
	ret->is_kernel_thread =
		(kernel_get(kernel, task, layout->task_struct_flags) & PROCESS_KERNEL_THREAD) != 0;
	ret->uid = kernel_get(kernel, cred, layout->cred_uid);
	ret->euid = kernel_get(kernel, cred, layout->cred_euid);
	ret->gid = kernel_get(kernel, cred, layout->cred_gid);
	ret->capabilities = kernel_get(kernel, cred, layout->cred_cap_effective);
	ret->start_ns = kernel_get(kernel, task, layout->task_struct_start_boottime);
	ret->seccomp = kernel_get(kernel, task, layout->task_struct_seccomp_mode);
	if (kernel_get(kernel, task, layout->task_struct_ptrace) && tracer != parent)
		ret->tracer = kernel_get(kernel, tracer, layout->task_struct_tgid);
	else if (kernel_get(kernel, task, layout->task_struct_ptrace))
		ret->tracer = ret->ppid;
	read_namespace(kernel, task, ret);
}

bool process_space(struct kernel *kernel, uint64_t task, struct space *ret)
{
	const struct layout *layout = &kernel->layout;
	uint64_t mm = kernel_get(kernel, task, layout->task_struct_mm);
	uint64_t pgd = kernel_get(kernel, mm, layout->mm_struct_pgd);
	struct translation found;

	if (!mm || !kernel_is_address(kernel, pgd) || !space_translate(&kernel->space, pgd, &found))
		return false;
	space_init(ret, kernel->image, found.paddr, kernel->space.levels);
	return true;
}

/* Whether a variable says how programs are loaded or what a shell keeps. */
static bool is_telling(const char *variable)
{
	static const char *const starts[] = {
		"LD_",       "GCONV_PATH=",     "HISTFILE=",      "HISTSIZE=",   "HISTCONTROL=",
		"BASH_ENV=", "PROMPT_COMMAND=", "PYTHONSTARTUP=", "PYTHONPATH=", "PERL5LIB=",
		"SSH_"};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (strncmp(variable, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* NUL-separated texts at [start, end) of the process; with only_telling those that is_telling(). */
static void read_texts(struct memory_context *context, struct space *space, uint64_t start,
		       uint64_t end, bool only_telling, struct text_list *ret)
{
	cleanup_free char *bytes = xmalloc(ARGUMENTS_MAX + 1);

	if (end <= start)
		return;
	size_t size = (size_t)min_of(end - start, (uint64_t)ARGUMENTS_MAX);
	size = space_read_some(space, start, bytes, size);
	bytes[size] = '\0';
	for (size_t at = 0; at < size && ret->count < ARGUMENT_COUNT_MAX;) {
		size_t length = strnlen(bytes + at, size - at);
		if (!only_telling || is_telling(bytes + at))
			text_list_add(ret, arena_strndup(context->arena, bytes + at, length));
		at += length + 1;
	}
}

static void read_folders(struct kernel *kernel, uint64_t task, struct memory_process *ret)
{
	const struct layout *layout = &kernel->layout;
	uint64_t fs = kernel_get(kernel, task, layout->task_struct_fs);

	if (!fs)
		return;
	ret->cwd = path_of(kernel, kernel_get(kernel, fs, layout->fs_struct_pwd_mnt),
			   kernel_get(kernel, fs, layout->fs_struct_pwd_dentry));
	ret->root = path_of(kernel, kernel_get(kernel, fs, layout->fs_struct_root_mnt),
			    kernel_get(kernel, fs, layout->fs_struct_root_dentry));
}

void process_read_memory(struct memory_context *context, uint64_t task, struct memory_process *ret)
{
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t mm = kernel_get(kernel, task, layout->task_struct_mm);
	struct text_list argv = {0}, environment = {0};
	struct file_facts exe;
	struct space space;

	read_folders(kernel, task, ret);
	if (!process_space(kernel, task, &space))
		return;
	if (path_file(kernel, kernel_get(kernel, mm, layout->mm_struct_exe_file), &exe)) {
		ret->exe = exe.path;
		ret->exe_deleted = exe.is_deleted;
		ret->exe_memfd = exe.is_memfd;
	}
	read_texts(context, &space, kernel_get(kernel, mm, layout->mm_struct_arg_start),
		   kernel_get(kernel, mm, layout->mm_struct_arg_end), false, &argv);
	read_texts(context, &space, kernel_get(kernel, mm, layout->mm_struct_env_start),
		   kernel_get(kernel, mm, layout->mm_struct_env_end), true, &environment);
	list_take(context->arena, &ret->argv, argv.data, argv.count);
	list_take(context->arena, &ret->environment, environment.data, environment.count);
	vec_deinit(&argv);
	vec_deinit(&environment);
}
