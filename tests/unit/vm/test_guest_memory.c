/* SPDX-License-Identifier: MIT */
#include "unit/cmocka.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vm/guest_memory.h"

enum { SIZE = 4 << 20, PAGE = 4096 };

/* A private mapping of a file, as QEMU's of the template, but in this process. */
static uint8_t *map(char path[])
{
	int fd = mkostemp(path, O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, SIZE), 0);
	uint8_t *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	assert_true(memory != MAP_FAILED);
	close(fd);
	return memory;
}

static void changed_pages_are_read_through_the_regions(void **state)
{
	char path[] = "/tmp/habo-memory-XXXXXX";
	uint8_t *bytes = map(path);
	struct guest_memory memory;
	char got[6] = "";

	(void)state;
	memcpy(bytes + (2 << 20), "guest", 5);
	assert_null(guest_memory_open(getpid(), path, SIZE, &memory));
	assert_int_equal(memory.region_count, 2);
	assert_int_equal(memory.regions[0].paddr, 0);
	assert_int_equal(memory.regions[0].size, 0xa0000);
	assert_int_equal(memory.regions[1].paddr, 0x100000);
	uint64_t at = memory.regions[1].vaddr + (2 << 20) - memory.regions[1].paddr;
	assert_int_equal(pread(memory.fd, got, 5, (off_t)at), 5);
	assert_string_equal(got, "guest");
	guest_memory_deinit(&memory);
	munmap(bytes, SIZE);
	unlink(path);
}

static void a_mapping_that_fell_into_parts_is_one(void **state)
{
	char path[] = "/tmp/habo-memory-XXXXXX";
	uint8_t *bytes = map(path);
	struct guest_memory memory;

	(void)state;
	assert_int_equal(mprotect(bytes + (1 << 20), PAGE, PROT_READ), 0);
	assert_null(guest_memory_open(getpid(), path, SIZE, &memory));
	guest_memory_deinit(&memory);
	munmap(bytes, SIZE);
	unlink(path);
}

static void another_size_than_the_machine_has_is_refused(void **state)
{
	char path[] = "/tmp/habo-memory-XXXXXX";
	uint8_t *bytes = map(path);
	struct guest_memory memory;

	(void)state;
	struct error *err = guest_memory_open(getpid(), path, 2 * SIZE, &memory);
	assert_non_null(err);
	assert_int_equal(error_code(err), ERROR_FORMAT);
	error_free(err);
	munmap(bytes, SIZE);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_pages_are_read_through_the_regions),
		cmocka_unit_test(a_mapping_that_fell_into_parts_is_one),
		cmocka_unit_test(another_size_than_the_machine_has_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
