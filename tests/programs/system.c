/* SPDX-License-Identifier: MIT */
/* What changes or looks at the system itself: mounts, ptrace, bpf, extended attributes. Needs root. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "programs/expect.h"

#define FOLDER "/tmp/habo-mount"

static void mount_folder(void)
{
	MUST(mkdir(FOLDER, 0700) == 0);
	MUST(mount("habo", FOLDER, "tmpfs", MS_NOSUID, "size=64k") == 0);
	puts("expect mount " FOLDER " habo tmpfs");
	int fd = open(FOLDER "/inside", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	MUST(fd >= 0);
	close(fd);
	puts("expect file_create " FOLDER "/inside");
	MUST(umount(FOLDER) == 0);
	puts("expect umount " FOLDER);
}

static void trace_child(void)
{
	pid_t child = fork();

	MUST(child >= 0);
	if (child == 0) {
		pause();
		_exit(0);
	}
	MUST(ptrace(PTRACE_ATTACH, child, NULL, NULL) == 0);
	printf("expect ptrace %d\n", (int)child);
	MUST(waitpid(child, NULL, 0) == child);
	MUST(kill(child, SIGKILL) == 0);
	waitpid(child, NULL, 0);
	printf("expect signal_sent %d 9\n", (int)child);
}

static void make_map(void)
{
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	attributes.map_type = BPF_MAP_TYPE_ARRAY;
	attributes.key_size = 4;
	attributes.value_size = 4;
	attributes.max_entries = 1;
	(void)!syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes));
	puts("expect bpf 0");
}

static void set_attribute(void)
{
	int fd = open("/var/tmp/habo-attribute", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	MUST(fd >= 0);
	close(fd);
	MUST(setxattr("/var/tmp/habo-attribute", "user.habo", "x", 1, 0) == 0);
	puts("expect file_xattr /var/tmp/habo-attribute user.habo");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount_folder();
	trace_child();
	make_map();
	set_attribute();
	return 0;
}
