/* SPDX-License-Identifier: MIT */
/*
 * Acts inside the guest whose memory is read, and tells the truth about the guest. Linked static.
 *   actor ROLE      becomes one process with something to find
 *   actor truth     prints a line for each process, module, socket: what the tests compare with
 * It does nothing that outlives the guest.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void rest(void)
{
	for (;;)
		pause();
}

static void copy_self(int out)
{
	char bytes[65536];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	for (ssize_t n; (n = read(in, bytes, sizeof(bytes))) > 0;)
		if (write(out, bytes, (size_t)n) != n)
			_exit(1);
	close(in);
}

/* A program that is in no folder, under the name of a kernel thread. */
static void role_memfd(void)
{
	int fd = memfd_create("kdevtmpfsi", 0);
	copy_self(fd);
	fexecve(fd, (char *[]){"[kworker/u4:3]", "idle", NULL},
		(char *[]){"LD_PRELOAD=/tmp/.x/evil.so", "HOME=/", NULL});
}

static void role_deleted(void)
{
	mkdir("/tmp/.x", 0755);
	int fd = open("/tmp/.x/dropper", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	copy_self(fd);
	close(fd);
	execl("/tmp/.x/dropper", "dropper", "unlink", NULL);
}

static void role_unlink(void)
{
	unlink("/tmp/.x/dropper");
	rest();
}

static void *thread(void *name)
{
	prctl(PR_SET_NAME, name);
	rest();
	return NULL;
}

static void role_threads(void)
{
	pthread_t id;
	static char names[3][16] = {"worker-a", "worker-b", "worker-c"};
	for (int i = 0; i < 3; i++)
		pthread_create(&id, NULL, thread, names[i]);
	rest();
}

static void role_inject(void)
{
	static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x31, 0xc0, 0x5d, 0xc3};
	unsigned char *rwx = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *rx =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(rwx, code, sizeof(code));
	memcpy(rx, code, sizeof(code));
	mprotect(rx, 4096, PROT_READ | PROT_EXEC);
	/* A page of our own program text, rewritten: private and anonymous now. */
	unsigned char *text = (unsigned char *)((unsigned long)role_threads & ~4095UL);
	mprotect(text, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
	volatile unsigned char *at = text;
	*at = *at;
	mprotect(text, 4096, PROT_READ | PROT_EXEC);
	printf("TRUTH inject pid=%d rwx=%p rx=%p text=%p\n", getpid(), (void *)rwx, (void *)rx,
	       (void *)text);
	fflush(stdout);
	rest();
}

static void role_sockets(void)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(4444)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(4446)};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/tmp/.s"};
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bind(listener, (void *)&v4, sizeof(v4));
	listen(listener, 5);
	int six = socket(AF_INET6, SOCK_STREAM, 0);
	bind(six, (void *)&v6, sizeof(v6));
	listen(six, 5);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	v4.sin_port = htons(5353);
	bind(udp, (void *)&v4, sizeof(v4));
	int local = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(local, (void *)&un, sizeof(un));
	listen(local, 1);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	v4.sin_port = htons(4444);
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connect(client, (void *)&v4, sizeof(v4));
	int accepted = accept(listener, NULL, NULL);
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	(void)accepted;
	(void)raw;
	rest();
}

/* A sniffer with the classic filter of BPFDoor's kind: wakes up on a magic word. */
static void role_sniffer(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0800, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 42),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x7255, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
		perror("attach");
	rest();
}

static void role_ebpf(void)
{
	struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
				  {.code = BPF_JMP | BPF_EXIT}};
	union bpf_attr load = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			       .insn_cnt = 2,
			       .insns = (unsigned long)code,
			       .license = (unsigned long)"GPL",
			       .prog_name = "magic_flt"};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	if (fd < 0)
		perror("bpf");
	rest();
}

static void role_user(void)
{
	if (setgid(1001) || setuid(1000))
		_exit(1);
	rest();
}

static void role_namespace(void)
{
	unshare(CLONE_NEWPID);
	if (fork() == 0) {
		prctl(PR_SET_NAME, "ns-init");
		rest();
	}
	rest();
}

static void role_traced(void)
{
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_NAME, "tracee");
		rest();
	}
	ptrace(PTRACE_SEIZE, child, 0, 0);
	rest();
}

static void role_zombie(void)
{
	if (fork() == 0)
		_exit(3);
	rest();
}

static void role_files(void)
{
	int fd = open("/tmp/.x-loot", O_RDWR | O_CREAT, 0600);
	if (write(fd, "stolen=1\n", 9) != 9)
		_exit(1);
	unlink("/tmp/.x-loot");
	if (chdir("/tmp"))
		_exit(1);
	rest();
}

static void *end_at_once(void *nothing)
{
	return nothing;
}

/* Processes, programs and threads that start and end without a pause. */
static void role_churn(void)
{
	for (;;) {
		pthread_t id;
		pid_t child = fork();
		if (child == 0) {
			execl("/bin/busybox", "true", NULL);
			_exit(1);
		}
		if (pthread_create(&id, NULL, end_at_once, NULL) == 0)
			pthread_join(id, NULL);
		waitpid(child, NULL, 0);
	}
}

static void role_victim(void)
{
	rest();
}

static void print_file(const char *name, const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == 0))
		size--;
	printf("\t%s=", name);
	for (ssize_t i = 0; i < size; i++)
		putchar(text[i] == 0 || text[i] == '\n' ? '|' : text[i] == '\t' ? ' ' : text[i]);
}

/* pid ppid tgid uid start comm exe argv threads, from /proc. */
static void truth_process(const char *pid)
{
	char path[64], line[512], exe[512] = "", comm[64] = "";
	int ppid = 0, uid = 0, gid = 0, threads = 0;
	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	FILE *status = fopen(path, "re");
	if (!status)
		return;
	while (fgets(line, sizeof(line), status)) {
		sscanf(line, "PPid: %d", &ppid);
		sscanf(line, "Uid: %d", &uid);
		sscanf(line, "Gid: %d", &gid);
		sscanf(line, "Threads: %d", &threads);
	}
	fclose(status);
	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	ssize_t size = readlink(path, exe, sizeof(exe) - 1);
	exe[size < 0 ? 0 : size] = 0;
	unsigned long long start = 0;
	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	FILE *stat = fopen(path, "re");
	char *end = stat && fgets(line, sizeof(line), stat) ? strrchr(line, ')') : NULL;
	if (end) {
		*end = 0;
		snprintf(comm, sizeof(comm), "%s", strchr(line, '(') + 1);
		char *field = end + 2;
		for (int i = 3; i < 22 && field; i++) {
			field = strchr(field, ' ');
			field = field ? field + 1 : NULL;
		}
		start = field ? strtoull(field, NULL, 10) : 0;
	}
	if (stat)
		fclose(stat);
	printf("TRUTH process "
	       "pid=%s\tppid=%d\tuid=%d\tgid=%d\tthreads=%d\tstart=%llu\tcomm=%s\texe=%s",
	       pid, ppid, uid, gid, threads, start, comm, exe);
	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	print_file("argv", path);
	putchar('\n');
}

static void truth_lines(const char *name, const char *path)
{
	char line[512];
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		printf("TRUTH %s %s", name, line);
	if (file)
		fclose(file);
}

static void role_truth(void)
{
	DIR *proc = opendir("/proc");
	for (struct dirent *entry; (entry = readdir(proc));)
		if (isdigit((unsigned char)entry->d_name[0]))
			truth_process(entry->d_name);
	closedir(proc);
	truth_lines("module", "/proc/modules");
	truth_lines("tcp", "/proc/net/tcp");
	truth_lines("tcp6", "/proc/net/tcp6");
	truth_lines("udp", "/proc/net/udp");
	truth_lines("raw", "/proc/net/raw");
	truth_lines("packet", "/proc/net/packet");
	truth_lines("unix", "/proc/net/unix");
	truth_lines("version", "/proc/version");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} roles[] = {
		{"memfd", role_memfd},         {"idle", rest},
		{"deleted", role_deleted},     {"unlink", role_unlink},
		{"threads", role_threads},     {"inject", role_inject},
		{"sockets", role_sockets},     {"sniffer", role_sniffer},
		{"ebpf", role_ebpf},           {"user", role_user},
		{"namespace", role_namespace}, {"traced", role_traced},
		{"zombie", role_zombie},       {"files", role_files},
		{"victim", role_victim},       {"churn", role_churn},
		{"truth", role_truth},
	};
	for (size_t i = 0; argc > 1 && i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			roles[i].run();
	return 0;
}
