/* SPDX-License-Identifier: MIT */
/* Every kind of change to files, once each. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "programs/expect.h"

#define FOLDER "/tmp/habo-files"

int main(void)
{
	MUST(mkdir(FOLDER, 0755) == 0);
	puts("expect folder_create " FOLDER);
	int fd = open(FOLDER "/a", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	MUST(fd >= 0);
	puts("expect file_create " FOLDER "/a");
	for (int i = 0; i < 10; i++)
		MUST(write(fd, "0123456789", 10) == 10);
	close(fd);
	puts("expect file_write " FOLDER "/a 100");
	MUST(chmod(FOLDER "/a", 0700) == 0);
	puts("expect file_chmod " FOLDER "/a");
	MUST(chown(FOLDER "/a", geteuid(), getegid()) == 0);
	puts("expect file_chown " FOLDER "/a");
	MUST(link(FOLDER "/a", FOLDER "/b") == 0);
	puts("expect file_link " FOLDER "/a " FOLDER "/b");
	MUST(symlink("a", FOLDER "/c") == 0);
	puts("expect file_symlink " FOLDER "/c a");
	MUST(rename(FOLDER "/b", FOLDER "/d") == 0);
	puts("expect file_rename " FOLDER "/b " FOLDER "/d");
	MUST(truncate(FOLDER "/a", 50) == 0);
	puts("expect file_truncate " FOLDER "/a 50");
	MUST(utimes(FOLDER "/a", (struct timeval[2]){{1000, 0}, {2000, 0}}) == 0);
	puts("expect file_times " FOLDER "/a");
	MUST(mkfifo(FOLDER "/p", 0600) == 0);
	puts("expect node_create " FOLDER "/p");
	MUST(chdir(FOLDER) == 0);
	MUST(mkdir("sub", 0755) == 0);
	puts("expect folder_create " FOLDER "/sub");
	MUST(rmdir("../habo-files/sub") == 0);
	puts("expect folder_delete " FOLDER "/sub");
	MUST(unlink("./c") == 0);
	puts("expect file_delete " FOLDER "/c");
	fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	MUST(fd >= 0 && write(fd, "nameless", 8) == 8);
	close(fd);
	return 0;
}
