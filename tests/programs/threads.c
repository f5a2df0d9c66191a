/* SPDX-License-Identifier: MIT */
/* Four threads that each make, fill and delete 50 files; then one that is not the leader execs. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

#include "programs/expect.h"

enum { THREADS = 4, FILES = 50 };

static void *work(void *argument)
{
	int number = (int)(intptr_t)argument;

	for (int i = 0; i < FILES; i++) {
		char path[64];
		snprintf(path, sizeof(path), "/tmp/habo-thread-%d-%d", number, i);
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		MUST(fd >= 0 && write(fd, path, sizeof(path)) == sizeof(path));
		close(fd);
		MUST(unlink(path) == 0);
		printf("expect file_create %s\nexpect file_delete %s\n", path, path);
	}
	return NULL;
}

static void *become(void *argument)
{
	(void)argument;
	execl("/bin/true", "true", "from-a-thread", (char *)NULL);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	puts("expect exec /bin/true");
	fflush(stdout);
	MUST(pthread_create(&threads[0], NULL, become, NULL) == 0);
	pthread_join(threads[0], NULL);
	return 1;
}
