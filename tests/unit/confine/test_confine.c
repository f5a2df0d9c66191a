/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "confine/confine.h"
#include "unit/confine/both_users.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

static void run_with(const struct confine_policy *policy, struct confine_task task,
		     struct confine_outcome *outcome, struct buffer *output)
{
	if (!task.timeout_ms)
		task.timeout_ms = 10000;
	struct error *err = confine_run(policy, &task, output, outcome);
	if (err)
		fail_msg("%s", error_message(err));
}

static struct confine_outcome run(confine_main *function)
{
	cleanup_buffer struct buffer output = {0};
	struct confine_outcome outcome;

	run_with(NULL, (struct confine_task){.function = function}, &outcome, &output);
	return outcome;
}

/* ---- what is allowed ---- */

static struct error *upper_case(const struct confine_child *child)
{
	cleanup_free char *text = NULL;
	size_t size;
	struct error *err = file_read_fd(child->fds[1], "input", 4096, &text, &size);
	if (err)
		return err;
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(text[i] - ('a' - 'A'));
	err = file_write_fd(child->output, child->context, strlen(child->context));
	return err ? err : file_write_fd(child->output, text, size);
}

static void a_child_reads_its_descriptors_and_its_output_comes_back(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	struct confine_outcome outcome;
	char context[] = "got ";
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "bytes", 5), 5);
	close(ends[1]);
	const int fds[] = {0, ends[0]};
	run_with(NULL,
		 (struct confine_task){
			 .function = upper_case, .context = context, .fds = fds, .fd_count = 2},
		 &outcome, &output);
	close(ends[0]);
	assert_int_equal(outcome.end, CONFINE_OK);
	assert_null(confine_outcome_error(&outcome));
	assert_string_equal(buffer_text(&output), "got BYTES");
	assert_true(outcome.peak_memory > 0);
}

static struct error *maps_a_file(const struct confine_child *child)
{
	cleanup_mapping struct mapping mapping = {0};
	struct error *err = mapping_init(&mapping, child->fds[0], 1 << 20);

	if (err)
		return err;
	return file_write_fd(child->output, mapping.address, 4);
}

static void a_child_maps_a_file_that_it_was_given(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	struct confine_outcome outcome;
	cleanup_close int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	run_with(NULL, (struct confine_task){.function = maps_a_file, .fds = &fd, .fd_count = 1},
		 &outcome, &output);
	assert_int_equal(outcome.end, CONFINE_OK);
	assert_memory_equal(buffer_text(&output), "\177ELF", 4);
}

static struct error *works_hard(const struct confine_child *child)
{
	struct timespec now;
	void *block = malloc(8 << 20);

	memset(block, 1, 8 << 20);
	block = realloc(block, 64 << 20);
	if (!block || clock_gettime(CLOCK_MONOTONIC, &now) != 0 || isatty(child->output))
		return error_new(ERROR_FAILED, "something harmless was refused");
	free(block);
	return NULL;
}

static void memory_clocks_and_isatty_work(void **state UNUSED)
{
	assert_int_equal(run(works_hard).end, CONFINE_OK);
}

static struct error *gives_an_error(const struct confine_child *child UNUSED)
{
	return error_new(ERROR_FORMAT, "offset %d is odd", 7);
}

static void an_error_of_the_function_comes_back_as_text(void **state UNUSED)
{
	struct confine_outcome outcome = run(gives_an_error);
	cleanup_error struct error *err = confine_outcome_error(&outcome);

	assert_int_equal(outcome.end, CONFINE_FAILED);
	assert_string_equal(error_message(err), "offset 7 is odd");
}

/* ---- what is forbidden ---- */

static struct error *opens(const struct confine_child *child UNUSED)
{
	open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	return NULL;
}

static struct error *writes_a_file(const struct confine_child *child UNUSED)
{
	open("/tmp/confine-escape", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return NULL;
}

static struct error *makes_a_socket(const struct confine_child *child UNUSED)
{
	socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return NULL;
}

static struct error *executes(const struct confine_child *child UNUSED)
{
	execl("/bin/true", "true", NULL);
	return NULL;
}

static struct error *forks(const struct confine_child *child UNUSED)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return NULL;
}

static struct error *kills_its_parent(const struct confine_child *child UNUSED)
{
	kill(getppid(), SIGTERM);
	return NULL;
}

static struct error *aborts_its_parent(const struct confine_child *child UNUSED)
{
	syscall(SYS_tgkill, getppid(), getppid(), SIGABRT);
	return NULL;
}

static struct error *traces(const struct confine_child *child UNUSED)
{
	ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
	return NULL;
}

static struct error *reads_its_parent(const struct confine_child *child UNUSED)
{
	syscall(SYS_process_vm_readv, getppid(), NULL, 0UL, NULL, 0UL, 0UL);
	return NULL;
}

static struct error *maps_code(const struct confine_child *child UNUSED)
{
	mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return NULL;
}

static struct error *makes_code(const struct confine_child *child UNUSED)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(page, 4096, PROT_READ | PROT_EXEC);
	return NULL;
}

static struct error *shares_memory(const struct confine_child *child UNUSED)
{
	mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return NULL;
}

static struct error *replaces_the_handler(const struct confine_child *child UNUSED)
{
	signal(SIGSYS, SIG_IGN);
	return NULL;
}

static struct error *unshares(const struct confine_child *child UNUSED)
{
	unshare(CLONE_NEWUSER);
	return NULL;
}

static struct error *raises_a_limit(const struct confine_child *child UNUSED)
{
	const struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};

	setrlimit(RLIMIT_CPU, &limit);
	return NULL;
}

static void every_forbidden_call_ends_the_child_and_is_named(void **state UNUSED)
{
	static const struct {
		confine_main *function;
		int nrs[2];
	} rows[] = {
		{makes_a_socket, {SYS_socket}},
		{executes, {SYS_execve}},
		{forks, {SYS_clone}},
		{kills_its_parent, {SYS_kill}},
		{aborts_its_parent, {SYS_tgkill}},
		{traces, {SYS_ptrace}},
		{reads_its_parent, {SYS_process_vm_readv}},
		{maps_code, {SYS_mmap}},
		{makes_code, {SYS_mprotect}},
		{shares_memory, {SYS_mmap}},
		{replaces_the_handler, {SYS_rt_sigaction}},
		{unshares, {SYS_unshare}},
		{raises_a_limit, {SYS_prlimit64}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct confine_outcome outcome = run(rows[i].function);
		if (outcome.end != CONFINE_VIOLATION || outcome.syscall_nr != rows[i].nrs[0])
			fail_msg("row %zu: %s, system call %d, signal %d", i,
				 confine_end_name(outcome.end), outcome.syscall_nr, outcome.signal);
	}
}

static void opening_a_file_ends_the_child(void **state UNUSED)
{
	if (IS_SANITIZED)
		skip();
	struct confine_outcome outcome = run(opens);
	assert_int_equal(outcome.end, CONFINE_VIOLATION);
	assert_int_equal(outcome.syscall_nr, SYS_openat);
	cleanup_error struct error *err = confine_outcome_error(&outcome);
	assert_non_null(strstr(error_message(err), "openat"));
	assert_int_equal(run(writes_a_file).end, CONFINE_VIOLATION);
	assert_false(file_exists("/tmp/confine-escape"));
}

static struct error *opens_and_looks(const struct confine_child *child UNUSED)
{
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		return error_new(ERROR_FAILED, "open: errno %d", errno);
	if (access("/", F_OK) == 0 || errno != EACCES)
		return error_new(ERROR_FAILED, "access: errno %d", errno);
	return NULL;
}

static void a_tolerant_policy_refuses_files_softly(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	const struct confine_policy policy = {.tolerate_open = true};
	struct confine_outcome outcome;

	run_with(&policy, (struct confine_task){.function = opens_and_looks}, &outcome, &output);
	assert_string_equal(outcome.message, "");
	assert_int_equal(outcome.end, CONFINE_OK);
}

static struct error *looks_for_descriptors(const struct confine_child *child)
{
	for (int fd = child->output + 1; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return error_new(ERROR_FAILED, "descriptor %d is open", fd);
	return NULL;
}

static void no_other_descriptor_is_left(void **state UNUSED)
{
	cleanup_close int secret = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	assert_int_equal(run(looks_for_descriptors).end, CONFINE_OK);
}

static struct error *writes_a_given_file(const struct confine_child *child)
{
	return file_write_fd(child->fds[0], "x", 1);
}

static void a_given_file_is_written_only_up_to_its_limit(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	cleanup_close int fd = memfd_create("file", MFD_CLOEXEC);
	const struct confine_policy generous = {.file_limit = 16};
	const struct confine_task task = {
		.function = writes_a_given_file, .fds = &fd, .fd_count = 1};
	struct confine_outcome outcome;

	run_with(NULL, task, &outcome, &output);
	assert_int_equal(outcome.end, CONFINE_CRASHED);
	assert_int_equal(outcome.signal, SIGXFSZ);
	run_with(&generous, task, &outcome, &output);
	assert_int_equal(outcome.end, CONFINE_OK);
}

/* ---- limits ---- */

static struct error *eats_memory(const struct confine_child *child UNUSED)
{
	for (int i = 0; i < 1000; i++)
		memset(xmalloc(1 << 20), 1, 1 << 20);
	return NULL;
}

static void memory_over_the_limit_is_told_from_a_crash(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	const struct confine_policy policy = {.memory_limit = 32 << 20};
	struct confine_outcome outcome;

	if (IS_SANITIZED)
		skip();
	run_with(&policy, (struct confine_task){.function = eats_memory}, &outcome, &output);
	assert_int_equal(outcome.end, CONFINE_OUT_OF_MEMORY);
	assert_true(outcome.peak_memory < 48 << 20);
}

static struct error *loops(const struct confine_child *child UNUSED)
{
	for (volatile unsigned i = 0;; i++)
		;
	return NULL;
}

static struct error *sleeps(const struct confine_child *child UNUSED)
{
	for (;;)
		sleep(1000);
	return NULL;
}

static void an_endless_loop_ends_at_the_deadline(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	struct confine_outcome outcome;

	run_with(NULL, (struct confine_task){.function = loops, .timeout_ms = 100}, &outcome,
		 &output);
	assert_int_equal(outcome.end, CONFINE_TIMED_OUT);
	run_with(NULL, (struct confine_task){.function = sleeps, .timeout_ms = 100}, &outcome,
		 &output);
	assert_int_equal(outcome.end, CONFINE_TIMED_OUT);
}

static struct error *loops_deaf(const struct confine_child *child)
{
	signal(SIGXCPU, SIG_IGN);
	return loops(child);
}

static void processor_time_is_bounded_also_when_the_signal_is_ignored(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	const struct confine_policy policy = {.cpu_seconds = 1};
	struct confine_outcome outcome;

	run_with(&policy, (struct confine_task){.function = loops_deaf, .timeout_ms = 30000},
		 &outcome, &output);
	assert_int_equal(outcome.end, CONFINE_TIMED_OUT);
	assert_true(outcome.cpu_us >= 1000000);
}

static struct error *floods(const struct confine_child *child)
{
	char chunk[4096] = {0};

	for (;;) {
		struct error *err = file_write_fd(child->output, chunk, sizeof(chunk));
		if (err)
			return err;
	}
}

static void a_flood_of_output_is_cut_at_the_limit(void **state UNUSED)
{
	cleanup_buffer struct buffer output = {0};
	const struct confine_policy policy = {.output_limit = 100000};
	struct confine_outcome outcome;

	run_with(&policy, (struct confine_task){.function = floods}, &outcome, &output);
	assert_int_equal(outcome.end, CONFINE_OUTPUT_LIMIT);
	assert_int_equal(output.size, 100000);
}

static struct error *aborts(const struct confine_child *child UNUSED)
{
	abort();
	return NULL;
}

static struct error *traps(const struct confine_child *child UNUSED)
{
	__builtin_trap();
	return NULL;
}

static struct error *exits(const struct confine_child *child UNUSED)
{
	_exit(3);
	return NULL;
}

static void a_crash_is_told_with_its_signal(void **state UNUSED)
{
	struct confine_outcome outcome = run(aborts);
	assert_int_equal(outcome.end, CONFINE_CRASHED);
	assert_int_equal(outcome.signal, SIGABRT);
	outcome = run(traps);
	assert_int_equal(outcome.end, CONFINE_CRASHED);
	assert_true(outcome.signal == SIGILL || outcome.signal == SIGTRAP || IS_SANITIZED);
	assert_int_equal(run(exits).end, CONFINE_CRASHED);
}

/* ---- identity ---- */

static struct error *tells_who_it_is(const struct confine_child *child UNUSED)
{
	if (geteuid() == 0 || getegid() == 0)
		return error_new(ERROR_FAILED, "still root");
	return NULL;
}

static void root_becomes_an_ordinary_user(void **state UNUSED)
{
	assert_string_equal(run(tells_who_it_is).message, "");
}

static struct error *waits(const struct confine_child *child)
{
	char byte;
	struct error *err = file_write_fd(child->output, "r", 1);

	if (err)
		return err;
	return read(child->fds[0], &byte, 1) == 1 ? NULL : error_new(ERROR_FAILED, "read");
}

/* The value of a "Name:" line of /proc/PID/status. */
static void read_status(pid_t pid, const char *name, char *out, size_t size)
{
	cleanup_free char *path = xasprintf("/proc/%d/status", (int)pid);
	cleanup_free char *text = NULL;

	assert_null(file_read(path, 65536, &text, NULL));
	char *line = strstr(text, name);
	assert_non_null(line);
	line += strlen(name) + 1;
	size_t length = strcspn(line, "\n");
	assert_true(length < size);
	memcpy(out, line, length);
	out[length] = '\0';
}

static void a_waiting_child_has_no_rights(void **state UNUSED)
{
	static const struct {
		const char *name, *value;
	} rows[] = {
		{"\nCapEff", "0000000000000000"},
		{"\nCapPrm", "0000000000000000"},
		{"\nCapBnd", "0000000000000000"},
		{"\nNoNewPrivs", "1"},
		{"\nSeccomp", "2"},
	};
	cleanup_confine_process struct confine_process process = {.pidfd = -1, .output = -1};
	struct confine_outcome outcome;
	char value[64], byte;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	const struct confine_task task = {.function = waits, .fds = ends, .fd_count = 1};
	assert_null(confine_start(NULL, &task, &process));
	assert_int_equal(read(process.output, &byte, 1), 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		read_status(process.pid, rows[i].name, value, sizeof(value));
		assert_string_equal(value + 1, rows[i].value);
	}
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_null(confine_finish(&process, 5000, &outcome));
	assert_int_equal(outcome.end, CONFINE_OK);
	close(ends[0]);
	close(ends[1]);
}

static void a_child_dies_with_its_parent(void **state UNUSED)
{
	struct confine_process process = {.pidfd = -1, .output = -1};
	const struct confine_task task = {.function = sleeps};
	int ends[2], status;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct error *err = confine_start(NULL, &task, &process);
		if (err || write(ends[1], &process.pid, sizeof(pid_t)) != sizeof(pid_t))
			_exit(1);
		_exit(0);
	}
	pid_t grandchild;
	assert_int_equal(read(ends[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int i = 0; i < 500 && kill(grandchild, 0) == 0; i++)
		usleep(10000);
	cleanup_free char *path = xasprintf("/proc/%d/stat", (int)grandchild);
	cleanup_free char *text = NULL;
	struct error *err = file_read(path, 4096, &text, NULL);
	if (!err) /* not yet reaped by init */
		assert_non_null(strstr(text, ") Z "));
	error_free(err);
	close(ends[0]);
	close(ends[1]);
}

/* ---- the long-running box ---- */

static int in_a_box(void (*body)(int listening))
{
	struct sockaddr address = {.sa_family = AF_UNIX};
	cleanup_close int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int status;

	assert_int_equal(bind(listening, &address, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(listening, 1), 0);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		cleanup_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, 2);
		struct error *err = confine_apply_box_filter();
		if (err)
			_exit(99);
		body(listening);
		_exit(0);
	}
	struct sockaddr_storage to;
	socklen_t size = sizeof(to);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&to, &size), 0);
	cleanup_close int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&to, size), 0);
	assert_int_equal(send(client, "ping", 4, MSG_NOSIGNAL), 4);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void box_serves(int listening)
{
	char bytes[4];
	int peer = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

	if (peer < 0 || recv(peer, bytes, 4, MSG_WAITALL) != 4 || send(peer, "pong", 4, 0) != 4)
		_exit(1);
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		_exit(2);
}

static void box_makes_a_socket(int listening UNUSED)
{
	socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void box_connects(int listening)
{
	struct sockaddr address = {.sa_family = AF_UNIX};

	connect(listening, &address, sizeof(address));
}

static void box_executes(int listening UNUSED)
{
	execl("/bin/true", "true", NULL);
}

static void box_forks(int listening UNUSED)
{
	if (fork() == 0)
		_exit(0);
}

static void a_box_serves_its_sockets_and_nothing_else(void **state UNUSED)
{
	enum { VIOLATION = 82 };

	assert_int_equal(in_a_box(box_serves), 0);
	assert_int_equal(in_a_box(box_makes_a_socket), VIOLATION);
	assert_int_equal(in_a_box(box_connects), VIOLATION);
	assert_int_equal(in_a_box(box_executes), VIOLATION);
	assert_int_equal(in_a_box(box_forks), VIOLATION);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_reads_its_descriptors_and_its_output_comes_back),
		cmocka_unit_test(a_child_maps_a_file_that_it_was_given),
		cmocka_unit_test(memory_clocks_and_isatty_work),
		cmocka_unit_test(an_error_of_the_function_comes_back_as_text),
		cmocka_unit_test(every_forbidden_call_ends_the_child_and_is_named),
		cmocka_unit_test(opening_a_file_ends_the_child),
		cmocka_unit_test(a_tolerant_policy_refuses_files_softly),
		cmocka_unit_test(no_other_descriptor_is_left),
		cmocka_unit_test(a_given_file_is_written_only_up_to_its_limit),
		cmocka_unit_test(memory_over_the_limit_is_told_from_a_crash),
		cmocka_unit_test(an_endless_loop_ends_at_the_deadline),
		cmocka_unit_test(processor_time_is_bounded_also_when_the_signal_is_ignored),
		cmocka_unit_test(a_flood_of_output_is_cut_at_the_limit),
		cmocka_unit_test(a_crash_is_told_with_its_signal),
		cmocka_unit_test(root_becomes_an_ordinary_user),
		cmocka_unit_test(a_waiting_child_has_no_rights),
		cmocka_unit_test(a_child_dies_with_its_parent),
		cmocka_unit_test(a_box_serves_its_sockets_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return both_users(run_all);
}
