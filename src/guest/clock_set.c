/* SPDX-License-Identifier: MIT */
#include "guest/clock_set.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"

enum {
	SECOND_NS = 1000000000,
	ENTROPY_MAX = 512,
};

struct error *clock_set_realtime(uint64_t realtime_ns)
{
	struct timespec time = {.tv_sec = (time_t)(realtime_ns / SECOND_NS),
				.tv_nsec = (long)(realtime_ns % SECOND_NS)};

	if (clock_settime(CLOCK_REALTIME, &time) < 0)
		return error_os(errno, "set the clock");
	return NULL;
}

struct error *entropy_add(struct span bytes)
{
	/* struct rand_pool_info with room for the bytes: linux/random.h */
	union {
		struct rand_pool_info info;
		uint8_t bytes[sizeof(struct rand_pool_info) + ENTROPY_MAX];
	} pool = {.info = {0}};
	cleanup_close int fd = -1;

	if (bytes.size > ENTROPY_MAX)
		return error_new(ERROR_LIMIT, "more than %d bytes of entropy", ENTROPY_MAX);
	struct error *err = file_open("/dev/urandom", O_WRONLY, 0, &fd);
	if (err)
		return err;
	pool.info.entropy_count = (int)bytes.size * 8;
	pool.info.buf_size = (int)bytes.size;
	memcpy(pool.bytes + sizeof(pool.info), bytes.data, bytes.size);
	if (ioctl(fd, RNDADDENTROPY, &pool) < 0)
		return error_os(errno, "add entropy");
	if (ioctl(fd, RNDRESEEDCRNG) < 0)
		return error_os(errno, "reseed the generator");
	return NULL;
}

void clock_anchor(struct control_clock *ret)
{
	struct timespec boottime;

	ret->monotonic_ns = clock_monotonic_ns();
	clock_gettime(CLOCK_BOOTTIME, &boottime);
	ret->boottime_ns = (uint64_t)boottime.tv_sec * SECOND_NS + (uint64_t)boottime.tv_nsec;
	ret->realtime_ns = clock_realtime_ns();
}
