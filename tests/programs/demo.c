/* SPDX-License-Identifier: MIT */
/*
 * The bundled sample of `make demo`. It behaves like simple malware and harms nothing: drops a
 * file and renames it, adds a cron line (for the next boot, which never comes), looks up a name
 * under .example, connects, forks, reads /etc/passwd, and deletes itself.
 */
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char dropped[] = "/tmp/.cache-update.tmp";
static const char hidden[] = "/tmp/.cache-update";
static const char cron[] = "/etc/cron.d/cache-update";
static const char host[] = "update.habo-demo.example";
static const char port[] = "8080";

static int write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);
	if (fd < 0)
		return -1;
	ssize_t wrote = write(fd, text, strlen(text));
	close(fd);
	return wrote == (ssize_t)strlen(text) ? 0 : -1;
}

static void drop_file(void)
{
	if (write_file(dropped, "#!/bin/sh\necho the habo demo was here\n", 0644) < 0)
		return;
	printf("dropped %s\n", dropped);
	chmod(dropped, 0755);
	if (rename(dropped, hidden) == 0)
		printf("renamed it to %s\n", hidden);
}

static void persist(void)
{
	char line[256];

	snprintf(line, sizeof(line), "@reboot root %s\n", hidden);
	if (write_file(cron, line, 0644) == 0)
		printf("added a cron line: %s", line);
}

static void read_users(void)
{
	char line[512];
	int count = 0;
	FILE *file = fopen("/etc/passwd", "re");

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		count++;
	fclose(file);
	printf("counted %d users\n", count);
}

static void call_home(void)
{
	static const char request[] =
		"GET /gate.php?id=habo-demo HTTP/1.1\r\nHost: update.habo-demo.example:8080\r\n"
		"User-Agent: habo-demo/1.0\r\nConnection: close\r\n\r\n";
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *address = NULL;
	char answer[512];

	if (getaddrinfo(host, port, &hints, &address) != 0) {
		printf("%s has no address\n", host);
		return;
	}
	int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) == 0) {
		printf("connected to %s\n", host);
		if (write(fd, request, sizeof(request) - 1) > 0) {
			ssize_t got = read(fd, answer, sizeof(answer));
			printf("got %zd bytes\n", got);
		}
	} else {
		printf("could not connect to %s\n", host);
	}
	if (fd >= 0)
		close(fd);
	freeaddrinfo(address);
}

static void run_child(void)
{
	int status = 0;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		execl(hidden, hidden, (char *)NULL);
		_exit(127);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid)
		printf("the child ended with status %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	drop_file();
	persist();
	read_users();
	call_home();
	run_child();
	if (unlink(argv[0]) == 0)
		printf("deleted itself\n");
	return 0;
}
